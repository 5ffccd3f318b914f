"""`Index`, the facade: everything one does with an index goes through here."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from searchlib.analysis import Token, analyze
from searchlib.batch import Batch
from searchlib.errors import IndexClosedError, OptionError
from searchlib.limits import DEFAULT_LIMITS, Limits
from searchlib.models import Article, Hit, Results, Snippet, Stats
from searchlib.options import AnalysisOptions
from searchlib.query.execute import find
from searchlib.query.facets import check_facets, count_facet
from searchlib.query.filters import Moment, make_filter
from searchlib.query.found import Ranked
from searchlib.query.parse import parse
from searchlib.query.ranking import DEFAULT_RANKING, Ranking
from searchlib.query.sorting import by_date, check_sort
from searchlib.query.terms import TermReader
from searchlib.results import Highlighter, SnippetOptions
from searchlib.results.wanted import needles
from searchlib.store.channels import CHANNELS
from searchlib.store.manifest import read_manifest
from searchlib.store.snapshot import Snapshot, open_snapshot

if TYPE_CHECKING:
    from searchlib.store.whoosh import SnapshotIndex

EMPTY_SNIPPET = Snippet("")


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
        self._show(open_snapshot(path))
        self._analyzer = AnalysisOptions.load(self._snapshot.manifest.options).analyzer(limits)

    # searching

    def search(
        self,
        query: str,
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
        started = time.perf_counter()
        order = check_sort(sort)
        names = check_facets(facets)
        self._check_page(limit, offset)
        chosen = make_filter(category=category, tags=tags, since=since, until=until)
        if not isinstance(query, str):
            raise OptionError("query", query, "a str")
        reader = self._reader
        self._check_open()
        parsed = parse(query, self._analyzer, self._limits)
        found = find(parsed, reader, self._analyzer, ranking or self._ranking, chosen)
        if order is None:
            ranked = found.page(offset, offset + limit)
        else:
            ranked = by_date(found, offset, limit, newest=order)
        segments = range(len(reader.segments))
        documents = [found.documents(at) for at in segments] if names else []
        counted = {name: count_facet(name, reader.segments, documents) for name in names}
        options = snippets if isinstance(snippets, SnippetOptions) else SnippetOptions()
        highlighter = Highlighter(needles(parsed, reader), options) if snippets else None
        hits = tuple(self._hit(reader, row, highlighter) for row in ranked)
        return Results(
            hits=hits,
            total=found.total if count else found.at_least(offset + len(ranked)),
            total_exact=count or found.counted,
            took_ms=(time.perf_counter() - started) * 1000,
            query=str(parsed),
            facets=counted,
            widened=found.widened,
            notes=parsed.notes,
        )

    def analyze(self, text: str) -> list[Token]:
        """Return the tokens of a text, as they are indexed and searched.

        Offsets are of `text` itself; a token's own text is folded.
        """
        return analyze(text, self._analyzer)

    def get(self, article_id: str) -> Article | None:
        """The stored article with this id, or None."""
        self._check_open()
        found = self._snapshot.locate(article_id)
        return None if found is None else found[0].segment.article(found[1])

    def __contains__(self, article_id: object) -> bool:
        self._check_open()
        return isinstance(article_id, str) and self._snapshot.locate(article_id) is not None

    def __len__(self) -> int:
        return self._snapshot.alive

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
            batch.delete(article_id)
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
            _, batch.replaced = writer.apply(batch.operations, self._analyzer)
        self.refresh()

    # the index itself

    def refresh(self) -> bool:
        """Show the current generation; return whether it is another than before."""
        self._check_open()
        with self._lock:
            before = self._snapshot.generation
            if read_manifest(self.path).generation == before:
                return False
            known = {live.segment.path.name: live.segment for live in self._snapshot.segments}
            self._show(open_snapshot(self.path, known))
            return self._snapshot.generation != before

    def stats(self) -> Stats:
        """Return what the index holds."""
        self._check_open()
        snapshot = self._snapshot
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
            notes=options.drift(self._analyzer),
        )

    def verify(self) -> None:
        """Read every byte and compare checksums; raises `CorruptIndexError`."""
        self._check_open()
        self._snapshot.verify()

    def whoosh(self) -> SnapshotIndex:
        """Return a `whoosh.index.Index` over what this `Index` shows now (docs/whoosh.md)."""
        self._check_open()
        from searchlib.store.whoosh import whoosh_index  # it loads Whoosh, which nothing else needs

        return whoosh_index(self._snapshot, self._analyzer)

    def export_whoosh(self, path: str | os.PathLike[str]) -> int:
        """Write a stock Whoosh index; raises `IndexExistsError` unless `path` is empty or new."""
        self._check_open()
        from searchlib.store.whoosh import export_whoosh

        return export_whoosh(self._snapshot, self._analyzer, Path(path))

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

    def _show(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._reader = TermReader(snapshot, k1=self._ranking.k1, b=self._ranking.b)

    def _check_open(self) -> None:
        if self._closed:
            raise IndexClosedError(self.path)

    def _check_page(self, limit: int, offset: int) -> None:
        limits = self._limits
        if not 0 <= limit <= limits.page:
            raise OptionError("limit", limit, f"0 to {limits.page:,}")
        if not 0 <= offset <= limits.window:
            raise OptionError("offset", offset, f"0 to {limits.window:,}")

    def _hit(self, reader: TermReader, row: Ranked, highlighter: Highlighter | None) -> Hit:
        article = reader.segments[row.segment].stored.read(row.document)
        if highlighter is None:
            snippet, title_html = EMPTY_SNIPPET, ""
        else:
            snippet = highlighter.snippet(article.body)
            title_html = highlighter.title_html(article.title)
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
            snippet=snippet,
            title_html=title_html,
            extra=article.extra,
        )
