"""`Index`, the facade: everything one does with an index goes through here."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from searchlib.analysis import Token, analyze
from searchlib.batch import Batch
from searchlib.errors import IndexClosedError, OptionError
from searchlib.limits import DEFAULT_LIMITS, Limits
from searchlib.models import Article, Results, Stats
from searchlib.options import AnalysisOptions
from searchlib.query.facets import check_facets
from searchlib.query.filters import Moment, make_filter
from searchlib.query.ranking import DEFAULT_RANKING, Ranking
from searchlib.query.sorting import check_sort
from searchlib.results import SnippetOptions
from searchlib.store.channels import CHANNELS
from searchlib.store.snapshot import open_snapshot
from searchlib.view import Request, View

if TYPE_CHECKING:
    from searchlib.query.tree import WhooshQuery
    from searchlib.store.whoosh import SnapshotIndex


class Index:
    """An index in a folder, open for searching and for changes.

    Open one with `searchlib.open`. It shows the generation that was current when it was opened,
    plus its own changes; `refresh` shows those of others. Searching from several threads at once
    is safe. Use it as a context manager, or `close` it.
    """

    def __init__(
        self,
        path: Path,
        *,
        ranking: Ranking = DEFAULT_RANKING,
        limits: Limits = DEFAULT_LIMITS,
        timeout: float = 10.0,
        durable: bool = True,
    ) -> None:
        self.path = path
        self._ranking = ranking
        self._limits = limits
        self._timeout = timeout
        self._durable = durable
        self._closed = False
        self._lock = threading.Lock()
        snapshot = open_snapshot(path)
        options = AnalysisOptions.load(snapshot.manifest.options)
        self._view = View(snapshot, options.analyzer(limits), limits)

    # searching

    def search(
        self,
        query: str | WhooshQuery,
        *,
        category: str | None = None,
        tags: Sequence[str] | str | None = None,
        since: Moment = None,
        until: Moment = None,
        sort: str = "relevance",
        facets: Sequence[str] | str = (),
        limit: int = 10,
        offset: int = 0,
        count: bool = True,
        ranking: Ranking | None = None,
        snippets: SnippetOptions | bool = True,
    ) -> Results:
        """Return the articles that `query` finds, best first. What a person types never raises.

        A tree of Whoosh's query objects is searched as it is (docs/whoosh.md).
        `category` includes those below it; `tags` must all be there; `since` and `until` are
        inclusive and take dates, datetimes or ISO text (`2021`, `2021-06`, `2021-06-30`), read
        as the wall-clock time that articles were dated with. `sort` is relevance, date (newest
        first) or date:asc; articles without a date come last. `facets` are any of category,
        tags, year and month, counted over all that was found. `count=False` lets `total` be a
        lower bound where counting would cost time (`total_exact` says). `snippets=False` leaves the
        snippets empty, `SnippetOptions` shapes them.

        Raises `OptionError` for an argument out of its range, `IndexClosedError`,
        `CorruptIndexError`.
        """
        self._check_open()
        if not isinstance(query, str) and not _is_tree(query):
            raise OptionError("query", query, "a str or a query of whoosh.query")
        if snippets is True:
            snippets = SnippetOptions()
        request = Request(
            query=query,
            chosen=make_filter(category=category, tags=tags, since=since, until=until),
            newest=check_sort(sort),
            facets=check_facets(facets),
            limit=_checked("limit", limit, self._limits.page),
            offset=_checked("offset", offset, self._limits.window),
            count=count,
            ranking=ranking or self._ranking,
            snippets=snippets or None,
        )
        return self._view.answer(request)

    def analyze(self, text: str) -> list[Token]:
        """Return the tokens of a text, as they are indexed and searched.

        Offsets are of `text` itself; a token's own text is folded.
        """
        return analyze(text, self._view.analyzer)

    def get(self, article_id: str) -> Article | None:
        """The stored article with this id, or None."""
        self._check_open()
        found = self._view.snapshot.locate(_checked_id(article_id))
        return None if found is None else found[0].segment.article(found[1])

    def __contains__(self, article_id: object) -> bool:
        self._check_open()
        return isinstance(article_id, str) and self._view.snapshot.locate(article_id) is not None

    def __len__(self) -> int:
        return self._view.snapshot.alive

    # changing

    def add(self, article: Article) -> None:
        """Add an article, or replace the one with the same id: one commit.

        When this returns the article is on the disk and found by this `Index`.
        Raises `ArticleError`, `IndexLockedError`, `IndexWriteError`.
        """
        self.add_many((article,))

    def add_many(self, articles: Iterable[Article]) -> int:
        """Add or replace articles in one commit; return how many."""
        count = 0
        with self.batch() as batch:
            for article in articles:
                batch.add(article)
                count += 1
        return count

    def delete(self, article_id: str) -> bool:
        """Delete an article: one commit. Return whether there was one."""
        with self.batch() as batch:
            batch.delete(_checked_id(article_id))
        return batch.replaced > 0

    @contextmanager
    def batch(self) -> Iterator[Batch]:
        """Collect operations and commit them together at the end of the `with` block.

        Of several on the same id the last one counts. An exception inside the block leaves the
        index as it was.
        """
        self._check_open()
        batch = Batch(self._limits)
        yield batch
        if not batch.operations:
            return
        # here, not above: searching needs no writer, and it takes 50 ms to import
        from searchlib.store.writer import open_writer

        with open_writer(self.path, timeout=self._timeout, durable=self._durable) as writer:
            _, batch.replaced = writer.apply(batch.operations, self._view.analyzer)
        self.refresh()

    # the index itself

    def refresh(self) -> bool:
        """Show the current generation; return whether it is another than before."""
        self._check_open()
        with self._lock:
            shown = self._view.snapshot
            known = {live.segment.path.name: live.segment for live in shown.segments}
            current = open_snapshot(self.path, known)
            if current.generation == shown.generation:
                return False
            options = AnalysisOptions.load(current.manifest.options)
            same = options.store() == AnalysisOptions.load(shown.manifest.options).store()
            analyzer = self._view.analyzer if same else options.analyzer(self._limits)
            self._view = View(current, analyzer, self._limits)
            return True

    def stats(self) -> Stats:
        """Return what the index holds."""
        self._check_open()
        snapshot = self._view.snapshot
        options = AnalysisOptions.load(snapshot.manifest.options)
        return Stats(
            documents=snapshot.alive,
            deleted=snapshot.documents - snapshot.alive,
            terms=sum(
                len(live.segment.channel(field, kind))
                for live in snapshot.segments
                for field, kind in CHANNELS
            ),
            segments=len(snapshot.segments),
            bytes=snapshot.bytes,
            generation=snapshot.generation,
            fingerprint=options.fingerprint,
            notes=options.drift(self._view.analyzer),
        )

    def verify(self) -> None:
        """Read every byte and compare checksums; raises `CorruptIndexError`."""
        self._check_open()
        self._view.snapshot.verify()

    def whoosh(self) -> SnapshotIndex:
        """Return a `whoosh.index.Index` over what this `Index` shows now (docs/whoosh.md)."""
        self._check_open()
        from searchlib.store.whoosh import whoosh_index  # it loads Whoosh, which nothing else needs

        return whoosh_index(self._view.snapshot, self._view.analyzer)

    def export_whoosh(self, path: str | os.PathLike[str]) -> int:
        """Write a stock Whoosh index; raises `IndexExistsError` unless `path` is empty or new."""
        self._check_open()
        from searchlib.store.whoosh import export_whoosh

        return export_whoosh(self._view.snapshot, self._view.analyzer, Path(path))

    def close(self) -> None:
        """Let go of the files. Closing twice is fine."""
        self._closed = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<searchlib.Index {os.fspath(self.path)!r}, {len(self):,} articles>"

    def _check_open(self) -> None:
        if self._closed:
            raise IndexClosedError(self.path)


def _is_tree(query: object) -> bool:
    """Whether this is a query object of Whoosh, without loading Whoosh to find out."""
    module = sys.modules.get("whoosh.query")
    return module is not None and isinstance(query, module.Query)


def _checked(name: str, value: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise OptionError(name, value, f"0 to {most:,}")
    return value


def _checked_id(article_id: str) -> str:
    if not isinstance(article_id, str):
        raise OptionError("article_id", article_id, "a str")
    return article_id
