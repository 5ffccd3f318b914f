"""Worker processes of a bulk build.

A worker is a fresh interpreter that runs `searchlib.store.bulk.worker`: it never imports the
caller's script again (multiprocessing's spawn does, and breaks scripts without a main guard) and
never inherits the write lock (a fork would, and keep it after its parent was killed). It lives as
long as its standard input: when the parent dies, that ends.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO, Protocol, Self, TypeVar

from searchlib.errors import SearchLibError
from searchlib.store.bulk.task import TaskRunner

_Result = TypeVar("_Result", covariant=True)
_Task = TypeVar("_Task", bound="Task[object]")


class WorkerError(SearchLibError):
    """A worker process failed or died; nothing was committed."""


class Task(Protocol[_Result]):
    """Something that a worker does; it and its result are pickled."""

    def run(self, runner: TaskRunner) -> _Result:
        """Do it."""
        ...


class Workers:
    """As many worker processes as asked for; with one worker, or one task, this process alone.

    Use it as a context manager: processes start when they are first needed, and end with it.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        self._runner = TaskRunner()
        self._processes: list[_Worker] = []
        self._idle: deque[_Worker] = deque()
        self._threads = ThreadPoolExecutor(count)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        if any(failure):
            for worker in self._processes:
                worker.kill()
        self._threads.shutdown(cancel_futures=True)
        for worker in self._processes:
            worker.close()

    def run(self, tasks: Iterable[_Task], *, here: bool = False) -> Iterator[tuple[_Task, Any]]:
        """Run tasks and yield each with its result, in order; with `here` in this process.

        Raises what a task raised, or `WorkerError`.
        """
        stream = iter(tasks)
        first = list(islice(stream, 2))
        if here or self._count == 1 or len(first) < 2:
            for task in chain(first, stream):
                yield task, task.run(self._runner)
            return
        waiting: deque[tuple[_Task, Future[object]]] = deque()
        for task in chain(first, stream):
            waiting.append((task, self._threads.submit(self._hand_over, task)))
            # one task waits for each worker, so that none is idle and memory stays bounded
            if len(waiting) > 2 * self._count:
                done, future = waiting.popleft()
                yield done, future.result()
        for done, future in waiting:
            yield done, future.result()

    def _hand_over(self, task: Task[object]) -> object:
        try:
            worker = self._idle.pop()
        except IndexError:
            worker = _Worker()
            self._processes.append(worker)
        result = worker.run(task)
        self._idle.append(worker)
        return result


class _Worker:
    """One worker process. Tasks and results are pickled over its pipes, never onto the disk."""

    def __init__(self) -> None:
        root = str(Path(__file__).parents[3])
        path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH", ""))))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "searchlib.store.bulk.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path},
        )

    def run(self, task: object) -> object:
        """Hand over a task and wait for its result."""
        process = self._process
        assert process.stdin and process.stdout
        try:
            send(process.stdin, task)
            answer = receive(process.stdout)
        except (OSError, EOFError) as error:
            raise WorkerError(f"worker process {process.pid} died") from error
        if isinstance(answer, BaseException):
            raise answer
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
