"""Draws that can be steered without leaving a trace of it.

What is wanted is written down as if chance had chosen it. So a failing example that was found with
a plan stays the same example without one, and Hypothesis drops the plan first of all.
"""

from hypothesis import strategies as st

_WIDE = 1 << 20  # more than a draw has alternatives

# A plan's seed is several draws in one, because Hypothesis varies an example by repeating one draw
# in place of a like one: then these are the draws, and the variation is another plan. 0: no plan.
SEEDS: st.SearchStrategy[int] = st.tuples(*[st.integers(0, 0xFFFF)] * 6).map(
    lambda parts: sum(part << 16 * k for k, part in enumerate(parts))
)


def places(number: int, size: int, wanted: int | None = None) -> st.SearchStrategy[int]:
    """A number below `size`: the wanted one, or any. `number` tells the draws of one example apart,
    so that Hypothesis takes no two of them for alike."""
    first = (number + 1) * _WIDE
    drawn = st.sampled_from(range(first, first + size))
    if wanted is not None:
        drawn = drawn.filter((first + wanted).__eq__)
    return drawn.map(first.__rsub__)
