"""One writer at a time: an operating system lock that dies with its process."""

from __future__ import annotations

import datetime as dt
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from searchlib.errors import IndexLockedError, IndexWriteError

LOCK = "write.lock"
HOLDER = "writer.json"


@contextmanager
def write_lock(folder: Path, *, timeout: float) -> Iterator[None]:
    """Hold the index's write lock; wait for it up to `timeout` seconds.

    Raises `IndexLockedError` with what the holder wrote about itself, or `IndexWriteError`.
    """
    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(timeout=timeout, poll_interval=0.05)
    except Timeout:
        raise _locked(folder) from None
    except OSError as error:
        raise IndexWriteError(folder, f"cannot lock: {error}") from error
    try:
        since = dt.datetime.now().astimezone().isoformat(timespec="seconds")
        holder = {"pid": os.getpid(), "host": socket.gethostname(), "since": since}
        try:
            (folder / HOLDER).write_text(json.dumps(holder), encoding="utf-8")
        except OSError as error:
            raise IndexWriteError(folder, f"cannot write {HOLDER}: {error}") from error
        yield
    finally:
        (folder / HOLDER).unlink(missing_ok=True)
        lock.release()


def _locked(folder: Path) -> IndexLockedError:
    try:
        holder = json.loads((folder / HOLDER).read_text(encoding="utf-8"))
        return IndexLockedError(
            folder, pid=int(holder["pid"]), host=str(holder["host"]), since=str(holder["since"])
        )
    except (OSError, ValueError, KeyError, TypeError):
        return IndexLockedError(folder)
