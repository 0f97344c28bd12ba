"""Several processes at work: questions are taken up in order, answers come when they are there."""

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
FORKED = sys.platform == "linux"  # do processes begin with all that this one has imported?
_LOOK = 0.5  # seconds between two signs of life


def cores() -> int:
    """How many processes may run at once on this machine."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1


def as_finished(
    work: Callable[[T], R], items: Sequence[T], jobs: int, alive: Callable[[int], None],
    meanwhile: Callable[[], None],
) -> Iterator[tuple[int, R | None]]:  # fmt: skip
    """The number of each item with `work(item)`, as soon as it is known: at most `jobs` at a time,
    each in a process of its own; None for one that ended without an answer.

    Items are begun in their order: with what takes longest in front, the last processes end at
    about the same time. `alive` hears how many are done. `meanwhile` is called once, when the first
    are at work and others wait: what it imports, those begin with where processes are forked.
    Ctrl-C is this process's business: the others do not hear it, and end when the iterator is
    closed.
    """
    context: Any = get_context("fork" if FORKED else "spawn")
    running: dict[Connection, tuple[int, BaseProcess]] = {}
    started = finished = 0
    try:
        while finished < len(items):
            while len(running) < jobs and started < len(items):
                here, there = context.Pipe(duplex=False)
                process = context.Process(
                    target=_answer, args=(work, items[started], there), daemon=True
                )
                process.start()
                there.close()
                running[here] = started, process
                started += 1
                if started == jobs < len(items):
                    meanwhile()
            for ready in wait(list(running), _LOOK):
                assert isinstance(ready, Connection)
                place, process = running.pop(ready)
                try:
                    answer = ready.recv()
                except (EOFError, OSError):
                    answer = None
                ready.close()
                process.join()
                finished += 1
                yield place, answer
            alive(finished)
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
