"""Draws that can be steered without leaving a trace of it.

What is wanted is written down as if chance had chosen it. So a failing example that was found with
a plan stays the same example without one, and Hypothesis drops the plan first of all.
"""

from hypothesis import strategies as st

_WIDE = 1 << 20  # more than a draw has alternatives
_SALT = 1 << 16


def places(number: int, size: int, wanted: int | None = None) -> st.SearchStrategy[int]:
    """A number below `size`: the wanted one, or any. `number` tells the draws of one example apart,
    so that Hypothesis takes no two of them for alike."""
    first = (number + 1) * _WIDE
    drawn = st.sampled_from(range(first, first + size))
    if wanted is not None:
        drawn = drawn.filter((first + wanted).__eq__)
    return drawn.map(first.__rsub__)


def salts(number: int) -> st.SearchStrategy[int]:
    """What steers a draw; 0: nothing. Hypothesis varies an example by repeating one draw in place
    of a like one; no two of these are alike, since what follows would not fit another one."""
    return places(-number - 2, _SALT)


# What a plan's chance comes from: as many salts as make it unlikely that two plans are the same.
SEEDS: st.SearchStrategy[int] = st.tuples(*map(salts, range(6))).map(
    lambda parts: sum(part * _SALT**k for k, part in enumerate(parts))
)
