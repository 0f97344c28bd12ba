"""Good specs: every part of the language becomes the model that it describes."""

import subprocess
import sys
from pathlib import Path

import pytest
from msgspec import Struct
from msgspec.structs import asdict

from fsm.errors import NOWHERE, SpecError
from fsm.expressions import (
    ArrayType,
    BoolType,
    ClockRead,
    Config,
    DurationType,
    EnumType,
    Ghost,
    GhostKind,
    IntType,
    Literal,
    Local,
)
from fsm.model import (
    ConfigKind,
    Expected,
    Fairness,
    Field,
    Formula,
    MachineRef,
    Pattern,
    Property,
    Spec,
    Text,
    Transition,
)
from fsm.spec.load import load_spec, load_specs, parse_spec, spec_from
from fsm.spec.render import render

HOUR = 3_600_000


def spec(top: str = "", transitions: str = "", machine: str = "") -> Spec:
    """A spec with lines at the top, one machine `m` with states `a` and `b`, its transitions."""
    text = f"fsm: 1\nname: x\n{top}\nmachines:\n  m:\n{machine}\n    states: {{a: , b: }}\n"
    return parse_spec(text + (f"    transitions:\n{transitions}\n" if transitions else ""))


def transition(line: str, top: str = "", machine: str = "") -> Transition:
    return spec(top, f"      - {line}", machine).machines[0].transitions[0]


def claim(line: str, top: str = "") -> Property:
    events = "events: {go: {}}"
    text = f"{top}\n{events}\nproperties:\n  p: {line}"
    return spec(text, "      - {from: a, on: go, to: b}").properties[0]


def words(formula: Formula | None) -> str:
    return formula.text if formula else ""


# --- header, rules, configuration -------------------------------------------------------------


def test_header() -> None:
    found = spec("title: {zh: 退款, en: refund}\nlang: zh\nunit: 30min\ndecisions: {A1: we say so}")
    assert (found.name, found.title, found.lang) == ("x", Text("退款", "refund"), "zh")
    assert found.unit == HOUR // 2
    assert [(d.name, d.text) for d in found.decisions] == [("A1", Text("we say so", "we say so"))]


def test_rules() -> None:
    one, two = spec("rules:\n  R1: one\n  R2: {zh: 二, not_modelled: because}\n").rules
    assert (one.text, bool(one.not_modelled)) == (Text("one", "one"), False)
    assert (two.text, two.not_modelled) == (Text("二", ""), Text("because", "because"))
    assert (two.at.line, two.at.column) == (5, 3)


def test_constants() -> None:
    found = spec("constants: {n: 3, w: 1h30min, t: true, l: [[1, 5], [n, n + 1]], h: w // 2}")
    assert [(c.name, c.type, c.value) for c in found.constants] == [
        ("n", IntType(3, 3), 3),
        ("w", DurationType(), HOUR * 3 // 2),
        ("t", BoolType(), True),
        ("l", ArrayType(ArrayType(IntType(1, 5), 2), 2), ((1, 5), (3, 4))),
        ("h", DurationType(), HOUR * 3 // 4),
    ]


def test_switches_and_questions() -> None:
    found = spec(
        "constants: {most: 3}\n"
        "switches:\n  a: bool\n  b: {values: [x, y], zh: 乙, ref: A9}\n  c: {range: 1..most}\n"
        "  d: {range: 24h..72h, step: 24h}\n  e: {type: bool}\n  f: {range: 0..6, step: 3}\n"
        "questions:\n  q: {answers: [r, s], ref: A3, en: what?}\n"
        "  t: {answers: {true: yes, false: }}\n  n: {answers: [5, 2]}\n"
    )
    assert [(c.name, c.kind, c.type, c.values) for c in found.configuration] == [
        ("a", ConfigKind.SWITCH, BoolType(), (False, True)),
        ("b", ConfigKind.SWITCH, EnumType(("x", "y")), ("x", "y")),
        ("c", ConfigKind.SWITCH, IntType(1, 3), (1, 2, 3)),
        ("d", ConfigKind.SWITCH, DurationType(), (24 * HOUR, 48 * HOUR, 72 * HOUR)),
        ("e", ConfigKind.SWITCH, BoolType(), (False, True)),
        ("f", ConfigKind.SWITCH, IntType(0, 6), (0, 3, 6)),
        ("q", ConfigKind.QUESTION, EnumType(("r", "s")), ("r", "s")),
        ("t", ConfigKind.QUESTION, BoolType(), (True, False)),
        ("n", ConfigKind.QUESTION, IntType(2, 5), (5, 2)),
    ]
    assert (found.configuration[1].text, found.configuration[1].ref) == (Text("乙"), "A9")
    assert (found.configuration[6].text.en, found.configuration[6].ref) == ("what?", "A3")
    assert found.configuration[6].answers == ()
    assert found.configuration[7].answers == (Text("yes", "yes"), Text())


# --- variables, clocks, events ----------------------------------------------------------------


def test_variables() -> None:
    found = spec(
        "constants: {n: 2}\nswitches: {one: 3..3}\ninitial_where: p == c + 1\nvariables:\n"
        "  a: bool\n  b: {values: [x, y]}\n  c: 2..4\n  p: {range: n..5, initial: any}\n"
        "  d: {type: bool, initial: true, zh: 丁}\n  e: {range: 0..9, length: [2, 3], initial: 7}\n"
        "  f: {values: [x, y], length: 2, initial: [y, x]}\n"
    )
    assert [(v.name, v.type) for v in found.variables] == [
        ("a", BoolType()),
        ("b", EnumType(("x", "y"))),
        ("c", IntType(2, 4)),
        ("p", IntType(2, 5)),
        ("d", BoolType()),
        ("e", ArrayType(ArrayType(IntType(0, 9), 3), 2)),
        ("f", ArrayType(EnumType(("x", "y")), 2)),
    ]
    a, b, c, p, d, e, f = (v.initial for v in found.variables)
    assert p is None
    assert [words(i) for i in (a, b, c, d, e) if isinstance(i, Formula)] == [
        "false", "x", "2", "true", "7",
    ]  # fmt: skip
    assert isinstance(f, tuple)
    assert [words(i) for i in f if isinstance(i, Formula)] == ["y", "x"]
    assert words(found.initial_where) == "p == c + 1"
    assert found.variables[4].text == Text("丁")


def test_local_declarations_are_qualified_and_read_index() -> None:
    found = parse_spec(
        "fsm: 1\nname: x\nmachines:\n  m:\n    count: 3\n    states: {a: }\n"
        "    variables: {v: {range: 0..5, initial: index + 1}}\n    clocks: {c: }\n"
        "    events: {go: {by: m}}\n    transitions: [{on: go, set: {v: 1}, reset: c}]\n"
        "groups:\n  g:\n    count: 2\n    variables: {w: bool}\n    events: {stop: {by: k}}\n"
        "    machines:\n      k: {states: {s: }, variables: {v: bool}, transitions: [{on: stop}]}\n"
    )
    machine, group = found.machines[0], found.groups[0]
    assert (machine.count, group.count, group.machines[0].count) == (3, 2, None)
    assert [v.name for v in machine.variables] == ["m.v"]
    assert words(machine.variables[0].initial) == "index + 1"  # type: ignore[arg-type]
    assert machine.clocks[0].name == "m.c"
    assert machine.transitions[0].resets == (ClockRead("m.c", Local("index", IntType(0, 2))),)
    assert machine.transitions[0].updates[0].copy == Local("index", IntType(0, 2))
    assert (machine.events[0].name, machine.events[0].owner) == ("m.go", MachineRef("m"))
    assert [v.name for v in group.variables] == ["g.w"]
    assert group.machines[0].name == "g.k"
    assert group.machines[0].variables[0].name == "g.k.v"
    assert group.events[0].owner == MachineRef("g.k")


def test_clocks() -> None:
    one, two = spec("clocks: {c: , d: {paused_when: m == b, en: stopwatch}}").clocks
    assert (one.name, one.paused_when) == ("c", None)
    assert (words(two.paused_when), two.text.en) == ("m == b", "stopwatch")


def test_events() -> None:
    found = spec(
        "rules: {R1: a}\nevents:\n  go:\n    by: m\n    fields: {n: {range: 1..3}, ok: bool}\n"
        "    urgent: true\n    sync: all\n    priority: 2\n    fair: strong\n    tags: [strategy]\n"
        "    rules: [R1]\n    zh: 走\n  stop:\n",
        "      - {from: a, on: go, to: b}\n      - {on: stop}",
    )
    go, stop = found.events
    assert go.owner == MachineRef("m")
    assert go.fields == (
        Field("n", IntType(1, 3), (1, 2, 3)),
        Field("ok", BoolType(), (False, True)),
    )
    assert (go.urgent, go.sync_all, go.priority, go.fair) == (True, True, 2, Fairness.STRONG)
    assert (go.tags, go.rules, go.text) == (("strategy",), ("R1",), Text("走"))
    assert (stop.owner, stop.fields, stop.urgent, stop.sync_all) == (None, (), False, False)


def test_an_owner_is_one_copy_and_a_listener_binds_the_index() -> None:
    found = parse_spec(
        "fsm: 1\nname: x\nevents: {go: {by: 'm[1]'}}\nmachines:\n"
        "  m: {count: 2, states: {a: }, events: {say: {fields: {n: 0..2}}},"
        " transitions: [{on: go}, {on: say}]}\n"
        "  k: {states: {s: }, variables: {v: 0..2},"
        " transitions: [{on: 'm[i].say', when: i == 1, set: {v: n}}, {on: 'm[1].say'}]}\n"
    )
    assert found.events[0].owner == MachineRef("m", 1)
    first, second = found.machines[1].transitions
    assert first.event is not None
    assert (first.event.event, first.event.copy, first.event.binds) == ("m.say", None, "i")
    assert first.updates[0].value.node == Local("n", IntType(0, 2))
    assert second.event is not None
    assert second.event.copy == Literal(1, IntType(1, 1))


# --- states and transitions -------------------------------------------------------------------


def test_nested_states() -> None:
    found = parse_spec(
        "fsm: 1\nname: x\nmachines:\n  m:\n    initial: done\n    receptive: true\n    states:\n"
        "      open:\n        initial: old\n        tags: [live]\n        states:\n"
        "          new: {zh: 新}\n          old: {urgent: true, states: {x: , y: }}\n"
        "      done: {final: true}\n"
    ).machines[0]
    assert [(s.name, s.parent, s.initial) for s in found.states] == [
        ("open", "", "old"), ("new", "open", ""), ("old", "open", "x"),
        ("x", "old", ""), ("y", "old", ""), ("done", "", ""),
    ]  # fmt: skip
    assert (found.initial, found.receptive) == ("done", True)
    assert [s.final for s in found.states].index(True) == 5
    assert [s.urgent for s in found.states].index(True) == 2
    assert found.states[0].tags == ("live",)


def test_composite_states_and_tags_stand_for_their_leaves() -> None:
    found = parse_spec(
        "fsm: 1\nname: x\nmachines:\n  m:\n    states:\n"
        "      open: {tags: [live], states: {new: , old: {tags: [odd]}, x: , y: , z: , w: }}\n"
        "      done: {tags: [odd]}\n"
        "properties:\n  p: {never: 'm in {old, open}'}\n  q: {reachable: m in odd}\n"
        "  r: {reachable: m in live}\n"
    ).properties
    leaves = [getattr(p.subject.node, "leaves", None) for p in found]
    inside = ("new", "old", "x", "y", "z", "w")
    assert leaves == [inside, ("old", "done"), inside]


def test_transition() -> None:
    found = transition(
        "{from: [a, b], to: b, when: n > 1, choose: {k: 0..1, c: {values: [r, s]}},"
        ' set: {n: k + 1, "t[k]": true}, reset: [c1, c2], priority: 3, rules: [R1], en: hop}',
        "rules: {R1: x}\nvariables: {n: 0..5, t: {type: bool, length: 2}}\nclocks: {c1: , c2: }",
    )
    assert (found.number, found.sources, found.target) == (0, ("a", "b"), "b")
    assert (found.event, words(found.guard)) == (None, "n > 1")
    assert [(f.name, f.values) for f in found.choose] == [("k", (0, 1)), ("c", ("r", "s"))]
    assert [(u.variable, words(u.value), u.indices) for u in found.updates] == [
        ("n", "k + 1", ()),
        ("t", "true", (Local("k", IntType(0, 1)),)),
    ]
    assert found.resets == (ClockRead("c1"), ClockRead("c2"))
    assert (found.priority, found.rules, found.text) == (3, ("R1",), Text("", "hop"))


def test_a_transition_from_every_state_that_stays() -> None:
    found = transition("{on: go}", "events: {go: }")
    assert (found.sources, found.target, found.timing) == ((), "", None)


@pytest.mark.parametrize(
    ("keys", "lower", "upper", "forced"),
    [
        ("after: 48h", "48h", "48h", True),
        ("between: [1h, w]", "1h", "w", True),
        ("not_before: w // 2", "w // 2", "", False),
        ("not_after: p", "", "p", False),
        ("not_before: 1h, not_after: 2h", "1h", "2h", False),
        ("between: [2h, 2h]", "2h", "2h", True),
    ],
)
def test_timing(keys: str, lower: str, upper: str, forced: bool) -> None:
    top = "constants: {w: 48h}\nswitches: {p: {range: 1h..2h, step: 1h}}"
    timing = transition(f"{{from: a, to: b, {keys}}}", top).timing
    assert timing is not None
    assert (words(timing.lower), words(timing.upper)) == (lower, upper)
    assert (timing.forced, timing.clock) == (forced, None)


def test_timing_on_a_named_clock() -> None:
    timing = transition("{from: a, to: b, after: 1h, clock: c}", "clocks: {c: }").timing
    assert timing is not None
    assert timing.clock == ClockRead("c")


def test_the_owner_and_the_environment_may_be_forced() -> None:
    for events in ("events: {go: {by: m}}", "events: {go: }"):
        timing = transition("{from: a, on: go, to: b, after: 1h}", events).timing
        assert timing is not None
        assert timing.forced


def test_a_final_state_may_be_left() -> None:
    found = parse_spec(
        "fsm: 1\nname: x\nmachines:\n  m:\n    states: {open: , shut: {final: true}}\n"
        "    transitions: [{from: open, to: shut}, {from: shut, to: open}]\n"
    )
    assert found.machines[0].transitions[1].sources == ("shut",)


# --- properties -------------------------------------------------------------------------------

FIRED = Ghost(GhostKind.FIRED, "go")


@pytest.mark.parametrize(
    ("line", "pattern", "subject", "trigger"),
    [
        ("{never: m == b}", Pattern.NEVER, "m == b", ""),
        ("{always: m == a}", Pattern.ALWAYS, "m == a", ""),
        ("{reachable: m == b}", Pattern.REACHABLE, "m == b", ""),
        ("{eventually: m == b}", Pattern.EVENTUALLY, "m == b", ""),
        ("{after: go, eventually: m == b}", Pattern.RESPONSE, "m == b", "go"),
        ("{before: m == b, must: go}", Pattern.PRECEDENCE, "go", "m == b"),
        ("{at_most: 2, event: go}", Pattern.AT_MOST, "go", ""),
        ("{can_always: m == b}", Pattern.CAN_ALWAYS, "m == b", ""),
    ],
)
def test_patterns(line: str, pattern: Pattern, subject: str, trigger: str) -> None:
    found = claim(line)
    assert (found.pattern, words(found.subject), words(found.trigger)) == (
        pattern, subject, trigger,
    )  # fmt: skip
    assert found.bound == (2 if pattern is Pattern.AT_MOST else None)
    for formula in (found.subject, found.trigger):
        if formula and formula.text == "go":
            assert formula.node == FIRED
    assert (found.expect, found.every, found.within) == (Expected.HOLDS, False, None)


def test_options_of_properties() -> None:
    found = claim(
        "{after: go, eventually: m == b, within: 48h, ref: I4, because: {en: so}, zh: 甲,"
        " rules: [R1], expect: violated}",
        "rules: {R1: a}",
    )
    assert (words(found.within), found.ref, found.rules) == ("48h", "I4", ("R1",))
    assert (found.because, found.text, found.expect) == (
        Text("", "so"), Text("甲"), Expected.VIOLATED,
    )  # fmt: skip
    assert claim("{reachable: m == b, in: every}").every
    each = claim("{each: {i: 0..2}, reachable: 'n == i'}", "variables: {n: 0..5}")
    assert each.each == (Field("i", IntType(0, 2), (0, 1, 2)),)


def test_properties_watch_events_and_read_configuration_as_bounds() -> None:
    assert words(claim("{never: count(go) > 2}").subject) == "count(go) > 2"
    top = "switches: {p: {range: 1h..2h, step: 1h}}"
    assert words(claim("{eventually: m == b, within: p}", top).within) == "p"


def test_expected_condition() -> None:
    found = claim("{never: m == b, expect: {violated_when: fast}}", "switches: {fast: bool}")
    assert found.expect is Expected.VIOLATED_WHEN
    assert found.condition == Formula(Config("fast", BoolType()), "fast")


def test_allow() -> None:
    (found,) = spec("allow: [{code: S08, subject: R7, because: later}]").allow
    assert (found.code, found.subject, found.because) == ("S08", "R7", Text("later", "later"))


# --- entry points -----------------------------------------------------------------------------

DATA = {
    "fsm": 1,
    "name": "x",
    "events": {"go": None},
    "variables": {"paid": {"type": "bool"}},
    "machines": {
        "m": {
            "states": {"a": {"tags": ["live"]}, "b": {"final": True}},
            "transitions": [{"from": "a", "on": "go", "to": "b", "set": {"paid": True}}],
        }
    },
    "properties": {"p": {"reachable": "m == b and paid"}},
}
BODY = """events: {go: }
variables: {paid: {type: bool}}
machines:
  m:
    states: {a: {tags: [live]}, b: {final: true}}
    transitions: [{from: a, on: go, to: b, set: {paid: true}}]
properties: {p: {reachable: m == b and paid}}
"""
TEXT = f"fsm: 1\nname: x\n{BODY}"


def without_positions(value: object) -> object:
    """The value with every position replaced by one and the same."""
    if isinstance(value, tuple):
        return tuple(without_positions(item) for item in value)
    if not isinstance(value, Struct):
        return value
    kept = {n: NOWHERE if n == "at" else without_positions(v) for n, v in asdict(value).items()}
    return type(value), tuple(kept.items())


def test_python_data_and_text_give_the_same_spec() -> None:
    assert without_positions(spec_from(DATA)) == without_positions(parse_spec(TEXT))


def test_errors_in_python_data_name_the_path() -> None:
    with pytest.raises(SpecError) as caught:
        spec_from({**DATA, "properties": {"p": {"reachable": "m ==\nc"}}})
    (found,) = caught.value.diagnostics
    assert render(found).splitlines()[0].endswith("or tag 'c' (at properties.p.reachable)")
    assert found.source == "properties.p.reachable: m == c"
    assert found.source[found.at.column - 1 :] == "c"
    with pytest.raises(SpecError) as caught:
        spec_from({**DATA, "properties": {"p": {"reachabel": "m == b", "never": "m == b"}}})
    (found,) = caught.value.diagnostics
    assert found.source[found.at.column - 1 :] == "reachabel: m == b"


def test_loading_files(tmp_path: Path) -> None:
    good, bad = tmp_path / "a.fsm.yaml", tmp_path / "b.fsm.yaml"
    good.write_text(TEXT, encoding="utf-8")
    bad.write_text("fsm: 2\n", encoding="utf-8")
    assert load_spec(good).machines[0].at.file == str(good)
    (first, spec), (second, error) = load_specs([tmp_path])
    assert (first, second) == (good, bad)
    assert isinstance(spec, Spec)
    assert isinstance(error, SpecError)
    assert error.diagnostics[0].at.file == str(bad)


def test_a_caret_stands_below_its_character() -> None:
    with pytest.raises(SpecError) as caught:
        parse_spec(f"fsm: 1\nname: x\ntitle: {{zh: 退款, e: {'long ' * 40}}}\n{BODY}", "f")
    (found,) = caught.value.diagnostics
    head, line, caret, hint = render(found).split("\n")
    assert head == "f:3:17: F201 a text has no key 'e'"
    assert line.startswith("  title: {zh: 退款, e: long")
    assert line.endswith("…")
    assert caret == " " * 20 + "^"  # two wide characters take four columns
    assert hint.startswith("  hint: ")


def test_importing_the_loader_imports_nothing_heavy() -> None:
    code = "import sys, fsm.spec.load; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    heavy = {"yaml", "lark", "rich", "numpy", "fsm.spec.build", "fsm.spec.catalogue"}
    assert not heavy & set(done.stdout.split())


def test_loading_a_good_spec_needs_no_catalogue() -> None:
    code = "import sys; from fsm.spec.load import parse_spec; parse_spec(sys.argv[1]); "
    done = subprocess.run(
        [sys.executable, "-c", code + "print(*sys.modules)", TEXT],
        capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert not {"fsm.spec.catalogue", "jsonschema", "rich"} & set(done.stdout.split())
