"""A snapshot as a `whoosh.index.Index`: for searching with Whoosh's own tools, read-only."""

from __future__ import annotations

from typing import Any, NoReturn

from whoosh.collectors import TopCollector
from whoosh.index import Index as WhooshIndex
from whoosh.reading import EmptyReader, IndexReader
from whoosh.searching import Searcher

from searchlib.analysis import Analyzer
from searchlib.errors import IndexWriteError
from searchlib.store.snapshot import Snapshot
from searchlib.store.whoosh.analyzers import WordAnalyzer
from searchlib.store.whoosh.fields import SegmentFields
from searchlib.store.whoosh.reader import LiveReader, SnapshotReader
from searchlib.store.whoosh.schema import make_schema


class ExactCollector(TopCollector):
    """Collects the best `limit` documents, and really those.

    Whoosh's drops documents and parts of a query that it takes to score too low for them, and is
    wrong about that in nested queries (Or, AndMaybe, DisMax, boosts).
    """

    def __init__(self, limit: int) -> None:
        super().__init__(limit, usequality=False)  # type: ignore[no-untyped-call]

    def _collect(self, global_docnum: int, score: float) -> Any:
        key = super()._collect(global_docnum, score)  # type: ignore[no-untyped-call]
        self.minscore = 0  # what Whoosh would drop by
        return key


class ExactSearcher(Searcher):
    """Whoosh's searcher, collecting with `ExactCollector`."""

    def collector(self, *args: Any, **kwargs: Any) -> Any:
        """Return the collector for a search; the arguments are Whoosh's."""
        outermost = inner = super().collector(*args, **kwargs)  # type: ignore[no-untyped-call]
        if isinstance(inner, TopCollector):
            return ExactCollector(inner.limit)
        while hasattr(inner, "child"):
            if isinstance(inner.child, TopCollector):
                inner.child = ExactCollector(inner.child.limit)
            inner = inner.child
        return outermost


class SnapshotIndex(WhooshIndex):
    """One generation of an index, with Whoosh's interface.

    It stays at its generation: ask `searchlib.Index.whoosh` again after a change. `fields` are
    those of each segment.
    """

    def __init__(self, snapshot: Snapshot, analyzer: Analyzer) -> None:
        self.schema = make_schema(analyzer)
        self._snapshot = snapshot
        words = WordAnalyzer(analyzer)
        self.fields = [SegmentFields(live, words) for live in snapshot.segments]

    def __repr__(self) -> str:
        return f"<SnapshotIndex {str(self._snapshot.folder)!r}, {self._snapshot.alive:,} articles>"

    def reader(self, reuse: object = None) -> IndexReader:
        """A reader of the snapshot. `reuse` is of no use: readers share all that is costly."""
        generation = self._snapshot.generation
        readers: list[IndexReader] = [
            LiveReader(each, self.schema, generation) for each in self.fields
        ]
        if len(readers) == 1:
            return readers[0]
        if readers:
            return SnapshotReader(readers, generation)
        return EmptyReader(self.schema)

    def searcher(self, **kwargs: Any) -> Searcher:
        """A searcher of the snapshot; the arguments are Whoosh's."""
        return ExactSearcher(self.reader(), fromindex=self, **kwargs)

    def writer(self, **kwargs: Any) -> NoReturn:
        """Raise `IndexWriteError`: changes go through `searchlib.Index`."""
        raise IndexWriteError(
            self._snapshot.folder,
            "read-only through Whoosh; change it with add, delete or batch of searchlib.Index",
        )

    def is_empty(self) -> bool:
        """Whether it holds no segment."""
        return not self.fields

    def latest_generation(self) -> int:
        """The snapshot's generation, whatever was committed since."""
        return self._snapshot.generation


def whoosh_index(snapshot: Snapshot, analyzer: Analyzer) -> SnapshotIndex:
    """Return the snapshot as a `whoosh.index.Index`; `analyzer` is the one that cut its texts."""
    return SnapshotIndex(snapshot, analyzer)
