"""Operations that are committed together."""

from __future__ import annotations

from searchlib.errors import ArticleError
from searchlib.limits import Limits
from searchlib.models import Article


class Batch:
    """Operations of one commit, the last one on each id. `replaced` is set by the commit."""

    def __init__(self, limits: Limits) -> None:
        self.operations: dict[str, Article | None] = {}
        self.replaced = 0
        self._limits = limits

    def add(self, article: Article) -> None:
        """Add or replace an article; raises `ArticleError`."""
        if not isinstance(article, Article):
            raise ArticleError(article, "not an Article")
        # here, not above: searching needs no parsers, and they take 50 ms to import
        from searchlib.ingest import article_text

        article = article_text(article, limits=self._limits)
        self.operations.pop(article.id, None)
        self.operations[article.id] = article

    def delete(self, article_id: str) -> None:
        """Delete the article with this id, if there is one."""
        self.operations.pop(article_id, None)
        self.operations[article_id] = None
