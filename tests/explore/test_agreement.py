"""The family engine against the reference interpreter, on random specs with every feature."""

from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings

from fsm.explore.decode import occurrence
from fsm.explore.generated import Generated
from fsm.explore.space import Space, explore
from fsm.explore.successors import DELAY, Successors
from fsm.explore.variants import Variants, make_variants
from fsm.expressions import Scalar
from fsm.model import Spec
from fsm.semantics.interpreter import Interpreter
from fsm.semantics.layout import Layout
from fsm.semantics.lower import lower
from fsm.semantics.lowered import SlotKind, System
from fsm.semantics.trace import Delay, Snapshot, Step
from fsm.spec.load import parse_spec, spec_from
from tests import oracle
from tests.random_specs import specs

Canonical = tuple[Snapshot, tuple[tuple[str, int], ...]]
LIMIT = 400
SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


def variants_of(spec: Spec) -> list[dict[str, Scalar]]:
    names = [c.name for c in spec.configuration]
    return [
        dict(zip(names, values, strict=True))
        for values in product(*(c.values for c in spec.configuration))
    ]


def canonical(space: Space, layout: Layout, number: int) -> Canonical:
    """A state of the engine in the words of the oracle."""
    state = space.states[number]
    slots = space.successors.system.slots
    clocks = ((s.name, state[k]) for k, s in enumerate(slots) if s.kind is SlotKind.CLOCK)
    return layout.snapshot(state), tuple(clocks)


def check_family(spec: Spec) -> bool:
    """Compare states, steps and faults of every variant; False where the spec is too large."""
    system, lowering = lower(spec)
    family = make_variants(spec.configuration, lowering.codes, range(len(lowering.codes)), {})
    caps = {s.name: s.high for s in system.slots if s.kind is SlotKind.CLOCK}
    explored = [oracle.explore(Interpreter(spec, v), LIMIT, caps) for v in variants_of(spec)]
    if not all(e.complete for e in explored):
        return False
    for engine in (Successors, Generated):
        check_space(explore(engine(system, family)), family, explored, lowering.layout)
    check_order(system, family)
    return True


def check_order(system: System, family: Variants) -> None:
    """The generated step function gives the steps of each state in the order of the readable one,
    and notices the same on the way."""
    quick, plain = Generated(system, family), Successors(system, family)
    space = explore(quick)
    for key, values, mask in zip(space.keys, space.states, space.reach, strict=True):
        answers = [(quick.steps[n], quick.values(to), m) for n, to, m in quick.of(key, mask)]
        wanted = [(plain.steps[n], to, m) for n, to, m in plain.of(values, mask)]
        for variant in range(family.total):
            mine = [(step, to) for step, to, m in answers if m >> variant & 1]
            assert mine == [(step, to) for step, to, m in wanted if m >> variant & 1]
    for mine, others in ((quick.faults, plain.faults), (quick.competing, plain.competing),
                         (quick.ignored, plain.ignored)):  # fmt: skip
        assert {k: seen.mask for k, seen in mine.items()} == {
            k: seen.mask for k, seen in others.items()
        }


def check_space(
    space: Space, family: Variants, explored: list[oracle.Explored], layout: Layout
) -> None:
    spec = space.successors.system.spec
    steps: list[Step] = [
        Delay(1) if k == DELAY else occurrence(space.successors, k)
        for k in range(len(space.successors.steps))
    ]
    names = [canonical(space, layout, k) for k in range(len(space.states))]
    for number, expected in enumerate(explored):
        assert family.variant(number) == variants_of(spec)[number]
        bit = 1 << number
        assert {names[k] for k, m in enumerate(space.reach) if m & bit} == set(expected.states)
        assert {names[k] for k, m in space.initial if m & bit} == set(expected.initial)
        arcs = {
            (names[k], steps[step], names[target])
            for k, out in enumerate(space.arcs)
            for step, target, mask in out
            if mask & bit
        }
        assert arcs == set(expected.edges)
        found = {(f.kind, f.subject) for f, seen in space.successors.faults.items()
                 if seen.mask & bit and f.kind != "division"}  # fmt: skip
        wanted = {(f.kind, f.subject) for _, _, f in expected.faults if f.kind != "division"}
        assert found == wanted


@given(specs())
@settings(max_examples=40, deadline=None, suppress_health_check=SLOW)
def test_states_steps_and_faults_of_every_variant(document: dict[str, object]) -> None:
    check_family(spec_from(document))


@pytest.mark.slow
@given(specs())
@settings(max_examples=5_000, deadline=None, suppress_health_check=SLOW)
def test_states_steps_and_faults_of_every_variant_at_length(document: dict[str, object]) -> None:
    check_family(spec_from(document))


CORNERS = {
    "a fault that is met before it turns out that somebody who is needed never comes along": """
fsm: 1
name: corner
variables: {x: {range: 0..2, initial: 0}}
events:
  g: {by: two, fields: {f: {range: 0..1}}, sync: all}
machines:
  one:
    states: {a: {}, c: {}}
    transitions:
      - {from: a, on: g, when: f == 1, to: c}
      - {from: a, to: a, set: {x: (x + 1) % 3}}
  three:
    states: {a: {}}
    transitions:
      - {from: a, on: g, to: a}
  two:
    states: {u: {}, v: {}}
    transitions:
      - {from: u, on: g, when: 6 // x == 3, to: u}
      - {from: u, on: g, to: v}
""",
    "variables that are named like what generated code names itself": """
fsm: 1
name: corner
switches: {V0: bool}
events: {e: {by: m}}
variables: {e0: {range: 0..3}, w0: {range: 0..3}, e1: bool, n: {range: 0..2}, memo: bool}
machines:
  m:
    states: {s: {}, r: {final: true}}
    transitions:
      - {from: s, on: e, when: e0 < 2 and not e1, set: {e0: e0 + 1, w0: e0}, to: s}
      - {from: s, on: e, when: e0 == 2 and V0, set: {e1: true, n: w0, memo: not memo}, to: r}
""",
    "priorities within one machine and one event, one of them in some variants only": """
fsm: 1
name: corner
switches: {on: bool}
events: {e: {by: owner}}
machines:
  owner:
    states: {s: {}, a: {final: true}, b: {final: true}, c: {final: true}}
    transitions:
      - {from: s, on: e, priority: 1, to: a}
      - {from: s, on: e, when: on, priority: 3, to: b}
      - {from: s, on: e, to: c}
  listener:
    states: {s: {}, a: {final: true}, b: {final: true}, c: {final: true}}
    transitions:
      - {from: s, on: e, priority: 2, to: a}
      - {from: s, on: e, when: not on, priority: 5, to: b}
      - {from: s, on: e, to: c}
""",
    "priorities between steps": """
fsm: 1
name: corner
switches: {on: bool}
events: {high: {priority: 4}, low: {priority: 2}, free: {}}
machines:
  m:
    states: {s: {}, a: {final: true}, b: {final: true}, c: {final: true}, d: {final: true}}
    transitions:
      - {from: s, on: low, to: a}
      - {from: s, on: high, when: on, to: b}
      - {from: s, on: free, to: c}
      - {from: s, priority: 3, to: d}
""",
    "a clock reset in a copy that only the state tells": """
fsm: 1
name: corner
variables: {x: {range: 0..2, initial: any}}
groups:
  desk:
    count: 2
    clocks: {c: {}}
    machines:
      clerk:
        states: {busy: {}, done: {final: true}}
        transitions: [{from: busy, between: [1h, 2h], clock: c, to: done}]
machines:
  boss:
    states: {s: {}, t: {final: true}}
    transitions: [{from: s, after: 1h, to: t, reset: "desk[x].c"}]
""",
    "a guard that is never true in one copy mentions the event all the same": """
fsm: 1
name: corner
events: {e: {sync: all}}
machines:
  m:
    count: 2
    states: {s: {}, t: {final: true}}
    transitions: [{from: s, on: e, when: index == 0, to: t}, {from: s, to: t}]
""",
    "a forced guard without a value forces nothing": """
fsm: 1
name: corner
variables: {x: {range: 0..2, initial: any}}
events: {e: {by: m}}
machines:
  m:
    states:
      outer: {initial: s, states: {s: {}}}
      t: {final: true}
    transitions:
      - {from: s, on: e, to: t}
      - {from: outer, on: e, after: 1h, when: 2 // x == 2, to: t}
""",
    "writes that meet only at run time": """
fsm: 1
name: corner
variables: {x: {range: 0..2, initial: any}, y: {range: 0..1, length: 3}}
machines:
  m:
    states: {s: {}, t: {final: true}}
    transitions: [{from: s, to: t, set: {"y[x]": 1, "y[1]": 0, x: 2 - x}}]
""",
    "leaves that do the same, but for one": """
fsm: 1
name: corner
switches: {on: bool}
variables: {x: {range: 0..2}}
events: {e: {by: owner}, f: {by: owner}, g: {}}
machines:
  owner:
    states: {a: {}, b: {}, c: {}, d: {}, t: {final: true}}
    transitions:
      - {from: [a, b, c], on: e, to: d, set: {x: (x + 1) % 3}}
      - {from: d, on: e, when: on, to: c}
      - {from: [b, c, d], on: f, when: x > 0}
      - {from: [a, d], on: g, to: b}
      - {on: g, when: x == 2, to: t}
  listener:
    states:
      p: {initial: q, states: {q: {}, r: {}}}
      s: {final: true}
    transitions:
      - {from: p, on: e, to: s}
      - {from: q, on: e, when: x == 1, to: r}
      - {from: [q, s], on: f, to: r}
      - {from: r, on: f, when: on, to: q}
      - {from: [r, s], on: g, when: x < 2, to: q}
""",
    "leaves that lead to one of them, and one that stays where it is": """
fsm: 1
name: corner
events: {e: {}, f: {}, g: {}}
machines:
  m:
    states: {a: {}, b: {}, c: {}}
    transitions:
      - {from: [a, b], on: e, to: b}
      - {from: c, on: e, to: c}
      - {from: a, on: f, to: a}
      - {from: [b, c], on: f, to: b}
      - {from: [a, c], on: g, to: a}
      - {from: b, on: g, to: b}
""",
    "leaves that do nearly the same": """
fsm: 1
name: corner
variables: {x: {range: 0..2, initial: any}}
events: {e: {by: m}, f: {by: m}, g: {by: m}, h: {by: m}}
machines:
  m:
    states: {a: {}, b: {}, c: {}, d: {final: true}}
    transitions:
      - {from: a, on: e, when: x == 0, to: d}
      - {from: b, on: e, to: d}
      - {from: c, on: e, to: d, set: {x: 1}}
      - {from: [a, c], on: f, to: d}
      - {from: b, on: f, to: d}
      - {from: a, on: g, to: d}
      - {from: b, on: g, to: c}
      - {from: [a, b], on: h, when: 2 // x == 1, to: d}
      - {from: a, to: b}
      - {from: b, to: c}
  other:
    states: {s: {}, t: {final: true}}
    transitions:
      - {from: s, on: e, to: t}
      - {from: s, on: f, to: t}
      - {from: s, on: g, to: t}
""",
    "guards that ask the same, of values and of places, and one that may fault": """
fsm: 1
name: corner
switches: {on: bool, off: bool}
variables: {x: {range: 0..3, initial: any}, b: bool}
events: {e: {by: m}, f: {by: m}, g: {by: m}, h: {by: m}, k: {by: m}}
machines:
  m:
    states: {s: {}, t: {}, r: {final: true}}
    transitions:
      - {from: s, on: e, when: "x > 1 and n in {a, b} and (on or x == 3)", to: t}
      - {from: s, on: f, when: "x > 1 and n in {b, c}", to: t}
      - {from: s, on: g, when: 6 // x > 2, to: t}
      - {from: [s, t], on: h, set: {b: 6 // x > 2 and off}, to: s}
      - {from: s, on: k, when: (if x == 2 or on or n == c then 1 else 0) == 1, to: r}
      - {from: s, when: x < 3, set: {x: x + 1}, to: s}
  n:
    states: {a: {}, b: {}, c: {}}
    transitions:
      - {from: a, on: e, when: x > 1, to: b}
      - {from: [b, c], on: e, when: x == 3, to: c}
      - {from: b, on: f, to: c}
      - {from: c, on: g, to: a}
      - {from: [a, b], on: h, when: b, to: c}
      - {from: c, on: k, when: x > 1, to: a}
""",
    "nobody takes part, though everybody might": """
fsm: 1
name: corner
events: {now: {urgent: true}, low: {priority: 1}, high: {priority: 2}}
variables: {x: {range: 0..2, initial: any}}
machines:
  m:
    states: {s: {}, t: {final: true}}
    transitions:
      - {from: s, on: now, when: x == 1, to: t}
      - {from: s, on: high, when: x == 2, to: t}
      - {from: s, on: low, to: t}
  other:
    states: {s: {}, t: {final: true}}
    transitions:
      - {from: s, on: now, when: x == 1, to: t}
      - {from: s, on: high, when: x == 2, to: t}
      - {from: s, on: low, to: t}
      - {from: s, after: 2h, to: t}
""",
    "a fault where the event gives way to another": """
fsm: 1
name: corner
variables: {x: {range: 0..2, initial: any}}
events: {low: {by: m, priority: 1}, high: {by: m, priority: 2}}
machines:
  m:
    states: {s: {}, t: {final: true}}
    transitions:
      - {from: s, on: low, to: t}
      - {from: s, on: high, to: t}
  other:
    states: {s: {}, t: {final: true}}
    transitions:
      - {from: s, on: low, when: 2 // x == 1, to: t}
""",
    "what is urgent stops time, even where it gives way": """
fsm: 1
name: corner
switches: {on: bool}
events: {now: {by: m, urgent: true, priority: 1}, first: {priority: 2}, late: {by: other}}
machines:
  m:
    states: {s: {}, t: {final: true}}
    transitions:
      - {from: s, on: now, when: on, to: t}
  other:
    states: {s: {}, t: {final: true}}
    transitions:
      - {from: s, on: now, to: t}
      - {from: s, on: first, to: s}
      - {from: s, on: late, after: 2h, to: t}
""",
    "a fault that is met only in variants in which those who come before can go along": """
fsm: 1
name: corner
switches: {on: bool, off: bool}
variables:
  x: {range: 0..2, initial: any}
  b: bool
  one: {range: 0..1, length: 2}
  two: {range: 0..1, length: 2}
  three: {range: 0..1, length: 2}
  four: {range: 0..1, length: 2}
  five: {range: 0..1, length: 2}
  six: {range: 0..1, length: 2}
events:
  e: {sync: all, priority: 2}
  f: {by: m}
  g: {by: m, sync: all}
  h: {by: m, priority: 1}
  k: {}
  q: {sync: all}
machines:
  m:
    states: {s: {}, t: {}}
    transitions:
      - {from: s, on: e, when: b == on, to: t}
      - {from: [s, t], on: f, when: on and not off, to: t}
      - {from: s, on: g, when: on or x == 1, to: t}
      - {from: s, on: g, when: off and x == 1, to: s}
      - {from: s, on: h, when: b == off, to: t}
      - {from: s, on: k, to: t}
      - {from: s, on: q, when: b == off, to: t}
      - {from: t, to: s}
  n:
    states: {s: {}, t: {}}
    transitions:
      - {from: s, on: e, when: "one[x] == 0", to: t}
      - {from: s, on: f, when: "two[x] == 0 or on", to: s}
      - {from: s, on: g, when: on, to: s}
      - {from: s, on: g, when: "off and three[x] == 0", to: t}
      - {from: s, on: h, when: "four[x] == 0", to: s}
      - {from: s, on: q, when: "six[x] == 0", to: s}
  o:
    receptive: true
    states: {s: {}, t: {}}
    transitions:
      - {from: s, on: e, when: off, to: s}
      - {from: s, on: g, when: "one[x] == 0", to: t}
      - {from: s, on: h, when: "five[x] == 1", to: t}
      - {from: s, on: k, when: "five[x] == 0", to: t}
      - {from: s, on: q, when: false, to: t}
""",
    "conjunctions that are never true, and may fault": """
fsm: 1
name: corner
switches: {on: bool, off: bool}
variables: {x: {range: 0..2, initial: any}}
events: {e: {by: m}, f: {by: m}}
machines:
  m:
    states: {s: {}, r: {}, t: {final: true}}
    transitions:
      - {from: s, on: e, when: x > 0 and on and not (x == 1 or off), to: r}
      - {from: [s, r], on: f, when: 2 // x == 1 and on, to: t}
""",
    "listeners that write and reset the same": """
fsm: 1
name: corner
switches: {both: bool}
variables: {x: {range: 0..3}}
clocks: {c: {}}
events: {e: {by: m}, f: {by: m}}
machines:
  m:
    states: {s: {}, t: {final: true}}
    transitions:
      - {from: s, on: e, between: [1h, 2h], clock: c, to: s, reset: c}
      - {from: s, on: f, to: t, set: {x: x + 3}}
  one:
    receptive: true
    states: {s: {}, t: {final: true}}
    transitions:
      - {from: s, on: e, to: t, set: {x: x + 2}, reset: c}
  two:
    states: {s: {}, t: {final: true}}
    transitions:
      - {from: s, on: e, when: both, to: t, set: {x: 1}}
      - {from: t, on: f, to: s, set: {x: x + 1}}
""",
}


@pytest.mark.parametrize("name", CORNERS)
def test_corners_that_random_specs_seldom_meet(name: str) -> None:
    assert check_family(parse_spec(CORNERS[name]))
