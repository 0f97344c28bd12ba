"""Fairness that would help: single variants answer for the family, and never otherwise than it."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from fsm.check.check import CheckOptions, check_spec, task_of
from fsm.explore.columns import Columns
from fsm.explore.engines import step_function
from fsm.explore.space import Limits, explore
from fsm.logic import tester
from fsm.logic.branching_stored import Ghosts
from fsm.logic.product import Product, by_itself, compose
from fsm.logic.stubborn import removed_by
from tests.logic.small import ARCS, FAIR, spec_of

VARIANTS = 4
needs = st.lists(st.frozensets(st.integers(0, 3), max_size=2), min_size=VARIANTS, max_size=VARIANTS)
tried = st.lists(st.lists(st.integers(0, 3), max_size=3), max_size=8)


@given(needs, tried)
def test_the_answer_is_the_family_s(
    needs: list[frozenset[int]], tried: list[list[int]]
) -> None:  # fmt: skip
    """A violation of a variant goes where all that it needs is there; of none it never was one."""
    asked: list[int | None] = []

    def left(more: Sequence[int], variant: int | None) -> int:
        asked.append(variant)
        found = sum(1 << v for v, need in enumerate(needs) if not need <= set(more))
        return found if variant is None else found & 1 << variant

    removed = removed_by(left, 0)
    refused: set[int] = set()
    for more in tried:
        asked.clear()
        assert removed(more) is all(need <= set(more) for need in needs)
        # Whoever is known to need something is enough to refuse what lacks it.
        if any(not needs[v] <= set(more) for v in {0, *refused}):
            assert None not in asked
        elif not removed(more):
            refused.add(next(v for v, need in enumerate(needs) if not need <= set(more)))


def test_one_variant_alone_may_refuse() -> None:
    """Weak fairness of `go` helps without the switch; with it, `hop` may take turns for ever."""
    arcs = [("a", "hop", "a", False), ("a", "go", "b", False), ("b", "hop", "a", True)]
    told = 'ltl: "F G m == b"'
    (result,) = check_spec(spec_of(arcs, {}, told)).results
    assert result.violated.count == 2
    assert not any("fair: weak" in note.get("en") for note in result.notes)
    arcs[2] = ("c", "hop", "a", True)
    (result,) = check_spec(spec_of(arcs, {}, told)).results
    assert [note for note in result.notes if "of go would remove" in note.get("en")]


@given(ARCS, FAIR)
def test_a_space_by_itself_is_the_product_with_an_observer_without_memory(
    arcs: list[tuple[str, str, str, bool]], fair: dict[str, str]
) -> None:
    """The same nodes and arcs, whatever their numbers."""
    task = task_of(spec_of(arcs, fair, "never: m == b"), CheckOptions(without=("cone",)))
    space = explore(step_function(task.system, task.variants))
    columns = Columns(space.states, task.variants)
    observer = tester.Tester("p", (), {}, task.system, task.lowering, columns)
    whole, product = compose(space, Ghosts(observer), Limits()), by_itself(space)

    def seen(graph: Product) -> set[tuple[object, ...]]:
        found: set[tuple[object, ...]] = {
            (graph.nodes[node], graph.reach[node], step, graph.nodes[to], mask)
            for node, leaving in enumerate(graph.arcs) for step, to, mask in leaving
        }  # fmt: skip
        return found | {(graph.nodes[node], mask) for node, mask in graph.initial}

    assert seen(product) == seen(whole)
    assert len(product.nodes) == len(whole.nodes) and product.undecided == whole.undecided
