"""Memories of ghosts that no test can tell apart are one; the others stay apart."""

from hypothesis import given, settings
from hypothesis import strategies as st

from fsm.expressions import GhostKind
from fsm.logic.claim import Watcher
from fsm.logic.memories import DELAYED, Memories

COUNTS = tuple(Watcher(GhostKind.COUNT, event, 2) for event in range(3))


def reached(memories: Memories) -> set[tuple[int, ...]]:
    """Every memory that some word leads to."""
    found, waiting = {memories.start}, [memories.start]
    while waiting:
        memory = waiting.pop()
        for letter in memories.letters:
            after = memories.after(memory, letter)
            if after not in found:
                found.add(after)
                waiting.append(after)
    return found


def test_a_sum_that_is_zero_needs_two_memories_and_one_below_three_needs_four() -> None:
    assert len(reached(Memories(COUNTS, lambda m: sum(m) == 0))) == 2
    assert len(reached(Memories(COUNTS, lambda m: min(sum(m), 3)))) > 4  # the limits are 2 each
    assert len(reached(Memories(COUNTS[:1], lambda m: m))) == 3


KINDS = st.sampled_from([GhostKind.FIRED, GhostKind.COUNT, GhostKind.SINCE])
WATCHERS = st.lists(st.builds(Watcher, KINDS, st.integers(0, 2), st.integers(1, 3)), max_size=3)
TESTS = st.sampled_from(
    [lambda m: sum(m) == 0, lambda m: sum(m) > 2, lambda m: max(m, default=0), lambda m: 0]
)
WORDS = st.lists(st.sampled_from([None, DELAYED, 0, 1, 2]), max_size=8)


@settings(max_examples=80, deadline=None)
@given(WATCHERS, TESTS, WORDS)
def test_the_tests_say_the_same_after_every_word(watchers, told, word) -> None:  # type: ignore[no-untyped-def]
    merged = Memories(watchers, told)
    exact = Memories(watchers, lambda memory: memory)
    one, other = merged.start, exact.start
    for letter in word:
        one, other = merged.after(one, letter), exact.after(other, letter)
        assert told(one) == told(other)
