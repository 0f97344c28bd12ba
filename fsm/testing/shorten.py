"""Shorten what fails: leave out what it fails without, until nothing can be left out."""

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def shortened(
    items: tuple[T, ...], fails: Callable[[tuple[T, ...]], tuple[T, ...] | None]
) -> tuple[T, ...]:
    """A part of a failing sequence from which no neighbours, one or more, can be left out.

    `fails` tries a sequence. It answers what the failure needed of it, such as all up to the
    failure, and None where there is none. The same arguments give the same answer.

    Complexity  at most n^2 / 2 trials for each round, of which each but the last makes the
                sequence shorter.
    Source      after Zeller & Hildebrandt, Simplifying and Isolating Failure-Inducing Input, IEEE
                Transactions on Software Engineering 28 (2002), doi:10.1109/32.988498; every run of
                neighbours is tried in place of a partition, because sequences are short.
    """
    shorter = True
    while shorter:
        shorter = False
        for size in range(len(items), 0, -1):
            at = len(items) - size
            while at >= 0:
                found = fails(items[:at] + items[at + size :])
                if found is not None and len(found) < len(items):
                    items, shorter = found, True
                at = min(at, len(items) - size + 1) - 1
    return items
