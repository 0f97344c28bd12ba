"""Expressions with ghosts filled in: they say what the ones with ghosts say."""

from hypothesis import example, given
from hypothesis import strategies as st

from fsm.explore.emit import predicate, watching
from fsm.expressions import Op
from fsm.semantics.ir import (
    FALSE,
    TRUE,
    Calc,
    Choose,
    ClockTest,
    Const,
    Index,
    Indexed,
    Node,
    Pick,
    Slot,
    Watch,
    Within,
    parts,
    settle,
)  # fmt: skip

SLOTS = GHOSTS = 2  # each holds 0 or 1
BITS = st.sampled_from([FALSE, TRUE, *map(Slot, range(SLOTS)), *map(Watch, range(GHOSTS))])
COMPARISONS = st.sampled_from([Op.EQ, Op.NE, Op.LT, Op.LE, Op.GT, Op.GE])
CLOCKS = st.builds(
    lambda ghost, op, bound: ClockTest(Watch(ghost), op, Const(bound), 2),
    st.integers(0, GHOSTS - 1), COMPARISONS, st.integers(0, 3),
)  # fmt: skip


def larger(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    pair = st.tuples(inner, inner)
    place = inner.map(lambda value: (Index(value, 2, 1, "a"),))
    return st.one_of(
        st.builds(Calc, st.sampled_from([Op.AND, Op.OR, Op.IMPLIES, Op.MIN]), pair),
        st.builds(Calc, COMPARISONS, pair),
        st.builds(lambda one: Calc(Op.NOT, (one,)), inner),
        st.builds(Choose, inner, inner, inner),
        st.builds(lambda one: Within(one, (1,)), inner),
        st.builds(lambda at: Indexed(0, at), place),
        st.builds(lambda at: Pick((1, 0), at), place),
    )


@given(
    st.recursive(st.one_of(BITS, CLOCKS), larger, max_leaves=8),
    st.tuples(*[st.integers(0, 1)] * SLOTS), st.tuples(*[st.integers(0, 1)] * GHOSTS),
)  # fmt: skip
@example(ClockTest(Watch(1), Op.GE, Const(2), 2), (0, 0), (0, 1))
@example(Indexed(0, (Index(Watch(1), 2, 1, "a"),)), (0, 1), (0, 1))
def test_settled_is_what_it_was(
    node: Node, state: tuple[int, ...], ghosts: tuple[int, ...]
) -> None:
    settled = settle(node, ghosts)
    assert bool(predicate(settled)(state)) == bool(watching(node)(state, ghosts))
    waiting = [settled]
    for part in waiting:
        assert not isinstance(part, Watch)
        waiting += parts(part)
