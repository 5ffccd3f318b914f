"""How time and size grow with the number of articles, as a picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.speed.figures import Figures


def _seconds(figures: Figures) -> float | None:
    return figures.build.seconds if figures.build else None


def _p50(figures: Figures) -> float | None:
    latency = figures.latency("all")
    return latency.p50 if latency else None


def _p50_with_snippets(figures: Figures) -> float | None:
    latency = figures.latency("all", "snippets")
    return latency.p50 if latency else None


def _megabytes(figures: Figures) -> float | None:
    return figures.index_bytes / 1e6 if figures.index_bytes is not None else None


_PANELS: tuple[tuple[str, Callable[[Figures], float | None]], ...] = (
    ("build, seconds", _seconds),
    ("query p50, ms", _p50),
    ("query p50 with ten snippets, ms", _p50_with_snippets),
    ("index, MB", _megabytes),
)


def plot(figures: Sequence[Figures], path: Path, *, title: str) -> None:
    """Draw building, querying and size over the number of articles, on log scales.

    Raises `ImportError` when matplotlib is not installed (the `bench` extra has it).
    """
    import matplotlib

    matplotlib.use("Agg")  # no display needed
    from matplotlib import pyplot

    canvas: Any = pyplot.subplots(2, 2, figsize=(12, 9))
    figure, axes = canvas
    for axis, (label, value) in zip(axes.flat, _PANELS, strict=True):
        _draw(axis, figures, value)
        axis.set(xscale="log", yscale="log", xlabel="articles", ylabel=label)
        axis.grid(visible=True, which="both", alpha=0.25)
    handles = {
        label: handle
        for axis in axes.flat
        for handle, label in zip(*axis.get_legend_handles_labels(), strict=True)
    }
    figure.legend(handles.values(), handles.keys(), loc="lower center", ncols=5, frameon=False)
    figure.suptitle(title)
    figure.tight_layout(rect=(0, 0.06, 1, 1))
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)
    pyplot.close(figure)


def _draw(axis: Any, figures: Sequence[Figures], value: Callable[[Figures], float | None]) -> None:
    """Draw one line a contender, in its own colour whichever panel it is in."""
    for number, name in enumerate(dict.fromkeys(row.contender for row in figures)):
        points = {row.docs: value(row) for row in figures if row.contender == name}
        drawn = [(docs, found) for docs, found in sorted(points.items()) if found]
        if drawn:
            across, up = zip(*drawn, strict=True)
            axis.plot(across, up, marker="o", label=name, color=f"C{number}")
