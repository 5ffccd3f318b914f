"""Every error that searchlib raises."""

from __future__ import annotations


class SearchLibError(Exception):
    """The base of everything that searchlib raises.

    SearchLibError
    ├── ArticleError            an Article that cannot be indexed
    ├── SourceError             a source that cannot be read at all
    ├── DefinitionError         an index definition (NAME.toml) that makes no sense
    ├── OptionError             an argument out of its range (also a ValueError)
    ├── LimitError              input over a cap of Limits
    ├── QueryError
    │   ├── QuerySyntaxError    strict mode only
    │   └── QueryTooComplexError  strict mode only
    └── IndexError_             about an index folder
        ├── IndexNotFoundError
        ├── IndexExistsError
        ├── IndexLockedError
        ├── IndexOptionsError   options that contradict what the index carries
        ├── IndexVersionError   a format that this version cannot read
        ├── IndexClosedError
        ├── IndexWriteError     the operating system refused a write
        └── CorruptIndexError
    """


class ArticleError(SearchLibError):
    """An article that cannot be indexed; nothing was written."""

    def __init__(self, article_id: object, reason: str) -> None:
        super().__init__(f"article {article_id!r}: {reason}")
        self.article_id = article_id
        self.reason = reason


class SourceError(SearchLibError):
    """A source that cannot be read at all: missing, or of no known kind."""

    def __init__(self, path: object, reason: str) -> None:
        super().__init__(f"cannot read {path}: {reason}")
        self.path = str(path)
        self.reason = reason


class DefinitionError(SearchLibError):
    """An index definition that makes no sense."""

    def __init__(self, path: object, reason: str) -> None:
        super().__init__(f"index definition {path}: {reason}")
        self.path = str(path)
        self.reason = reason


class OptionError(SearchLibError, ValueError):
    """An argument out of its range; the message lists what is allowed."""

    def __init__(self, option: str, got: object, expected: str) -> None:
        super().__init__(f"{option}={got!r}: expected {expected}")
        self.option = option
        self.got = got
        self.expected = expected


class LimitError(SearchLibError):
    """Input over a cap of `Limits`."""

    def __init__(self, limit: str, allowed: int, got: int | None = None) -> None:
        found = "" if got is None else f", got {got:,}"
        super().__init__(
            f"over the limit {limit}={allowed:,}{found}; raise it with Limits({limit}=…)"
        )
        self.limit = limit
        self.allowed = allowed
        self.got = got


class QueryError(SearchLibError):
    """A query that strict mode refuses. Lenient mode, the default, never raises one."""


class QuerySyntaxError(QueryError):
    """A query that does not parse."""

    def __init__(self, query: str, position: int, expected: str) -> None:
        super().__init__(f"query syntax, at character {position}: expected {expected}")
        self.query = query
        self.position = position
        self.expected = expected


class QueryTooComplexError(QueryError):
    """A query over one of the caps of `Limits`."""

    def __init__(self, limit: str, allowed: int, got: int) -> None:
        super().__init__(f"query too complex: {got:,} is over {limit}={allowed:,}")
        self.limit = limit
        self.allowed = allowed
        self.got = got


class IndexError_(SearchLibError):
    """About an index folder. `path` names it (the underscore avoids Python's IndexError)."""

    def __init__(self, path: object, message: str) -> None:
        super().__init__(f"{path}: {message}")
        self.path = str(path)


class IndexNotFoundError(IndexError_):
    """There is no index at this path."""

    def __init__(self, path: object) -> None:
        super().__init__(path, "no index here; searchlib.rebuild makes one, or open(create=True)")


class IndexExistsError(IndexError_):
    """Something else already stands where an index was to be made; nothing was deleted."""


class IndexLockedError(IndexError_):
    """Another writer holds the index."""

    def __init__(
        self, path: object, *, pid: int | None = None, host: str = "", since: str = ""
    ) -> None:
        holder = f"pid {pid} on {host} since {since}" if pid else "another process"
        super().__init__(path, f"being written by {holder}; retry, or pass timeout= to wait longer")
        self.pid = pid
        self.host = host
        self.since = since


class IndexOptionsError(IndexError_):
    """Options given explicitly contradict what the index carries. `differs` names them."""

    def __init__(self, path: object, differs: tuple[str, ...]) -> None:
        super().__init__(
            path, f"was built with other options ({', '.join(differs)}); rebuild it to change them"
        )
        self.differs = differs


class IndexVersionError(IndexError_):
    """An index format that this version of searchlib cannot read."""

    def __init__(self, path: object, *, got: object, supported: int) -> None:
        super().__init__(
            path, f"format {got!r}, this searchlib reads {supported}; rebuild it from its source"
        )
        self.got = got
        self.supported = supported


class IndexClosedError(IndexError_):
    """The `Index` was closed."""

    def __init__(self, path: object) -> None:
        super().__init__(path, "this Index is closed")


class IndexWriteError(IndexError_):
    """The operating system refused a write (disk full, permissions); the old commit stands."""


class CorruptIndexError(IndexError_):
    """A file of the index is not what was written. `what` says where."""

    def __init__(self, path: object, generation: int | None, what: str) -> None:
        super().__init__(path, f"corrupt (generation {generation}): {what}; rebuild or restore it")
        self.generation = generation
        self.what = what
