"""The program that a worker process runs: tasks in on standard input, results out."""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

from searchlib.store.bulk.task import TaskRunner
from searchlib.store.bulk.workers import WorkerError, receive, send


def main() -> None:
    """Answer tasks until the input ends."""
    # Ctrl-C is for the parent to handle; and nothing but answers may go to the pipe
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    runner = TaskRunner()
    while True:
        try:
            task: Any = receive(sys.stdin.buffer)
        except EOFError:
            return
        try:
            send(answers, task.run(runner))
        except Exception as error:
            send(answers, WorkerError(f"{type(error).__name__}: {error}"))


if __name__ == "__main__":
    main()
