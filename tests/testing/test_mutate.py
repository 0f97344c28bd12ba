"""Mutants: which there are, what notices them, and that the quick judgement is the full check's."""

import json
from functools import reduce
from operator import or_
from random import Random

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

import fsm.testing.mutation.run as fsm_run
from fsm.check.check import CheckOptions, check_spec
from fsm.check.results import Outcome as Verdict
from fsm.check.results import SpecReport, plain
from fsm.check.timing import UNITS
from fsm.errors import FsmError, UsageError
from fsm.explore.space import Limits, explore
from fsm.explore.successors import Successors
from fsm.explore.variants import make_variants
from fsm.expressions import DurationType
from fsm.logic.arrivals import Arrivals
from fsm.logic.decide import Decider
from fsm.logic.product import compose
from fsm.model import Expected, Formula, Spec
from fsm.reduce.reduction import NAMES
from fsm.report.labels import Labels
from fsm.semantics.lower import lower
from fsm.spec.load import parse_spec, spec_from
from fsm.testing.mutation.judge import Fate, Judge
from fsm.testing.mutation.mutant import Mutant, Operator
from fsm.testing.mutation.operators import mutants
from fsm.testing.mutation.run import MutationOptions, mutate
from fsm.testing.mutation_report import change, mutation_json, mutation_text
from tests.random_specs import specs

SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]

REFUND = """\
fsm: 1
name: refund
switches: {automatic: {type: bool, zh: 自动, en: automatic}}
variables: {amount: {range: 0..3}, tries: {range: 0..2}}
clocks: {c48: {}}
events:
  ask: {by: buyer, fields: {sum: {range: 1..3}}, zh: 申请, en: apply}
  agree: {by: shop, priority: 1, fair: weak, zh: 同意, en: agree}
  robot: {by: shop, urgent: true, priority: 2, zh: 自动同意, en: agree automatically}
machines:
  ticket:
    zh: 售后单
    en: ticket
    states: {idle: {}, open: {zh: 待处理, en: pending}, paid: {final: true}, late: {final: true}}
    transitions:
      - {from: idle, on: ask, to: open, set: {amount: sum}, reset: c48}
      - {from: open, on: agree, to: paid}
      - {from: open, on: robot, to: paid}
      - {from: open, after: 48h, clock: c48, to: late}
  buyer:
    zh: 买家
    en: buyer
    states: {there: {}}
    transitions:
      - {on: ask, when: ticket == idle and tries == 0}
  shop:
    zh: 商家
    en: shop
    states: {there: {}}
    transitions:
      - {on: agree, when: ticket == open}
      - {on: robot, when: automatic and ticket == open and amount <= 1}
properties:
  decided: {after: ask, eventually: "ticket in {paid, late}", within: 48h}
  small_only: {never: fired(robot) and amount > 1}
  robot_is_used: {reachable: fired(robot), in: every, expect: {violated_when: not automatic}}
  can_be_late: {reachable: ticket == late}
"""


def refund(**changes: str) -> Spec:
    text = REFUND
    for old, new in changes.items():
        text = text.replace(old.replace("_", " "), new)
    return parse_spec(text, "refund.fsm.yaml")


def by_id(spec: Spec) -> dict[str, Mutant]:
    return {mutant.id: mutant for mutant in mutants(spec)}


# --- which mutants there are ----------------------------------------------------------------------


def test_every_operator_changes_its_own_thing() -> None:
    found = {m.id: (m.before, m.after) for m in mutants(refund())}
    assert found == {
        **{
            f"drop_transition:{machine}:{k}": ("", "")
            for machine, count in (("ticket", 4), ("buyer", 1), ("shop", 2))
            for k in range(count)
        },
        "redirect:ticket:0:paid": ("open", "paid"),
        "redirect:ticket:0:idle": ("open", "idle"),
        "redirect:ticket:0:-": ("open", ""),
        "redirect:ticket:1:late": ("paid", "late"),
        "redirect:ticket:1:open": ("paid", "open"),
        "redirect:ticket:1:-": ("paid", ""),
        "redirect:ticket:2:late": ("paid", "late"),
        "redirect:ticket:2:open": ("paid", "open"),
        "redirect:ticket:2:-": ("paid", ""),
        # A step that neither moves nor sets anything is no transition: no `redirect:ticket:3:-`.
        "redirect:ticket:3:idle": ("late", "idle"),
        "redirect:ticket:3:paid": ("late", "paid"),
        "drop_guard:buyer:0": ("ticket == idle and tries == 0", ""),
        "drop_guard:shop:0": ("ticket == open", ""),
        "drop_guard:shop:1": ("automatic and ticket == open and amount <= 1", ""),
        "negate_guard:buyer:0": (
            "ticket == idle and tries == 0", "not (ticket == idle and tries == 0)",
        ),
        "negate_guard:shop:0": ("ticket == open", "ticket != open"),
        "negate_guard:shop:1": (
            "automatic and ticket == open and amount <= 1",
            "not (automatic and ticket == open and amount <= 1)",
        ),
        "drop_conjunct:buyer:0:0": ("ticket == idle", ""),
        "drop_conjunct:buyer:0:1": ("tries == 0", ""),
        "drop_conjunct:shop:1:0": ("automatic", ""),
        "drop_conjunct:shop:1:1": ("ticket == open", ""),
        "drop_conjunct:shop:1:2": ("amount <= 1", ""),
        "flip_comparison:buyer:0:0": ("ticket == idle", "ticket != idle"),
        "flip_comparison:buyer:0:1": ("tries == 0", "tries != 0"),
        "flip_comparison:shop:1:0": ("ticket == open", "ticket != open"),
        "flip_comparison:shop:1:1": ("amount <= 1", "amount < 1"),
        # `tries == -1` is never true, so the loader would refuse it: only one step is left.
        "shift_constant:buyer:0:0": ("0", "1"),
        "shift_constant:shop:1:0": ("1", "0"),
        "shift_constant:shop:1:1": ("1", "2"),
        "move_deadline:ticket:3:earlier": ("48h", "24h"),
        "move_deadline:ticket:3:later": ("48h", "72h"),
        "move_deadline:ticket:3:doubled": ("48h", "96h"),
        "drop_assignment:ticket:0:0": ("amount := sum", ""),
        "drop_reset:ticket:0:0": ("c48", ""),
        "drop_priority:agree": ("1", ""),
        "drop_priority:robot": ("2", ""),
        "swap_priority:agree": ("1", "2"),
        "swap_priority:robot": ("2", "1"),
        "not_urgent:robot": ("", ""),
        "not_fair:agree": ("weak", ""),
    }  # fmt: skip


def test_listeners_states_bounds_and_nested_conditions() -> None:
    spec = parse_spec(
        "fsm: 1\nname: more\nswitches: {s: bool}\nvariables: {x: 0..3}\nunit: 1h\n"
        "events: {go: {by: one}}\n"
        "machines:\n"
        "  one:\n    states: {a: {urgent: true}, b: {}}\n    transitions:\n"
        "      - {from: a, on: go, to: b, priority: 3}\n"
        "      - {from: b, between: [2h, 3h], to: a, priority: 1}\n"
        "  two:\n    states: {u: {}, v: {}}\n    transitions:\n"
        "      - {from: u, on: go, when: 's or (x == 1 and not s)', to: v}\n"
        "      - {from: v, on: go, to: u, set: {x: x + 1}}\n"
        "properties: {p: {reachable: two == v}}\n"
    )
    found = {m.id: (m.before, m.after) for m in mutants(spec)}
    assert found["drop_listener:two:go"] == ("", "")
    assert found["not_urgent:one.a"] == ("", "")
    assert found["drop_disjunct:two:0:0"] == ("s", "")
    assert found["drop_disjunct:two:0:1"] == ("x == 1 and not s", "")
    assert found["drop_conjunct:two:0:1"] == ("not s", "")
    assert found["shift_constant:two:1:0.1"] == ("x := x + 1", "x := x + 2")
    assert found["move_deadline:one:1:lower.earlier"] == ("2h", "1h")
    assert found["move_deadline:one:1:lower.later"] == ("2h", "3h")
    assert "move_deadline:one:1:lower.doubled" not in found  # [4h, 3h] is empty
    assert found["move_deadline:one:1:upper.doubled"] == ("3h", "6h")
    assert found["swap_priority:one:0"] == ("3", "1")
    assert found["drop_priority:one:1"] == ("1", "")
    listener = by_id(spec)["drop_listener:two:go"].spec.all_machines()[1]
    assert listener.transitions == ()


@pytest.mark.parametrize(
    ("guard", "flipped", "shifted"),
    [
        ("x < 1", {"x <= 1"}, {"2"}),  # x < 0 is never true
        ("x <= 2", {"x < 2"}, {"1"}),  # x <= 3 is always true
        ("x > 0", set(), {"1"}),  # x >= 0 is always true, and so is x > -1
        ("x >= 3", set(), {"2"}),
        ("x == 3", {"x != 3"}, {"2"}),
        ("3 > x", set(), {"2"}),
        ("x + x == 6", {"x + x != 6"}, {"5"}),
        ("x in {1, 2}", set(), set()),  # `not` is there already: negate_guard
        ("c >= 2h", {"c > 2h"}, {"1h", "3h"}),
    ],
)
def test_no_comparison_becomes_one_that_is_decided(
    guard: str, flipped: set[str], shifted: set[str]
) -> None:
    spec = parse_spec(
        "fsm: 1\nname: open\nvariables: {x: 0..3}\nclocks: {c: {}}\nunit: 1h\n"
        "machines: {m: {states: {a: {}, b: {}}, "
        f"transitions: [{{from: a, to: b, when: '{guard}'}}]}}}}\n"
    )
    found = list(mutants(spec))
    assert {m.after for m in found if m.operator is Operator.FLIP_COMPARISON} == flipped
    assert {m.after for m in found if m.operator is Operator.SHIFT_CONSTANT} == shifted


def test_no_deadline_below_zero() -> None:
    spec = parse_spec(
        "fsm: 1\nname: zero\nunit: 1h\nmachines: {m: {states: {a: {}, b: {}}, "
        "transitions: [{from: a, between: [0h, 1h], to: b}]}}\n"
    )
    moved = {m.id: m.after for m in mutants(spec) if m.operator is Operator.MOVE_DEADLINE}
    assert moved == {
        "move_deadline:m:0:lower.later": "1h",
        "move_deadline:m:0:upper.earlier": "0h",
        "move_deadline:m:0:upper.later": "2h",
    }  # doubled is later by as much


def test_findings_keep_the_numbers_of_the_spec() -> None:
    """Where a machine loses transitions, one behind them that never fires is the same as before."""
    spec = parse_spec(
        "fsm: 1\nname: numbers\nvariables: {x: 0..1}\nevents: {go: {by: one}}\nmachines:\n"
        "  one: {states: {a: {}, b: {final: true}}, transitions: [{from: a, on: go, to: b}]}\n"
        "  two:\n    states: {u: {}, v: {}}\n    transitions:\n"
        "      - {from: u, on: go, set: {x: 1}}\n"
        "      - {from: u, on: go, set: {x: 1}}\n"
        "      - {from: v, to: u}\n      - {from: u, to: v, when: 'one == a and x == 1'}\n"
        "properties: {p: {reachable: one == b}}\n"
    )
    judge, found = Judge(spec), by_id(spec)
    assert judge.judge(found["drop_listener:two:go"]).fate is Fate.SURVIVED


def test_mutants_are_ordered_distinct_and_stable() -> None:
    spec = refund()
    first, again = list(mutants(spec)), list(mutants(refund()))
    assert first == again
    assert len({m.id for m in first}) == len({m.spec for m in first}) == len(first)
    assert spec not in {m.spec for m in first}
    order = list(Operator)
    assert [order.index(m.operator) for m in first] == sorted(
        order.index(m.operator) for m in first
    )
    fewer = replace(spec, properties=spec.properties[:1])
    assert [m.id for m in mutants(fewer)] == [m.id for m in first]


@settings(max_examples=25, deadline=None, suppress_health_check=SLOW)
@given(specs(), st.randoms(use_true_random=False))
def test_every_mutant_can_be_lowered(document: dict[str, object], chance: Random) -> None:
    found = list(mutants(spec_from(document)))
    for mutant in chance.sample(found, min(15, len(found))):
        lower(mutant.spec)


# --- what notices them ----------------------------------------------------------------------------


def test_fates_of_the_refund() -> None:
    judge, found = Judge(refund()), by_id(refund())

    def fate(name: str) -> tuple[Fate, str]:
        outcome = judge.judge(found[name])
        return outcome.fate, outcome.by

    assert fate("drop_transition:shop:1") == (Fate.NOTICED, "robot_is_used")
    assert fate("drop_conjunct:shop:1:2") == (Fate.NOTICED, "small_only")
    assert fate("drop_conjunct:shop:1:0") == (Fate.NOTICED, "robot_is_used")
    assert fate("move_deadline:ticket:3:later") == (Fate.NOTICED, "decided")
    assert fate("drop_transition:ticket:3")[0] is Fate.NOTICED
    # Nothing says that it may not be earlier, or that the shop can agree.
    assert fate("move_deadline:ticket:3:earlier") == (Fate.SURVIVED, "")
    assert fate("drop_transition:shop:0") == (Fate.STRUCTURE, "S02 ticket:1")
    assert fate("drop_guard:shop:0") == (Fate.IDLE, "")
    assert fate("drop_conjunct:buyer:0:1") == (Fate.EQUIVALENT, "")


def test_a_hint_changes_who_is_asked_first_and_no_fate() -> None:
    spec = refund()
    judge = Judge(spec)
    some = [m for m in mutants(spec) if m.machine == "shop" and m.number == 1]
    fates = {m.id: judge.judge(m).fate for m in some}
    noticers: dict[str, set[str]] = {}
    for name in ("small_only", "robot_is_used", "gone since"):
        for mutant in some:
            outcome = Judge(spec).judge(mutant, name)
            assert outcome.fate is fates[mutant.id]
            noticers.setdefault(mutant.id, set()).add(outcome.by)
    assert {"small_only", "robot_is_used"} in noticers.values()


def test_a_deadline_in_another_unit_is_another_deadline() -> None:
    """With half the deadline the numbers of all states stay the same: one unit is half as long."""
    spec = parse_spec(
        "fsm: 1\nname: unit\nmachines: {m: {states: {a: {}, b: {final: true}}, transitions: "
        "[{from: a, after: 2h, to: b}]}}\nproperties: {p: {eventually: m == b, within: 2h}}\n"
    )
    judge = Judge(spec)
    found = by_id(spec)
    assert judge.judge(found["move_deadline:m:0:earlier"]).fate is Fate.SURVIVED
    assert judge.judge(found["move_deadline:m:0:later"]).fate is Fate.NOTICED


def test_fairness_is_a_difference() -> None:
    spec = refund()
    assert Judge(spec).judge(by_id(spec)["not_fair:agree"]).fate is Fate.SURVIVED


def test_only_structure() -> None:
    text = REFUND + "  idle: {reachable: ticket == idle}\n"
    spec = parse_spec(text.replace("  can_be_late: {reachable: ticket == late}\n", ""))
    found = by_id(spec)
    outcome = Judge(spec).judge(found["redirect:ticket:3:paid"])
    assert (outcome.fate, outcome.by) == (Fate.STRUCTURE, "S01 ticket.late")


def test_a_claim_that_comes_to_hold_of_nothing_is_noticed() -> None:
    """Without the assignment no property is wrong: the one about n == 2 has nothing to say."""
    text = (
        "fsm: 1\nname: empty\nvariables: {n: {range: 0..2}}\nevents: {go: {}, on: {}}\n"
        "machines: {m: {states: {a: {}, b: {final: true}}, transitions: "
        "[{from: a, on: go, to: b, set: {n: 2}}, {from: a, on: on}]}}\n"
        "properties: {p: {always: n == 2 -> m == b}CHECKED}\n"
    )
    spec = parse_spec(text.replace("CHECKED", ""))
    outcome = Judge(spec).judge(by_id(spec)["drop_assignment:m:0:0"])
    assert (outcome.fate, outcome.by) == (Fate.STRUCTURE, "S14 p")
    spec = parse_spec(text.replace("CHECKED", ", q: {reachable: n == 2}"))
    outcome = Judge(spec).judge(by_id(spec)["drop_assignment:m:0:0"])
    assert (outcome.fate, outcome.by) == (Fate.NOTICED, "q")


PROPERTIES = {
    "never_c": {"never": "one == c"},
    "b_reached": {"reachable": "one == b", "in": "every"},
    "x_small": {"always": "x < 2"},
    "back": {"can_always": "one == a"},
    "leaves": {"eventually": "one != a"},
    "answered": {"after": "x == 1", "eventually": "x != 1"},
    "before_b": {"before": "one == b", "must": "x == 1"},
}


def with_expectations(document: dict[str, object]) -> Spec:
    """The spec with exactly the verdicts that it has as its expectations."""
    spec = spec_from({**document, "properties": PROPERTIES})
    report = check_spec(spec, CheckOptions(max_states=400))
    assume(report.complete and all(r.outcome is not Verdict.UNKNOWN for r in report.results))
    known = {"always": "true", "never": "false"}
    times = {c.name for c in spec.configuration if isinstance(c.type, DurationType)}
    properties: dict[str, object] = {}
    for result in report.results:
        claim: dict[str, object] = dict(PROPERTIES[result.property.name])
        if result.outcome is Verdict.VIOLATED:
            where = result.violated.formula(
                lambda name, value: f"{value}ms" if name in times else plain(name, value)
            )
            claim["expect"] = {"violated_when": known.get(where, where)}
        properties[result.property.name] = claim
    return spec_from({**document, "properties": properties})


def findings(report: SpecReport) -> set[tuple[str, str]]:
    """Those that a mutant is judged by."""
    others = ("S08", "S09", "S10")
    return {(f.code, f.subject) for f in report.findings if f.code not in others}


def agrees(spec: Spec, chance: Random, count: int) -> None:
    """The judgement of a few mutants is what a check of each of them says."""
    judge = Judge(spec, max_states=4_000)
    found = list(mutants(spec))
    units = CheckOptions(time=UNITS)  # so mutants are judged
    plain = findings(check_spec(spec, units))
    for mutant in chance.sample(found, min(count, len(found))):
        outcome = judge.judge(mutant)
        if outcome.fate is Fate.UNDECIDED:
            continue
        try:
            report = check_spec(mutant.spec, units)
        except FsmError:
            assert outcome.fate is Fate.NOTICED, mutant.id
            continue
        unexpected = [r.property.name for r in report.results if r.as_expected is False]
        if outcome.fate is Fate.NOTICED:
            assert outcome.by in unexpected, mutant.id
            continue
        assert unexpected == [], mutant.id
        if mutant.removed:
            continue  # numbers of transitions differ
        changed = findings(report) ^ plain
        if mutant.operator is Operator.DROP_TRANSITION:
            changed.discard(("S02", f"{mutant.machine}:{mutant.number}"))
        assert bool(changed) is (outcome.fate is Fate.STRUCTURE), (mutant.id, changed)


@settings(max_examples=12, deadline=None, suppress_health_check=SLOW)
@given(specs(), st.randoms(use_true_random=False))
def test_judged_as_a_full_check_would(document: dict[str, object], chance: Random) -> None:
    agrees(with_expectations(document), chance, 6)


@pytest.mark.slow
@settings(max_examples=300, deadline=None, suppress_health_check=SLOW)
@given(specs(), st.randoms(use_true_random=False))
def test_judged_as_a_full_check_would_at_length(
    document: dict[str, object], chance: Random
) -> None:
    agrees(with_expectations(document), chance, 12)


def test_the_refund_is_judged_as_a_full_check_would() -> None:
    agrees(refund(), Random(0), 1_000)


def test_arrivals_decide_like_a_product_with_memory() -> None:
    claims = {
        "a": "never: fired(agree) and amount == 2",
        "b": "always: fired(robot) or fired(ask) -> ticket != idle",
        "c": "reachable: not fired(ask) and ticket == open",
        "d": "never: not fired(agree) and ticket == paid and amount > 1",
        "e": "reachable: fired(robot) and not automatic",
        "f": "reachable: ticket == idle and c48 == 0h and not fired(ask)",  # only at the start
        "g": "never: ticket == open and c48 == 0h and not fired(ask)",  # only by the event
    }
    text = REFUND + "".join(f"  {name}: {{'{c.partition(': ')[0]}': '{c.partition(': ')[2]}'}}\n"
                            for name, c in claims.items())  # fmt: skip
    spec = parse_spec(text)
    system, lowering = lower(spec)
    family = make_variants(spec.configuration, lowering.codes, range(len(lowering.codes)), {})
    space = explore(Successors(system, family))
    decider = Decider(system, lowering, family, space)
    arrivals = Arrivals(system, space)
    asked = 0
    for claim in spec.properties:
        for _, observer in decider.observers(claim):
            if not observer.needed:
                asked += bool(observer.watchers)
                product = compose(space, observer, Limits())
                bad = (b & r for b, r in zip(product.bad, product.reach, strict=True))
                assert arrivals.found(observer) == reduce(or_, bad, 0), claim.name
    assert asked == len(claims) + 2


# --- runs of many, and reports --------------------------------------------------------------------


def test_a_spec_that_is_not_as_expected_is_refused() -> None:
    spec = refund()
    wrong = replace(spec.properties[1], expect=Expected.VIOLATED)
    with pytest.raises(UsageError) as caught:
        mutate(replace(spec, properties=(wrong,)))
    assert (caught.value.code, "small_only" in str(caught.value)) == ("F670", True)


def test_a_condition_that_is_not_as_expected_is_refused() -> None:
    spec = refund()
    used = next(p for p in spec.properties if p.name == "robot_is_used")
    automatic = used.condition
    assert automatic is not None
    turned = Formula(automatic.node.operands[0], "automatic")  # type: ignore[union-attr]
    with pytest.raises(UsageError) as caught:
        mutate(replace(spec, properties=(replace(used, condition=turned),)))
    assert caught.value.code == "F670"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (MutationOptions(max_states=3), "F671"),
        (MutationOptions(operators=(Operator.DROP_DISJUNCT,)), "F673"),
    ],
)
def test_requests_that_cannot_be_met(options: MutationOptions, code: str) -> None:
    with pytest.raises(UsageError) as caught:
        mutate(refund(), options)
    assert caught.value.code == code


def test_nothing_claimed_is_refused() -> None:
    with pytest.raises(UsageError) as caught:
        mutate(replace(refund(), properties=()))
    assert caught.value.code == "F672"


def test_samples_and_filters() -> None:
    spec = refund()
    some = mutate(spec, MutationOptions(sample=5, seed=3))
    assert len(some.outcomes) == some.chosen == 5
    assert some.total == len(list(mutants(spec)))
    assert [o.mutant.id for o in some.outcomes] == [
        o.mutant.id for o in mutate(spec, MutationOptions(sample=5, seed=3)).outcomes
    ]
    ids = [m.id for m in mutants(spec)]
    places = [ids.index(o.mutant.id) for o in some.outcomes]
    assert places == sorted(places)
    shop = mutate(spec, MutationOptions((Operator.DROP_CONJUNCT,), ("shop",)))
    assert {o.mutant.id for o in shop.outcomes} == {f"drop_conjunct:shop:1:{k}" for k in range(3)}


def test_a_limit_leaves_a_mutant_undecided() -> None:
    spec = refund()
    states = check_spec(spec, CheckOptions(without=NAMES)).states
    late = mutate(spec, MutationOptions(max_states=states))
    assert Fate.UNDECIDED in {o.fate for o in late.outcomes}
    only = replace(late, outcomes=late.of(Fate.UNDECIDED))
    assert only.exit_code() == 3
    assert f"undecided ({states} states)" in mutation_text(only, Labels(spec, "en"))


def test_an_interruption_keeps_what_is_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    judged = 0

    class Interrupted(Judge):
        def judge(self, mutant: Mutant):  # type: ignore[no-untyped-def]
            nonlocal judged
            judged += 1
            if judged == 3:
                raise KeyboardInterrupt
            return super().judge(mutant)

    monkeypatch.setattr(fsm_run, "Judge", Interrupted)
    spec = refund()
    report = mutate(spec)
    assert (report.interrupted, len(report.outcomes), report.exit_code()) == (True, 2, 130)
    total = len(list(mutants(spec)))
    text = mutation_text(report, Labels(spec, "en"))
    assert f"interrupted: 2 of {total} mutants were judged by then" in text
    assert "Every change" not in text
    assert json.loads(mutation_json(report))["interrupted"] is True


def test_the_report_says_what_is_not_pinned_down() -> None:
    spec = refund()
    report = mutate(spec, MutationOptions((Operator.MOVE_DEADLINE,)))
    english = mutation_text(report, Labels(spec, "en"))
    line = REFUND[: REFUND.index("after: 48h")].count("\n") + 1
    assert f"  refund.fsm.yaml:{line}\n" in english
    assert (
        "if the time for ticket: “its own step” from “pending” to “late” were 24h instead of "
        "48h, no property would notice"
    ) in english
    assert report.exit_code() == 1
    chinese = mutation_text(report, Labels(spec, "zh"))
    assert "假如售后单：“自身的一步”（自“待处理”）（至“late”）的时间是 24h 而不是 48h" in chinese


def test_every_mutant_has_words_in_both_languages() -> None:
    spec = refund()
    labels = {lang: Labels(spec, lang) for lang in ("zh", "en")}
    for mutant in mutants(spec):
        said = {lang: change(mutant, labels[lang]) for lang in labels}
        assert said["zh"] != said["en"], mutant.id
        assert all(part and "{" not in part for part in said.values()), mutant.id


def test_json_counts_and_lists_every_mutant() -> None:
    spec = refund()
    report = mutate(spec, MutationOptions((Operator.DROP_CONJUNCT, Operator.NOT_FAIR)))
    data = json.loads(mutation_json(report))
    assert data["judged"] == data["chosen"] == len(data["mutants"]) == sum(data["counts"].values())
    first = data["mutants"][0]
    assert first["id"] == "drop_conjunct:buyer:0:0"
    assert first["transition"] == 0
    assert first["change"]["en"] == "buyer: “apply” were possible without: ticket == idle"
    assert first["at"]["file"] == "refund.fsm.yaml"
