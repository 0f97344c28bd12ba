"""Copies that are sorted in zones: the same answers, one frame for each orbit of states."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fsm.check.check import CheckOptions, check_spec
from fsm.explore.emit import Values
from fsm.explore.space import Limits
from fsm.explore.variants import make_variants
from fsm.model import Spec
from fsm.reduce.reduce import Reduced, reduce
from fsm.reduce.symmetry import canonical_form
from fsm.spec.load import parse_spec, spec_from
from fsm.timed import decide, machine
from fsm.timed.decide import TimedDecider
from fsm.timed.limits import Horizons
from fsm.timed.machine import Code, ZoneMachine, ZoneSpace, available
from fsm.timed.plain import sought
from fsm.timed.split import NotPlain
from tests.known_answers.families import text
from tests.reduce.copies import Document
from tests.timed.interpreted import interpreted

SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
PAIR = "never: process[0] == critical and process[1] == critical"


def fischer(n: int) -> Spec:
    """With a property that speaks of all copies alike."""
    anybody = f'never: "count(i in 0..{n - 1}: process[i] == critical) >= 2"'
    return parse_spec(text("fischer_dense", n=n).replace(PAIR, anybody))


def spaces(found: Reduced, compiled: bool) -> tuple[ZoneSpace, ZoneSpace]:
    """The whole space, and the one with sorted copies."""
    system, lowering = found.system, found.lowering
    codes = lowering.codes
    family = make_variants(found.spec.configuration, codes, range(len(codes)), {})
    decider = TimedDecider(system, lowering, family, found.spec.properties, machine_code=False)
    monitors = [m for own in decider._monitors.values() for _, m in own if not m.remembers]
    horizons = Horizons(system, family, decider.successors.numbering,
                        [node for m in monitors for node in m.formulas])  # fmt: skip

    def searched(alike: bool) -> ZoneSpace:
        built = ZoneMachine(system, family, horizons, [sought(m) for m in monitors],
                              found.alike if alike else ())  # fmt: skip
        code: Code | None = None if compiled else interpreted(built.source)
        return ZoneSpace(built, decider.successors, Limits(states=3_000), code=code)

    return searched(False), searched(True)


def compare(spec: Spec, tally: Counter[str], compiled: bool = False) -> None:
    found = reduce(spec, spec.properties)
    if not found.alike or found.system.unit is None:
        tally["not alike"] += 1
        return
    try:
        whole, part = spaces(found, compiled)
    except NotPlain as reason:
        tally[str(reason)] += 1
        return
    if whole.limit:
        tally["too large"] += 1
        return
    assert not part.limit and part.found == whole.found
    form = canonical_form(found.alike, len(found.system.slots))
    assert reached(part, form) == reached(whole, form)
    if all(len(first) == 1 for first in found.system.first):  # else starts are not sorted
        assert part.frames == len(reached(whole, form)) <= whole.frames
    tally["compared"] += 1
    tally["smaller"] += part.frames < whole.frames
    tally["pointers"] += any(a.pointers for a in found.alike)


def reached(space: ZoneSpace, form: object) -> dict[Values, int]:
    found: dict[Values, int] = {}
    for node in range(space.nodes):
        state = form(space.path(node)[-1][0])  # type: ignore[operator]
        found[state] = found.get(state, 0) | space.mask(node)
    return found


def test_fischer() -> None:
    tally = Counter[str]()
    compare(fischer(3), tally)
    assert tally == {"compared": 1, "smaller": 1, "pointers": 1}


GUARDS = ["who == 0", "who == index + 1", "who != index + 1", "x > 1h", "x < 2h", "x >= 2h",
          "count(j in 0..2: m[j] == b) < 2", "who == index + 1 and x > 1h", "loc == 0"]  # fmt: skip
TIMES = [{"between": ["0h", "1h"]}, {"after": "2h"}, {"between": ["1h", "2h"], "clock": "x"},
         {"not_before": "1h"}, {}, {}]  # fmt: skip
SETS = [{"who": "index + 1"}, {"who": 0}, {"loc": "1 - loc"}, {}]


@st.composite
def timed_copies(draw: st.DrawFn) -> Document:
    """Three copies that are alike, with clocks, and a variable that may name one of them."""
    transitions = [
        {
            "from": draw(st.sampled_from("abc")), "to": draw(st.sampled_from("abc")),
            **({"when": draw(st.sampled_from(GUARDS))} if draw(st.booleans()) else {}),
            **draw(st.sampled_from(TIMES)),
            **({"reset": "x"} if draw(st.booleans()) else {}),
            "set": draw(st.sampled_from(SETS)),
        }
        for _ in range(draw(st.integers(2, 5)))
    ]  # fmt: skip
    return {
        "fsm": 1, "name": "copies", "variables": {"who": {"range": "0..3"}},
        "machines": {
            "m": {
                "count": 3, "clocks": {"x": {}}, "variables": {"loc": {"range": "0..1"}},
                "states": {"a": {}, "b": {}, "c": {}},
                "transitions": [
                    *transitions,
                    {"from": "a", "to": "b", "not_before": "1h", "clock": "x", "reset": "x"},
                ],
            },
        },
        "properties": {
            "p": {"never": "count(i in 0..2: m[i] == c) >= 2"},
            "q": {"never": "who == 0 and any(i in 0..2: m[i] == b)"},
            "r": {"never": "any(i in 0..2: m[i] == b and m[i].x > 2h and m[i].loc == 1)"},
        },
    }  # fmt: skip


def test_random_copies() -> None:
    tally = Counter[str]()

    @given(timed_copies())
    @settings(max_examples=4, deadline=None, suppress_health_check=SLOW)
    def run(document: Document) -> None:
        compare(spec_from(document), tally)

    run()
    assert tally["compared"] and tally["smaller"] and not tally["not alike"], tally


@pytest.mark.slow
@pytest.mark.skipif(not available(), reason="there is no llvmlite")
def test_random_copies_at_length() -> None:
    tally = Counter[str]()

    @given(timed_copies())
    @settings(max_examples=500, deadline=None, suppress_health_check=SLOW)
    def run(document: Document) -> None:
        compare(spec_from(document), tally, compiled=True)

    run()
    assert tally["compared"] > 50 and tally["pointers"], tally


@pytest.mark.skipif(not available(), reason="there is no llvmlite")
def test_twelve_processes_are_checked_at_once_and_a_run_is_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without sorting there are 6,716,170 zones for 12."""
    monkeypatch.setattr(decide, "FIRST", 100)
    spec = fischer(12)
    decider = TimedDecider(*_task(spec), copies=reduce(spec, spec.properties).alike)
    (decision,) = decider.decide(spec.properties[0])
    assert (decision.found, decision.undecided) == (1, 0) and decider.nodes < 2_000
    monkeypatch.setattr(machine, "AT_ONCE", 5)  # the search for a run goes on after each pause
    (found,) = check_spec(fischer(3), CheckOptions(time="dense")).results
    assert found.run is not None and str(found.violated) == "not strict"


def _task(spec: Spec) -> tuple[object, ...]:
    found = reduce(spec, spec.properties)
    codes = found.lowering.codes
    family = make_variants(spec.configuration, codes, range(len(codes)), {})
    return found.system, found.lowering, family, spec.properties
