"""Several processes at work: answers come in the order of the questions."""

import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, TypeVar

T = TypeVar("T")
R = TypeVar("R")
_LOOK = 0.5  # seconds between two signs of life


def cores() -> int:
    """How many processes may run at once on this machine."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1


def in_order(
    work: Callable[[T], R], items: Sequence[T], jobs: int, alive: Callable[[int], None]
) -> Iterator[R | None]:
    """`work(item)` for each item, at most `jobs` at a time, each in a process of its own; None for
    one that ended without an answer.

    `alive` hears how many are done. Ctrl-C is this process's business: the others do not hear it,
    and end when the iterator is closed.
    """
    context: Any = get_context("fork" if sys.platform == "linux" else "spawn")
    running: dict[Connection, tuple[int, BaseProcess]] = {}
    answers: dict[int, R | None] = {}
    started = 0
    try:
        for number in range(len(items)):
            while number not in answers:
                while len(running) < jobs and started < len(items):
                    here, there = context.Pipe(duplex=False)
                    process = context.Process(
                        target=_answer, args=(work, items[started], there), daemon=True
                    )
                    process.start()
                    there.close()
                    running[here] = started, process
                    started += 1
                for ready in wait(list(running), _LOOK):
                    assert isinstance(ready, Connection)
                    place, process = running.pop(ready)
                    try:
                        answers[place] = ready.recv()
                    except (EOFError, OSError):
                        answers[place] = None
                    ready.close()
                    process.join()
                alive(len(answers))
            yield answers[number]
    finally:
        for _, process in running.values():
            process.terminate()
            process.join()


def _answer(work: Callable[[T], R], item: T, to: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        answer = work(item)
    except BaseException:
        return  # whoever asked finds out why, if it matters
    to.send(answer)
