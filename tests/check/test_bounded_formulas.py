"""Time bounds in formulas of LTL: known verdicts in both times, stories, and a direct reading of
each form on random runs."""

import json
import random
from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from fsm.check.check import CheckOptions, check_spec
from fsm.check.notes import AT_UNITS
from fsm.check.results import Outcome, SpecReport
from fsm.errors import SpecError
from fsm.model import Pattern
from fsm.report.bundle import Bundle
from fsm.report.json import report_json
from fsm.report.text import report_text
from fsm.semantics.history import History
from fsm.semantics.interpreter import Interpreter
from fsm.semantics.trace import Delay, State
from fsm.spec.load import parse_spec, spec_from
from fsm.timed.closed import is_closed
from tests.timed.agreement import family_of
from tests.timed.claims import claimed_specs
from tests.timed.test_agreement import SLOW

TICKET = """
fsm: 1
name: ticket
unit: 1h
switches: {window: {range: 48h..72h, step: 24h}}
events: {apply: {by: ticket}, decide: {by: ticket}}
machines:
  ticket:
    states: {idle: {}, open: {}, done: {final: true}}
    transitions:
      - {from: idle, on: apply, to: open}
      - {from: open, on: decide, between: [3h, window], to: done}
properties:
  p: {CLAIM}
"""
ALWAYS, NEVER = "always", "never"
LATE = "window == 259200000"  # 72 h
VERDICTS = [
    ('ltl: "G (apply -> F[<=48h] decide)"', LATE, True),
    ('ltl: "G (apply -> F[<=window] ticket == done)"', NEVER, True),
    ('ltl: "G F[<=48h] ticket != open"', LATE, True),
    ('ltl: "GF[<=47h] !(ticket == open)"', ALWAYS, True),
    ('ltl: "G (apply -> G[<3h] ticket == open)"', NEVER, True),
    ('ltl: "G (apply -> G[<=3h] ticket == open)"', ALWAYS, True),
    ('ltl: "G[<=2h] ticket != done"', NEVER, True),
    ('ltl: "G[<3h] ticket != done"', NEVER, True),
    ('ltl: "G[<=3h] ticket != done"', ALWAYS, True),
    ('ltl: "G[>2h] ticket != idle"', ALWAYS, True),
    ('ltl: "F[<=10h] ticket == open"', ALWAYS, True),
    ('ltl: "F[<=10h] (ticket == open | ticket == idle)"', NEVER, True),
    ('ltl: "F[>2h] ticket != done | F apply"', NEVER, False),
    ('ltl: "F[>=200h] ticket == done"', ALWAYS, False),  # it may stay idle
    ('ltl: "F decide -> (ticket != done U[<=99h] ticket == done)"', ALWAYS, False),
    ('ltl: "ticket == done R[<=2h] ticket in {idle, open}"', NEVER, False),
    ('ltl: "ticket == done R[<=3h] ticket in {idle, open}"', ALWAYS, False),
    ('ltl: "G[3h..5h] ticket != done"', ALWAYS, True),
    ('ltl: "G[0h..2h] ticket != done"', NEVER, True),
    ('ltl: "F[2h..5h] ticket != done"', NEVER, False),
    ('ltl: "F[2h..5h] ticket == open"', ALWAYS, False),
    ('ctl: "AG (apply -> AF[<=48h] decide)"', LATE, True),
    ('ctl: "A[G (apply -> A[F[<=window] ticket == done])]"', NEVER, True),
    ('ctl: "AG AF[<=48h] ticket != open"', LATE, True),
    ('ctl: "AG (apply -> AG[<3h] ticket == open)"', NEVER, True),
    ('ctl: "AG[3h..5h] ticket != done"', ALWAYS, True),
    ('ctl: "EF[<=2h] ticket == done"', ALWAYS, False),
    ('ctl: "EF[<=3h] AG ticket == done"', NEVER, False),
    ('ctl: "E[ticket == idle U[5h..6h] ticket == open]"', NEVER, False),
    ('ctl: "A[ticket == idle U[5h..6h] ticket == open]"', ALWAYS, False),
    ('ctl: "EG[<=99h] ticket == open"', ALWAYS, False),  # the start is idle
    ('ctl: "EG[<=99h] ticket == idle"', NEVER, False),
    ('ctl: "EF[3h..3h] ticket == done"', NEVER, False),
    ('ltl: "G[0h..0h] ticket != idle"', ALWAYS, True),
    ("at_most: 48h, while: ticket == open", LATE, True),
    ("at_most: window, while: ticket == open", NEVER, True),
]  # fmt: skip


def ticket(claim: str, time: str = "auto") -> SpecReport:
    return check_spec(parse_spec(TICKET.replace("CLAIM", claim)), CheckOptions(time=time))


@pytest.mark.parametrize("time", ["units", "dense"])
@pytest.mark.parametrize(("claim", "violated", "dense"), VERDICTS)
def test_known_verdicts(claim: str, violated: str, dense: bool, time: str) -> None:
    (result,) = ticket(claim, time).results
    assert str(result.violated) == violated
    assert result.unknown.count == 0
    assert result.time == ("dense" if dense and time == "dense" else "units")
    shown_where_it_holds = 'ctl: "E' in claim
    assert (result.run is None) == ((violated == NEVER) is not shown_where_it_holds)


def test_the_story_says_when() -> None:
    report = ticket('ltl: "G (apply -> F[<=48h] decide)"', "dense")
    texts = {lang: report_text(Bundle((report,), (), lang, lang), explain=True) for lang in
             ("en", "zh")}  # fmt: skip
    assert "just after +48 h" in texts["en"] and "Within 48 h after “apply”" in texts["en"]
    assert "刚过 +48 小时" in texts["zh"] and "之后 48 小时之内" in texts["zh"]


def test_the_story_of_a_bound_from_the_start_tells_the_time_since_the_start() -> None:
    report = ticket('ltl: "G[<=3h] ticket != done"', "dense")
    texts = {lang: report_text(Bundle((report,), (), lang, lang), explain=True) for lang in
             ("en", "zh")}  # fmt: skip
    assert "the time since the start" in texts["en"] and "自开始以来的时间" in texts["zh"]


@pytest.mark.parametrize(
    "formula",
    [
        "G (apply -> G[>2h] ticket == open)", "G (ticket == open -> G[<=2h] ticket == open)",
        "G (apply -> F[<2h] decide)", "G (apply -> F[1h..2h] decide)", "G F[>=2h] decide",
        "G (apply -> (idle_ U[<=2h] decide))", "X[<=2h] decide",
        "F G[<=2h] ticket == open", "G (apply -> F[<=2h] G ticket == done)",
        "ticket == idle W[<=2h] ticket == open",
    ],
)  # fmt: skip
def test_what_is_not_decided_is_refused_at_its_bound(formula: str) -> None:
    text = TICKET.replace("CLAIM", f'ltl: "{formula.replace("idle_", "ticket == idle")}"')
    with pytest.raises(SpecError) as caught:
        parse_spec(text)
    assert [d.code for d in caught.value.diagnostics] == ["F702"]


@pytest.mark.parametrize(
    ("formula", "code"),
    [("F[==2h] decide", "F707"), ("F[<=1h - 2h] decide", "F707"), ("F[<=2] decide", "F422"),
     ("F[<=wndow] decide", "F301"), ("F[3h..2h] decide", "F707"),
     ("F[0h - 1h..2h] decide", "F707"), ("F[<=since(apply)] decide", "F417")],
)  # fmt: skip
def test_a_bound_is_a_duration_that_is_known_in_each_variant(formula: str, code: str) -> None:
    with pytest.raises(SpecError) as caught:
        parse_spec(TICKET.replace("CLAIM", f'ltl: "{formula}"'))
    assert [d.code for d in caught.value.diagnostics] == [code]


@pytest.mark.parametrize(
    "formula",
    [
        "AG EF[<=2h] decide", "AG (apply -> EF[<=2h] decide)", "EG AF[<=2h] decide",
        "A[ticket == idle U AF[<=2h] decide]", "A[ticket == idle W[<=2h] ticket == open]",
        "AG (apply -> AF[1h..2h] decide)", "AG (apply -> A[ticket == open U[<=2h] decide])",
    ],
)  # fmt: skip
def test_nested_bounds_of_ctl_are_refused(formula: str) -> None:
    with pytest.raises(SpecError) as caught:
        parse_spec(TICKET.replace("CLAIM", f'ctl: "{formula}"'))
    assert [d.code for d in caught.value.diagnostics] == ["F702"]


def test_both_logics_mean_the_same_property() -> None:
    """Where there is no choice between runs."""
    linear, branching = (
        parse_spec(TICKET.replace("CLAIM", claim)).properties
        for claim in ('ltl: "G (apply -> F[<=2h] decide)"', 'ctl: "AG (apply -> AF[<=2h] decide)"')
    )
    assert replace(branching[0], at=linear[0].at) == linear[0]


def test_times_in_a_formula_are_exact_at_whole_units_and_the_report_says_so() -> None:
    for claim in ('ctl: "EF[<=2h] ticket == done"', 'ltl: "F (since(apply) > 2h)"'):
        (result,) = ticket(claim).results
        assert AT_UNITS in result.notes
    for claim in ('ctl: "EF ticket == done"', 'ltl: "G[<=2h] ticket != done"'):
        assert AT_UNITS not in ticket(claim).results[0].notes


def test_what_is_true_whatever_the_time_has_nothing_to_count() -> None:
    for claim in ('ltl: "G[<=2h] true"', 'ctl: "AG[1h..2h] true"'):
        assert ticket(claim).results[0].outcome is Outcome.HOLDS


def test_what_lasts_too_long_or_is_missed_at_any_time_is_told_as_that() -> None:
    told = {
        "at_most: 48h, while: ticket == open": (
            "For more than 48 h in one go it has been like this: ticket is “open”.",
            "已经连续超过 48 小时一直是这样：ticket 为“open”。",
        ),
        'ltl: "G F[<=48h] ticket != open"': (
            "For more than 48 h it has not come to this: ticket is not “open”.",
            "已经超过 48 小时没有出现这样的情形：ticket 不是“open”。",
        ),
    }
    for claim, words in told.items():
        report = ticket(claim)
        for lang, said in zip(("en", "zh"), words, strict=True):
            assert said in report_text(Bundle((report,), (), lang, lang))


# --- a direct reading, on random runs ------------------------------------------------------------

FORMS = (
    "F[<={t}h] {q}", "G[<={t}h] {q}", "G[<{t}h] {q}", "G[>{t}h] {q}", "G[>={t}h] {q}",
    "G ({p} -> F[<={t}h] {q})", "G F[<={t}h] {q}", "G ({e} -> G[<={t}h] {q})",
    "G ({e} -> G[<{t}h] {q})",
)  # fmt: skip
Moments = list[tuple[int, bool, bool, bool]]  # hours, p, q, e


def refuted(form: str, t: int, moments: Moments) -> bool:
    """Is the form false whatever follows these moments? Read off its definition."""
    end = moments[-1][0]

    def never_in_time(k: int) -> bool:
        begin = moments[k][0]
        later = [m for m in moments[k:] if m[0] - begin <= t]
        return end - begin > t and not any(q for _, _, q, _ in later)

    def fails(k: int, within: str) -> bool:
        begin = moments[k][0]
        inside = {"<=": lambda d: d <= t, "<": lambda d: d < t, ">": lambda d: d > t,
                  ">=": lambda d: d >= t}[within]  # fmt: skip
        return any(inside(m[0] - begin) and not m[2] for m in moments[k:])

    everywhere = range(len(moments))
    bound = next(b for b in ("<=", ">=", "<", ">") if f"[{b}" in form)
    match form.split("[")[0].split():
        case ["F"]:
            return never_in_time(0)
        case ["G"]:
            return fails(0, bound)
        case ["G", "F"]:
            return any(never_in_time(k) for k in everywhere)
        case ["G", "({p}", "->", "F"]:
            return any(moments[k][1] and never_in_time(k) for k in everywhere)
        case _:
            return any(moments[k][3] and fails(k, bound) for k in everywhere)


def walk(interpreter: Interpreter, rng: random.Random, start: State, steps: int) -> list[tuple]:
    """A random run: states, with what happened before."""
    moments = [(start, History())]
    for _ in range(steps):
        state, past = moments[-1]
        following = [(s, t) for s, t in interpreter.successors(state) if isinstance(t, State)]
        if not following:
            break
        delays = [x for x in following if isinstance(x[0], Delay)]
        step, target = rng.choice(delays if delays and rng.random() < 0.5 else following)
        moments.append((target, past.after(step)))
    return moments


def compare(document: dict[str, object], seed: int, tally: Counter[str]) -> None:
    rng = random.Random(seed)
    events = list(document["events"])  # type: ignore[call-overload]
    claims = document["properties"]
    p, q = (str(claims[k]["never"]) for k in ("p0", "p8"))  # type: ignore[index]
    p, q = (
        x if "fired" not in x and "since" not in x and " c " not in f" {x} " else "true"
        for x in (claims["p2"]["always"], claims["p0"]["never"])
    )  # type: ignore[index]
    form, t = rng.choice(FORMS), rng.randrange(4)
    formula = form.format(t=t, p=f"({p})", q=f"({q})", e=events[0])
    try:
        spec = spec_from({**document, "properties": {"p": {"ltl": formula}}})
    except SpecError:  # a name with a meaning of its own in formulas
        tally["refused"] += 1
        return
    system, _, family = family_of(spec)
    if system.unit is None or "[" in str(events[0]):
        return
    reports = [check_spec(spec, CheckOptions(time=time, max_states=800)) for time in
               ("units", "dense")]  # fmt: skip
    if not all(r.complete for r in reports):
        tally["too large"] += 1
        return
    units, dense = (r.results[0] for r in reports)
    if is_closed(system, family) and dense.unknown.count == 0:
        tally["agree"] += 1
        tally[f"agree {units.outcome.value}"] += 1
        assert str(units.violated) == str(dense.violated), formula
    direct(spec, formula, form, t, p, q, events[0], units.violated, rng, tally)


def direct(spec, formula, form, t, p, q, e, violated, rng, tally) -> None:  # type: ignore[no-untyped-def]
    """No random run refutes what holds."""
    conditions = parse_conditions(spec, p, q, e)
    for _ in range(6):
        variant = {c.name: rng.choice(c.values) for c in spec.configuration}
        interpreter = Interpreter(spec, variant)
        unit = Fraction(interpreter.unit or 1, 3_600_000)
        starts = list(interpreter.initial())
        if not starts:
            continue
        run = walk(interpreter, rng, rng.choice(starts), 25)
        moments = [
            (past.now * unit, *(bool(interpreter.holds(c, state, past, {})) for c in conditions))
            for state, past in run
        ]
        if refuted(form, t, moments):
            tally["refuted directly"] += 1
            assert violated.count > 0, formula


def parse_conditions(spec, p, q, e):  # type: ignore[no-untyped-def]
    from fsm.spec.asked import read_operand

    return [read_operand(spec, x, "").node for x in (p, q, e)]


def collected(examples: int) -> Counter[str]:
    tally: Counter[str] = Counter()

    @given(claimed_specs(strict=False, pauses=False))
    @settings(max_examples=examples, deadline=None, suppress_health_check=SLOW)
    def collect(document: dict[str, object]) -> None:
        compare(document, len(str(document)), tally)

    collect()
    return tally


def test_random_formulas() -> None:
    assert collected(8)["agree"]


@pytest.mark.slow
def test_random_formulas_at_length() -> None:
    assert collected(4_000)["refuted directly"] > 100


def test_forms_become_patterns() -> None:
    report = ticket('ltl: "G F[<=48h] ticket != open"')
    assert report.results[0].property.pattern is Pattern.RESPONSE
    assert report.results[0].outcome is Outcome.VIOLATED


def test_what_is_said_of_several_properties_is_said_once() -> None:
    """In the text; each of them has it for programs."""
    claims = 'ctl: "EF[<=3h] decide"}\n  r: {ctl: "EF[<=4h] decide"}\n  s: {never: fired(apply)'
    report = ticket(claims)
    for lang in ("en", "zh"):
        text = report_text(Bundle((report,), (), lang, lang))
        (line,) = (line for line in text.splitlines() if AT_UNITS.get(lang) in line)
        assert line.strip().startswith("p, r: " if lang == "en" else "p，r：")
    data = json.loads(report_json(Bundle((report,))))["specs"][0]["properties"]
    assert [AT_UNITS.en in (note["en"] for note in p["notes"]) for p in data] == [True, True, False]
