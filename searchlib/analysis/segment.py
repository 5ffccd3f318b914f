"""Cut Han text into words: by rjieba where it is installed, else by jieba.

Both give the same words (tests/analysis/test_segment.py compares them), rjieba ten times as
fast. Dictionaries are private: nothing here touches the process-wide ones, and the cache that
jieba keeps in the temp folder, where anyone can plant one, is neither read nor written.
"""

from __future__ import annotations

import hashlib
import importlib
import logging
import sys
import warnings
from collections.abc import Iterable
from functools import lru_cache
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from pathlib import Path
from typing import Any, Literal, Protocol

from searchlib.errors import OptionError

Backend = Literal["auto", "rjieba", "jieba"]


_FOLDED_WORDS = Path(__file__).with_name("folded_words.txt")


class Segmenter(Protocol):
    """A dictionary and what cuts by it."""

    name: Literal["rjieba", "jieba"]

    def cut(self, text: str) -> list[str]:
        """Cut `text`, runs of Han apart by other characters, each of which is a word."""
        ...

    def knows(self, word: str) -> bool:
        """Say whether `word` stands in the dictionary."""
        ...


class RjiebaSegmenter:
    """Words by jieba-rs."""

    name: Literal["rjieba", "jieba"] = "rjieba"

    def __init__(self, words: Iterable[tuple[str, int | None]]) -> None:
        dictionary = _rjieba_class()()
        for word, frequency in words:
            dictionary.add_word(word, frequency, None)
        self._cut = dictionary.cut
        self._has_word = dictionary.has_word

    def cut(self, text: str) -> list[str]:
        """Cut `text` into words."""
        words: list[str] = self._cut(text)
        return words

    def knows(self, word: str) -> bool:
        """Say whether `word` stands in the dictionary."""
        return bool(self._has_word(word))


class JiebaSegmenter:
    """Words by jieba itself, the reference."""

    name: Literal["rjieba", "jieba"] = "jieba"

    def __init__(self, words: Iterable[tuple[str, int | None]]) -> None:
        jieba = _jieba()
        tokenizer = jieba.Tokenizer()
        with dictionary_path().open("rb") as file:
            tokenizer.FREQ, _ = tokenizer.gen_pfdict(file)
        # jieba counts the dictionary's three duplicate lines twice, rjieba does not; the total
        # decides how ties round, 时时/时 or 时/时时
        tokenizer.total = sum(tokenizer.FREQ.values())
        tokenizer.initialized = True  # what initialize() does, without its cache file
        for word, frequency in words:
            known = tokenizer.FREQ.get(word, 0)
            tokenizer.add_word(word, frequency)
            tokenizer.total -= known  # add_word counts a word that was known twice
        self._cut = tokenizer.lcut
        self._frequency = tokenizer.FREQ

    def cut(self, text: str) -> list[str]:
        """Cut `text` into words."""
        words: list[str] = self._cut(text)
        return words

    def knows(self, word: str) -> bool:
        """Say whether `word` stands in the dictionary."""
        return bool(self._frequency.get(word))


def check_backend(backend: Backend) -> None:
    """Raise `OptionError` for an unknown backend, or rjieba where it is not installed."""
    if backend not in ("auto", "rjieba", "jieba"):
        raise OptionError("backend", backend, "auto, rjieba or jieba")
    if backend == "rjieba" and find_spec("rjieba") is None:
        raise OptionError("backend", backend, "auto or jieba, as rjieba is not installed")


def load_segmenter(backend: Backend, words: Iterable[tuple[str, int | None]]) -> Segmenter:
    """Load jieba's dictionary, folded, and `words` (frequency None: enough to be cut whole).

    Raises `OptionError` where rjieba is asked for and does not load.
    """
    check_backend(backend)
    return _load(backend, tuple(words))


# a dictionary takes 0.1 s to load, and nothing changes it afterwards: analyzers share it
@lru_cache(maxsize=4)
def _load(backend: Backend, words: tuple[tuple[str, int | None], ...]) -> Segmenter:
    every = (*folded_words(), *words)
    if backend != "jieba":
        try:
            return RjiebaSegmenter(every)
        except ImportError as error:
            if backend == "rjieba":
                raise OptionError("backend", backend, f"auto or jieba ({error})") from error
    return JiebaSegmenter(every)


def dictionary_path() -> Path:
    """Where jieba's dictionary lies; jieba is not imported."""
    spec = find_spec("jieba")
    if spec is None or spec.origin is None:
        raise OptionError("backend", "jieba", "jieba installed; pip install jieba")
    return Path(spec.origin).parent / "dict.txt"


@lru_cache(maxsize=1)
def dictionary_digest() -> str:
    """SHA-256 of jieba's dictionary (of which rjieba carries a copy)."""
    return hashlib.sha256(dictionary_path().read_bytes()).hexdigest()


@lru_cache(maxsize=1)
def folded_words() -> tuple[tuple[str, int], ...]:
    """Words of jieba's dictionary that the fold spells otherwise (名著 → 名着), so spelled."""
    lines = _FOLDED_WORDS.read_text("utf-8").splitlines()
    pairs = (line.split() for line in lines if not line.startswith("#"))
    return tuple((word, int(frequency)) for word, frequency in pairs)


def _rjieba_class() -> Any:
    """The class `Jieba` of rjieba, without the process-wide instance that importing it makes.

    That instance costs as long as ours (0.1 s) and would never be used.
    """
    name = "rjieba.rjieba"
    if name not in sys.modules:
        package = find_spec("rjieba")
        places = None if package is None else package.submodule_search_locations
        spec = None if places is None else PathFinder.find_spec(name, list(places))
        if spec is None or spec.loader is None:
            return importlib.import_module("rjieba").Jieba
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        sys.modules[name] = module  # so that a later `import rjieba` shares it
    return sys.modules[name].Jieba


def _jieba() -> Any:
    """Jieba, imported without its remarks on stderr."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # invalid escapes, pkg_resources
        jieba = importlib.import_module("jieba")
    logging.getLogger("jieba").setLevel(logging.WARNING)
    return jieba
