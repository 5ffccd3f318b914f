"""A view: one generation of an index, ready to be searched by any number of threads."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from searchlib.analysis import Analyzer
from searchlib.errors import CorruptIndexError, SearchLibError
from searchlib.limits import Limits
from searchlib.models import Hit, Results, Snippet
from searchlib.query.execute import find
from searchlib.query.facets import count_facet
from searchlib.query.filters import Filter
from searchlib.query.found import Found, Ranked
from searchlib.query.parse import parse
from searchlib.query.ranking import Ranking
from searchlib.query.sorting import by_date
from searchlib.query.terms import TermReader
from searchlib.results import Highlighter, SnippetOptions
from searchlib.results.needles import Needle
from searchlib.results.wanted import needles
from searchlib.store.snapshot import Snapshot

if TYPE_CHECKING:
    from searchlib.query.tree import WhooshQuery
    from searchlib.store.whoosh import SnapshotIndex

_NO_SNIPPET = Snippet("")
# what NumPy, zlib and JSON raise on numbers and texts that are not what was written
_DAMAGE = (ValueError, IndexError, KeyError, TypeError, OverflowError, MemoryError)


@dataclass(frozen=True, slots=True)
class Request:
    """A search, its arguments checked. `newest`: the order by date, None for relevance.

    `snippets` None leaves them empty.
    """

    query: str | WhooshQuery
    chosen: Filter
    newest: bool | None
    facets: tuple[str, ...]
    limit: int
    offset: int
    count: bool
    ranking: Ranking
    snippets: SnippetOptions | None


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a query found, how it reads, what was cut from it and what it wants marked."""

    found: Found
    text: str
    notes: tuple[str, ...]
    needles: Sequence[Needle]


class View:
    """One snapshot with what is kept of it between searches."""

    def __init__(self, snapshot: Snapshot, analyzer: Analyzer, limits: Limits) -> None:
        self.snapshot = snapshot
        self.analyzer = analyzer
        self._limits = limits
        self._readers: dict[tuple[float, float], TermReader] = {}
        self._whoosh: SnapshotIndex | None = None

    def answer(self, request: Request) -> Results:
        """Search.

        Raises `CorruptIndexError`: numbers are not checked one by one as they are read, so what
        goes wrong over them is looked into by reading everything.
        """
        try:
            return self._answer(request)
        except SearchLibError:
            raise
        except _DAMAGE as error:
            self.snapshot.verify()
            folder, generation = self.snapshot.folder, self.snapshot.generation
            raise CorruptIndexError(folder, generation, f"while searching: {error!r}") from error

    def _answer(self, request: Request) -> Results:
        started = time.perf_counter()
        reader = self._reader(request.ranking)
        asked = self._ask(request, reader)
        found = asked.found
        first, last = request.offset, request.offset + request.limit
        if request.newest is None:
            ranked = found.page(first, last)
        else:
            ranked = by_date(found, request.offset, request.limit, newest=request.newest)
        seen = first + len(ranked) if ranked else 0
        segments = range(len(reader.segments))
        documents = [found.documents(at) for at in segments] if request.facets else []
        options = request.snippets
        highlighter = Highlighter(asked.needles, options) if options else None
        return Results(
            hits=tuple(_hit(reader, row, highlighter) for row in ranked),
            total=found.total if request.count else found.at_least(seen),
            total_exact=request.count or found.counted,
            query=asked.text,
            facets={name: count_facet(name, reader.segments, documents) for name in request.facets},
            widened=found.widened,
            notes=asked.notes,
            took_ms=(time.perf_counter() - started) * 1000,
        )

    def _ask(self, request: Request, reader: TermReader) -> _Asked:
        query, ranking, chosen = request.query, request.ranking, request.chosen
        if isinstance(query, str):
            parsed = parse(query, self.analyzer, self._limits)
            found = find(parsed, reader, self.analyzer, ranking, chosen)
            wanted = needles(parsed, reader, self.analyzer) if request.snippets else []
            return _Asked(found, str(parsed), parsed.notes, wanted)
        from searchlib.query.tree import Tree, written  # it loads Whoosh, which text does not need

        if self._whoosh is None:
            from searchlib.store.whoosh import whoosh_index

            self._whoosh = whoosh_index(self.snapshot, self.analyzer)
        tree = Tree(query, reader, self._whoosh, ranking, self._limits)
        marks = tree.wanted() if request.snippets else []
        wanted = [Needle(each.text, each.weight, each.bordered) for each in marks]
        return _Asked(tree.find(chosen), written(query), tree.notes, wanted)

    def _reader(self, ranking: Ranking) -> TermReader:
        """The reader for a ranking's k1 and b, on which the norms of documents depend."""
        key = (ranking.k1, ranking.b)
        found = self._readers.get(key)
        if found is None:
            if len(self._readers) >= 4:
                self._readers.clear()
            found = TermReader(self.snapshot, k1=ranking.k1, b=ranking.b)
            found = self._readers.setdefault(key, found)
        return found


def _hit(reader: TermReader, row: Ranked, highlighter: Highlighter | None) -> Hit:
    stored = reader.segments[row.segment].stored
    article = stored.read(row.document)
    return Hit(
        id=article.id,
        score=row.score,
        title=article.title,
        category=article.category,
        date=article.date,
        tags=article.tags,
        path=article.path,
        url=article.url,
        matched_by=row.stage,
        snippet=highlighter.snippet(stored.body(row.document)) if highlighter else _NO_SNIPPET,
        title_html=highlighter.title_html(article.title) if highlighter else "",
        extra=article.extra,
    )
