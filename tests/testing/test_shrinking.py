"""What fails is shown by a shortest run: exact lengths, and a search that finds no shorter one."""

from pathlib import Path

import pytest
from hypothesis import find, settings

from fsm.explore.emit import predicate
from fsm.model import Pattern, Property, Spec
from fsm.runtime.runtime import Runtime
from fsm.semantics.lower import lower
from fsm.semantics.replay import replay
from fsm.semantics.trace import State
from fsm.spec.load import load_spec, parse_spec
from fsm.testing import runs, shrink
from fsm.testing.ground import Ground
from fsm.testing.mutation.operators import mutants
from fsm.testing.shorten import shortened
from fsm.testing.shrink import length
from fsm.testing.trial import Break, Plan, Told, breaks, try_spec
from tests.testing.test_strategies import LOCK

SPECS = Path(__file__).parents[2] / "specs"
TICKET = """\
fsm: 1
name: ticket
variables: {payments: {range: 0..2}}
events: {apply: {}, withdraw: {}, agree: {}, pay: {}, retry: {}}
machines:
  ticket:
    states: {none: {}, applied: {}, agreed: {}, paid: {}, withdrawn: {final: true}}
    transitions:
      - {from: none, on: apply, to: applied}
      - {from: applied, on: withdraw, to: withdrawn}
      - {from: applied, on: agree, to: agreed}
      - {from: applied, after: 2h, to: agreed}
      - {from: agreed, on: pay, to: paid, set: {payments: 1}}
      - {from: paid, on: retry}
properties:
  once: {always: payments < 2}
  kept: {always: ticket != withdrawn or payments == 0}
  decided: {after: ticket == applied, eventually: ticket != applied, within: 2h}
"""
DEFECTS = {  # what is replaced by what, the property that breaks, length of the shortest run
    "paid again on retry": ("on: retry}", "on: retry, set: {payments: 2}}", "once", 4),
    "refund, then withdrawal": ("from: applied, on: withdraw", "on: withdraw", "kept", 4),
    "deadline moved": ("after: 2h", "after: 3h", "decided", 4),
}


def defective(defect: str) -> tuple[Spec, Property, int]:
    old, new, name, least = DEFECTS[defect]
    assert TICKET.count(old) == 1
    spec = parse_spec(TICKET.replace(old, new))
    return spec, property_of(spec, name), least


def property_of(spec: Spec, name: str) -> Property:
    return next(p for p in spec.properties if p.name == name)


def failing(spec: Spec, property_: Property, examples: int = 40) -> Break:
    """What `fsm test` shows of a property that it finds broken."""
    plan = Plan(examples=examples, properties=(property_.name,))
    (result,) = try_spec(spec, plan).results
    assert result.told is Told.BROKEN
    assert result.run is not None
    found = Break(property_, dict(result.each), result.run)
    again = breaks(spec, result.run, (property_,))
    assert [b.run for b in again] == [result.run], "it breaks in the end, and not before"
    return found


def least_length(spec: Spec, property_: Property) -> int:
    """Steps and units of time to the nearest state that breaks an invariant, in any variant: by
    breadth, with no run, no monitor and no shrinking."""
    ground = Ground(spec, {})
    _, lowering = lower(spec)
    claim = lowering.node(property_.subject.node, {})
    wrong = property_.pattern is Pattern.NEVER
    tests = [
        (mask, predicate(node)) for mask, node in ground.variants.cases(claim)
    ]  # fmt: skip
    reached: dict[tuple[int, ...], int] = {}
    level = {state: mask for state, mask in ground.successors.initial() if mask}
    depth = 0
    while level:
        following: dict[tuple[int, ...], int] = {}
        for state, mask in level.items():
            if any(where & mask and bool(test(state)) is wrong for where, test in tests):
                return depth
            reached[state] = reached.get(state, 0) | mask
            for _, target, which in ground.successors.of(state, mask):
                if new := which & mask & ~reached.get(target, 0):
                    following[target] = following.get(target, 0) | new
        level, depth = following, depth + 1
    raise AssertionError("nothing breaks it")


def wrong(state: State) -> bool:
    """Does the ticket show one of the defects?"""
    place, payments = (dict(part) for part in (state.snapshot.locations, state.snapshot.values))
    return (
        payments["payments"] == 2
        or (place["ticket"] == "withdrawn" and payments["payments"] == 1)
        or (place["ticket"] == "applied" and dict(state.clocks)["ticket@applied"] > 2)
    )


@pytest.mark.parametrize(
    "defect", [pytest.param(d, marks=pytest.mark.slow if n else ()) for n, d in enumerate(DEFECTS)]
)
def test_a_failing_run_of_a_users_test_shrinks_to_a_shortest_one(defect: str) -> None:
    spec, _, least = defective(defect)
    found = find(
        runs(spec, max_steps=12), lambda run: any(map(wrong, run.states)),
        settings=settings(database=None, derandomize=True, max_examples=300),
    )  # fmt: skip
    assert length(found) == least


@pytest.mark.parametrize("defect", DEFECTS)
def test_fsm_test_shows_a_shortest_run(defect: str) -> None:
    spec, property_, least = defective(defect)
    assert length(failing(spec, property_).run) == least
    if property_.pattern is not Pattern.RESPONSE:
        assert least_length(spec, property_) == least


LONG: dict[str, list[str | int]] = {  # runs with much that the failure does not need
    "paid again on retry": ["apply", 1, "agree", 1, 2, "pay", 1, "retry"],
    "refund, then withdrawal": ["apply", 1, "agree", 1, "pay", 3, "withdraw"],
    "deadline moved": [1, "apply", 1, 1, 1, "agree", "pay", 5],
}


@pytest.mark.parametrize("defect", DEFECTS)
def test_what_a_failure_does_not_need_is_left_out_where_no_search_is_possible(
    defect: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shrink, "SEARCHED", 1)
    spec, property_, least = defective(defect)
    runtime = Runtime(spec)
    for deed in LONG[defect]:
        if isinstance(deed, int):
            runtime.wait(deed)
        else:
            runtime.fire(deed)
    (found,) = breaks(spec, replay(spec, runtime.run()), (property_,))
    shown = shrink.shortest(
        spec, {}, lambda run: next(iter(breaks(spec, run, (property_,))), None), found
    )
    assert length(found.run) > length(shown.run) == least


DETOUR_TEXT = """\
fsm: 1
name: detour
switches: {way: {range: 0..9}}
events: {walk: {}, fly: {}}
machines:
  traveller:
    states: {home: {}, a: {}, b: {}, c: {}, away: {}}
    transitions:
      - {from: home, on: walk, to: a}
      - {from: a, on: walk, to: b}
      - {from: b, on: walk, to: c}
      - {from: c, on: walk, to: away}
      - {from: home, on: fly, when: way == 7, to: away}
properties: {stays: {never: traveller == away}}
"""
DETOUR = parse_spec(DETOUR_TEXT)


def test_a_shorter_run_may_have_nothing_in_common_with_what_was_found() -> None:
    """No step of a walk can be left out, and yet one can fly. Nine of ten variants cannot."""
    for number in range(5):
        plan = Plan(examples=3, seed=number, fixed={"way": 7})
        assert [length(r.run) for r in try_spec(DETOUR, plan).results if r.run] == [1]
    assert length(failing(DETOUR, property_of(DETOUR, "stays"), 30).run) == 1
    walked = try_spec(DETOUR, Plan(examples=5, fixed={"way": 3})).results[0].run
    assert walked is not None and length(walked) == 4


def test_of_runs_that_are_equally_short_the_one_with_the_fewest_switches_on_is_shown() -> None:
    lines = DETOUR_TEXT.replace(", fly: {}", "").splitlines()
    walk = parse_spec("\n".join(line for line in lines if "way == 7" not in line))
    shown = failing(walk, property_of(walk, "stays"), 5).run
    assert (length(shown), dict(shown.variant)) == (4, {"way": 0})


@pytest.mark.slow
def test_a_lock_shrinks_to_its_code() -> None:
    lock = parse_spec(LOCK)
    assert length(failing(lock, property_of(lock, "shut")).run) == 7


MUTANTS = {  # of a shipped spec: the invariant that notices the mutant, length of the shortest run
    "peers/stripe_dispute redirect:dispute:9:none": ("inquiry_moves_no_money", 3),
    "peers/paypal_dispute redirect:dispute:11:-": ("held_while_open", 8),
}
LARGE = {
    "peers/stripe_dispute redirect:money:3:debited": ("win_returns_the_money", 63),
    "douyin/assistant_access drop_transition:strategy:5": ("r4_sub_switches_at_once", 4),
    "douyin/assistant_access negate_guard:sub.user:1": ("r4_sub_switches_at_once", 3),
    "douyin/workbench redirect:decision:2:-": ("i11_money_has_a_decider", 6),
    "douyin/workbench drop_conjunct:clerk:18:3": ("everything_is_accepted_unchecked", 4),
}


@pytest.mark.parametrize(
    ("mutant", "name", "least"),
    [
        *(pytest.param(mutant, *known) for mutant, known in MUTANTS.items()),
        *(pytest.param(mutant, *known, marks=pytest.mark.slow) for mutant, known in LARGE.items()),
    ],
)
def test_mutants_of_shipped_specs_are_shown_by_a_shortest_run(
    mutant: str, name: str, least: int
) -> None:
    file, _, id_ = mutant.partition(" ")
    spec = next(m.spec for m in mutants(load_spec(SPECS / f"{file}.fsm.yaml")) if m.id == id_)
    property_ = property_of(spec, name)
    assert least_length(spec, property_) == least
    assert length(failing(spec, property_, 80).run) == least


def test_neighbours_that_a_failure_does_not_need_are_left_out() -> None:
    """Two that only go together, among others; what comes after the failure is not needed."""
    tried = []

    def fails(items: tuple[str, ...]) -> tuple[str, ...] | None:
        tried.append(items)
        text = "".join(items)
        if text.count("(") != text.count(")") or "!" not in items:
            return None
        return items[: items.index("!") + 1]

    assert shortened(tuple("a(bc)d(e)f!gh"), fails) == ("!",)
    assert len(tried) < 100
    assert shortened(tuple("!"), fails) == ("!",)
