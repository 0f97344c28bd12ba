"""Leaves that are put together: each edge of theirs can be told from what stands for it."""

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from fsm.explore.stands import stands
from fsm.semantics import ir
from fsm.semantics.lowered import Edge

PLAIN = Edge(
    number=0, process=0, transition=0, leaf=0, depth=1, action=0, chosen=(),
    enabled=ir.Const(1), forced=None, target=0, writes=(), restarts=(), resets=(), priority=None,
)  # fmt: skip
LEAVES = 6
By_leaf = dict[int, list[Edge]]


@st.composite
def edges_by_leaf(draw: st.DrawFn) -> By_leaf:
    """Up to two edges out of each leaf, most of which lead where others do, or stay."""
    found: By_leaf = {}
    common = draw(st.integers(0, LEAVES - 1))
    for leaf in range(draw(st.integers(0, 2)), LEAVES):
        found[leaf] = []
        for _ in range(draw(st.sampled_from([1, 1, 1, 1, 2]))):
            target = draw(st.sampled_from([leaf, common, common, LEAVES - 1 - leaf]))
            priority = draw(st.sampled_from([None] * 9 + [1]))
            found[leaf].append(replace(PLAIN, leaf=leaf, target=target, priority=priority))
    return found


@settings(max_examples=400)
@given(edges_by_leaf(), st.sampled_from([1, 2]), st.booleans(), st.randoms(use_true_random=False))
def test_what_stands_for_an_edge_is_like_it(
    by_leaf: By_leaf, radix: int, shuffled: bool, random: object
) -> None:
    every = [(leaf, k) for leaf, edges in by_leaf.items() for k in range(len(edges))]
    if shuffled:  # as where leaves are listed in another order than their transitions
        random.shuffle(every)  # type: ignore[attr-defined]
    for number, (leaf, k) in enumerate(every, start=1):
        by_leaf[leaf][k] = replace(by_leaf[leaf][k], number=number)

    def code(edge: Edge) -> int:
        return radix * edge.number

    found = stands(by_leaf, code, lambda edge: edge.priority is None)
    assert [leaf for stand in found for leaf in stand.leaves] == sorted(by_leaf)
    for stand in found:
        for leaf in stand.leaves:
            for edge, option in zip(by_leaf[leaf], stand.options, strict=True):
                assert code(edge) == option.base + option.step * leaf
                assert edge.priority == option.edge.priority
                if len(stand.leaves) > 1:
                    assert edge.priority is None
                    assert edge.target == (option.edge.target if option.gathers else leaf)
                else:
                    assert edge.target == option.edge.target
