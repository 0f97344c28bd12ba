"""Where runs start, and rule 3.10: the order of the spec is the order of everything."""

import pytest

from fsm.semantics.trace import Snapshot
from tests.semantics.reading import at, options, start, system

ANY = """
switches: {low: bool}
variables:
  x: {range: 0..2, initial: any}
  b: {type: bool, initial: any}
  v: {values: [p, q], length: 2, initial: any}
initial_where: "(low -> x == 0) and (v[0] != q or b) and a == s"
machines: {a: {states: {s: , t: }, transitions: [{from: s, to: t}]}}
"""


def test_any_starts_with_every_value_in_order_that_initial_where_admits() -> None:
    i = system(ANY, low=True)
    assert [(at(s, "x"), at(s, "b"), at(s, "v")) for s in i.initial()] == [
        (0, False, ("p", "p")), (0, False, ("p", "q")),
        (0, True, ("p", "p")), (0, True, ("p", "q")), (0, True, ("q", "p")), (0, True, ("q", "q")),
    ]  # fmt: skip
    assert sum(1 for _ in system(ANY, low=False).initial()) == 18


def test_starts_as_agrees_with_the_list() -> None:
    i = system(ANY, low=True)
    listed = {s.snapshot: s for s in i.initial()}
    free = system(ANY, low=False)
    for state in free.initial():
        assert i.starts_as(state.snapshot) == listed.get(state.snapshot)
        moved = Snapshot((("a", "t"),), state.snapshot.values)
        assert free.starts_as(moved) is None


@pytest.mark.parametrize(
    "values",
    [
        (("x", 3), ("b", True), ("v", ("p", "p"))),
        (("x", 0), ("b", True), ("v", ("p",))),
        (("x", 0), ("b", True), ("v", "p")),
        (("x", 0), ("b", True)),
        (("b", True), ("x", 0), ("v", ("p", "p"))),
    ],
)
def test_no_run_starts_outside_the_types(values: tuple[tuple[str, object], ...]) -> None:
    i = system(ANY, low=False)
    assert i.starts_as(Snapshot((("a", "s"),), values)) is None  # type: ignore[arg-type]


def test_no_run_starts_with_another_value_than_the_one_said() -> None:
    i = system("""
        variables: {x: {range: 0..2, initial: 1}, v: {range: 0..2, length: 2, initial: [0, 1]}}
        machines: {a: {states: {s: }}}
    """)
    here = (("a", "s"),)
    assert i.starts_as(Snapshot(here, (("x", 1), ("v", (0, 1))))) == start(i)
    assert i.starts_as(Snapshot(here, (("x", 2), ("v", (0, 1))))) is None
    assert i.starts_as(Snapshot(here, (("x", 1), ("v", (0, 2))))) is None


def test_unsaid_initial_values_are_the_lowest_and_arrays_take_a_list_or_one_for_all() -> None:
    i = system("""
        variables:
          b: {type: bool}
          m: {values: [p, q]}
          x: {range: 3..5}
          v: {range: 0..9, length: 2, initial: 7}
          grid: {range: 0..9, length: [2, 2], initial: [[1, 2], [3, 4]]}
        machines:
          a: {count: 2, variables: {mine: {range: 0..9, initial: 2 * index}}, states: {s: }}
    """)
    assert start(i).snapshot == Snapshot(
        (("a[0]", "s"), ("a[1]", "s")),
        (("b", False), ("m", "p"), ("x", 3), ("v", (7, 7)), ("grid", ((1, 2), (3, 4))),
         ("a[0].mine", 0), ("a[1].mine", 2)),
    )  # fmt: skip


def test_the_order_of_the_spec() -> None:
    """Global events first, then those of machines, then of groups; copies in order; then
    spontaneous steps; time last."""
    i = system("""
        groups:
          g:
            count: 2
            variables: {x: {range: 0..1}}
            clocks: {c: {}}
            events: {ge: {}}
            machines:
              k: {events: {ke: {}}, states: {s: },
                  transitions: [{on: ge, to: s}, {on: ke, to: s}, {not_before: 0h, to: s}]}
              j: {variables: {y: {range: 0..1}}, states: {s: }, transitions: [{to: s}]}
        machines:
          n:
            count: 2
            variables: {z: {range: 0..1}}
            events: {ne: {}, nf: {}}
            states: {s: }
            transitions: [{on: nf, to: s}, {on: ne, to: s}, {to: s}]
          m: {states: {s: }, transitions: [{on: b, to: s}, {on: a, to: s}]}
        variables: {w: {range: 0..1}}
        clocks: {d: {}}
        events: {b: {}, a: {}}
    """)
    state = start(i)
    assert options(i, state) == [
        "b m:0", "a m:1",
        "n[0].ne n[0]:1", "n[1].ne n[1]:1", "n[0].nf n[0]:0", "n[1].nf n[1]:0",
        "g[0].ge g[0].k:0", "g[1].ge g[1].k:0", "g[0].k.ke g[0].k:1", "g[1].k.ke g[1].k:1",
        "n[0]:2", "n[1]:2", "g[0].k:2", "g[0].j:0", "g[1].k:2", "g[1].j:0",
        "+1",
    ]  # fmt: skip
    assert [name for name, _ in state.snapshot.locations] == [
        "n[0]", "n[1]", "m", "g[0].k", "g[0].j", "g[1].k", "g[1].j",
    ]  # fmt: skip
    assert [name for name, _ in state.snapshot.values] == [
        "w", "n[0].z", "n[1].z", "g[0].x", "g[1].x", "g[0].j.y", "g[1].j.y",
    ]  # fmt: skip
    assert [name for name, _ in state.clocks] == [
        "d", "g[0].c", "g[1].c", "n[0]@", "n[0]@s", "n[1]@", "n[1]@s", "m@", "m@s",
        "g[0].k@", "g[0].k@s", "g[0].j@", "g[0].j@s", "g[1].k@", "g[1].k@s", "g[1].j@", "g[1].j@s",
    ]  # fmt: skip
