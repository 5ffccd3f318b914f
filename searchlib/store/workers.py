"""Worker processes of a bulk build.

A worker is a fresh interpreter that runs `searchlib.store.worker`: it never imports the caller's
script again (multiprocessing's spawn does, and breaks scripts without a main guard) and never
inherits the write lock (a fork would, and keep it after its parent was killed). It lives as long
as its standard input: when the parent dies, that ends.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from searchlib.errors import SearchLibError
from searchlib.store.task import Done, Task, TaskRunner


class WorkerError(SearchLibError):
    """A worker process failed or died; nothing was committed."""


def run_tasks(tasks: Iterable[Task], *, workers: int) -> Iterator[tuple[Task, Done]]:
    """Run the tasks and yield their outcomes in order. One worker, or one task: in this process.

    Raises what a task raised, or `WorkerError`.
    """
    stream = iter(tasks)
    first = list(islice(stream, 2))
    if workers <= 1 or len(first) < 2:
        runner = TaskRunner()
        for group in (first, stream):
            for task in group:
                yield task, runner.run(task)
        return
    with _Pool(workers) as pool:
        for group in (first, stream):
            for task in group:
                pool.submit(task)
                # one task waits for each worker, so that none is idle and memory stays bounded
                if pool.pending > 2 * workers:
                    yield pool.next()
        while pool.pending:
            yield pool.next()


class _Pool:
    """As many worker processes as asked for, each driven by a thread."""

    def __init__(self, workers: int) -> None:
        self._processes: list[_Worker] = []
        self._idle: deque[_Worker] = deque()
        self._threads = ThreadPoolExecutor(workers)
        self._queue: deque[tuple[Task, Future[Done]]] = deque()

    def __enter__(self) -> _Pool:
        return self

    def __exit__(self, *failure: object) -> None:
        if any(failure):
            for worker in self._processes:
                worker.kill()
        self._threads.shutdown(cancel_futures=True)
        for worker in self._processes:
            worker.close()

    @property
    def pending(self) -> int:
        return len(self._queue)

    def submit(self, task: Task) -> None:
        self._queue.append((task, self._threads.submit(self._run, task)))

    def next(self) -> tuple[Task, Done]:
        task, future = self._queue.popleft()
        return task, future.result()

    def _run(self, task: Task) -> Done:
        try:
            worker = self._idle.pop()
        except IndexError:
            worker = _Worker()
            self._processes.append(worker)
        outcome = worker.run(task)
        self._idle.append(worker)
        return outcome


class _Worker:
    """One worker process. Tasks and outcomes are pickled over its pipes, never onto the disk."""

    def __init__(self) -> None:
        root = str(Path(__file__).parents[2])
        path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH", ""))))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "searchlib.store.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path},
        )

    def run(self, task: Task) -> Done:
        """Hand over a task and wait for its outcome."""
        process = self._process
        assert process.stdin and process.stdout
        try:
            send(process.stdin, task)
            answer = receive(process.stdout)
        except (OSError, EOFError) as error:
            raise WorkerError(f"worker process {process.pid} died") from error
        if isinstance(answer, BaseException):
            raise answer
        assert isinstance(answer, Done)
        return answer

    def kill(self) -> None:
        """End the process at once."""
        self._process.kill()

    def close(self) -> None:
        """End the process by closing its input."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()


def send(pipe: BinaryIO | object, message: object) -> None:
    """Write one message."""
    pickle.dump(message, pipe, protocol=5)  # type: ignore[arg-type]
    pipe.flush()  # type: ignore[union-attr]


def receive(pipe: BinaryIO | object) -> object:
    """Read one message; raises `EOFError` at the end."""
    return pickle.load(pipe)  # type: ignore[arg-type]
