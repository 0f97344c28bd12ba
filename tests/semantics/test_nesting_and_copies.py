"""Section 2: inner first, composite states, and machines and groups with copies."""

from tests.semantics.reading import at, go, options, start, system

INNER = """
events: {e: {by: a}, go: {}}
switches: {deep: bool}
machines:
  a:
    states: {out: {states: {mid: {states: {s: , t: }}, r: }}, end: }
    transitions:
      - {on: e, to: end}
      - {from: out, on: e, to: r}
      - {from: mid, on: e, when: not deep, to: end}
      - {from: s, on: e, when: deep, to: t}
      - {from: s, on: e, when: deep, to: s}
      - {from: [t, out], on: go, to: s}
"""


def test_inner_first() -> None:  # section 2
    deep = system(INNER, deep=True)
    assert options(deep, start(deep)) == ["e a:3", "e a:4", "go a:5"]
    inside = go(deep, start(deep), "e a:3")
    assert options(deep, inside) == ["e a:1", "go a:5"]  # s is left; mid is not enabled
    shallow = system(INNER, deep=False)
    assert options(shallow, start(shallow)) == ["e a:2", "go a:5"]
    assert options(shallow, go(shallow, start(shallow), "e")) == ["e a:0"]  # no `from` comes last
    assert options(deep, go(deep, inside, "e")) == ["e a:1", "go a:5"]


def test_entering_a_composite_state_enters_its_initial_one() -> None:  # section 2
    i = system("""
        machines:
          a:
            initial: end
            states:
              out: {initial: mid, states: {r: , mid: {initial: t, states: {s: , t: }}}}
              end:
            transitions: [{from: end, to: out}]
    """)
    assert at(start(i), "a") == "end"
    assert at(go(i, start(i), "a:0"), "a") == "t"


COPIES = """
variables: {heard: {range: 0..9}}
machines:
  desk:
    count: 2
    variables: {mine: {range: 0..9, initial: index + 3}}
    events: {ring: {by: desk}, knock: {}}
    states: {idle: , busy: }
    transitions:
      - {from: idle, on: ring, to: busy, set: {mine: index}}
      - {from: idle, on: "desk[1 - index].ring", when: index == 1, to: busy}
  ear:
    states: {s: }
    transitions:
      - {on: "desk[i].ring", set: {heard: i + 5}}
      - {on: "desk[1].ring", when: "desk[1].mine == 4", set: {heard: 9}}
      - {on: "desk[1].knock", to: s}
"""


def test_each_copy_has_its_own_events_and_variables() -> None:  # section 2
    i = system(COPIES)
    first = start(i)
    assert (at(first, "desk[0].mine"), at(first, "desk[1].mine")) == (3, 4)
    assert options(i, first) == [
        "desk[0].ring desk[0]:0 desk[1]:1 ear:0(i=0)",
        "desk[1].ring desk[1]:0 ear:0(i=1)",
        "desk[1].ring desk[1]:0 ear:1",
        "desk[1].knock ear:2",
    ]
    after = go(i, first, "desk[0].ring")
    assert [at(after, n) for n in ("desk[0]", "desk[1]", "desk[0].mine", "desk[1].mine")] == [
        "busy", "busy", 0, 4,
    ]  # fmt: skip
    assert at(after, "heard") == 5


def test_machines_of_a_group_share_its_copy() -> None:  # section 2
    i = system("""
        groups:
          shop:
            count: 2
            variables: {open: {type: bool}}
            events: {call: {by: clerk}}
            machines:
              clerk:
                states: {s: , t: }
                transitions: [{from: s, on: call, to: t, set: {open: true}}]
              phone: {states: {s: , t: }, transitions: [{on: call, when: not open, to: t}]}
    """)
    assert options(i, start(i)) == [
        "shop[0].call shop[0].clerk:0 shop[0].phone:0",
        "shop[1].call shop[1].clerk:0 shop[1].phone:0",
    ]
    after = go(i, start(i), "shop[1].call")
    assert (at(after, "shop[0].open"), at(after, "shop[1].open")) == (False, True)
    assert [name for name, _ in after.snapshot.locations] == [
        "shop[0].clerk", "shop[0].phone", "shop[1].clerk", "shop[1].phone",
    ]  # fmt: skip


def test_one_copy_may_own_a_global_event() -> None:  # section 2
    i = system("""
        events: {e: {by: "desk[1]"}}
        machines: {desk: {count: 2, states: {s: , t: }, transitions: [{from: s, on: e, to: t}]}}
    """)
    assert options(i, start(i)) == ["e desk[1]:0 desk[0]:0"]
