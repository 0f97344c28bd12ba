"""Bounds that count from the start of a run, in both logics: against a plain search through all
runs of random specs, unit by unit."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fsm.check.check import CheckOptions, check_spec
from fsm.check.results import Condition, Outcome
from fsm.errors import SpecError
from fsm.expressions import Scalar
from fsm.model import Spec
from fsm.semantics.history import History
from fsm.semantics.interpreter import Interpreter
from fsm.semantics.trace import State
from fsm.spec.asked import read_operand
from fsm.spec.load import spec_from
from tests.timed.claims import claimed_specs
from tests.timed.test_agreement import SLOW

Document = dict[str, Any]
Form = tuple[str, str]  # the logic, and how it is written
VARIANTS = 8
INTERVALS: dict[str, Callable[[Fraction], bool]] = {
    "<=2h": lambda t: t <= 2, "<2h": lambda t: t < 2, "1h..2h": lambda t: 1 <= t <= 2,
    "2h..2h": lambda t: t == 2, "<=0h": lambda t: t <= 0,
}  # fmt: skip
END = 2  # hours: no interval goes further


@dataclass(frozen=True)
class Runs:
    """The runs of a variant; `p`, `q` and `within` are asked of a moment: a state and a time."""

    interpreter: Interpreter
    p: Callable[[State], bool]
    q: Callable[[State], bool]
    within: Callable[[Fraction], bool]

    def time(self, now: int) -> Fraction:
        assert self.interpreter.unit is not None
        return Fraction(now * self.interpreter.unit, 3_600_000)

    def met(self, state: State, now: int) -> bool:
        """Is it q, within the bound?"""
        return self.within(self.time(now)) and self.q(state)

    def broken(self, state: State, now: int) -> bool:
        """Is it not q, within the bound?"""
        return self.within(self.time(now)) and not self.q(state)

    def over(self, now: int) -> bool:
        return self.time(now) > END

    def leads(
        self, start: State, goal: Callable[[State, int], bool],
        through: Callable[[State, int], bool],
    ) -> bool:  # fmt: skip
        """Does some run come to the goal, all moments before being let through?"""
        todo, seen = [(start, 0)], {(start, 0)}
        while todo:
            state, now = todo.pop()
            if goal(state, now):
                return True
            if not through(state, now) or self.over(now):
                continue
            later = self.interpreter.delay(state)
            following = [(s, now) for _, s in self.interpreter.steps(state)]
            following += [] if later is None else [(later, now + 1)]
            for s, t in following:
                if isinstance(s, State) and (s, t) not in seen:
                    seen.add((s, t))
                    todo.append((s, t))
        return False

    # Each form: is it true from a state?

    def some_until(self, start: State) -> bool:
        return self.leads(start, self.met, lambda s, _: self.p(s))

    def some_finally(self, start: State) -> bool:
        return self.leads(start, self.met, lambda *_: True)

    def some_globally(self, start: State) -> bool:
        return self.leads(start, lambda _, t: self.over(t), lambda s, t: not self.broken(s, t))

    def all_until(self, start: State) -> bool:
        def failed(s: State, t: int) -> bool:
            return self.over(t) or not (self.met(s, t) or self.p(s))

        return not self.leads(start, failed, lambda s, t: not self.met(s, t))

    def all_finally(self, start: State) -> bool:
        return not self.leads(start, lambda _, t: self.over(t), lambda s, t: not self.met(s, t))

    def all_globally(self, start: State) -> bool:
        return not self.leads(start, self.broken, lambda *_: True)

    def all_release(self, start: State) -> bool:
        return not self.leads(start, self.broken, lambda s, _: not self.p(s))


FORMS: dict[Form, Callable[[Runs, State], bool]] = {
    ("ctl", "E[({p}) U[{i}] ({q})]"): Runs.some_until,
    ("ctl", "EF[{i}] ({q})"): Runs.some_finally,
    ("ctl", "E[F[{i}] ({q})]"): Runs.some_finally,
    ("ctl", "EG[{i}] ({q})"): Runs.some_globally,
    ("ctl", "A[({p}) U[{i}] ({q})]"): Runs.all_until,
    ("ctl", "AF[{i}] ({q})"): Runs.all_finally,
    ("ctl", "AG[{i}] ({q})"): Runs.all_globally,
    ("ctl", "A[({p}) R[{i}] ({q})]"): Runs.all_release,
    ("ltl", "({p}) U[{i}] ({q})"): Runs.all_until,
    ("ltl", "F[{i}] ({q})"): Runs.all_finally,
    ("ltl", "G[{i}] ({q})"): Runs.all_globally,
    ("ltl", "({p}) R[{i}] ({q})"): Runs.all_release,
}  # fmt: skip


def contains(condition: Condition, variant: Mapping[str, Scalar]) -> bool:
    return any(all(variant[k] in values for k, values in term) for term in condition.terms)


def variants(spec: Spec) -> Iterator[dict[str, Scalar]]:
    names = [c.name for c in spec.configuration]
    for values in product(*(c.values for c in spec.configuration)):
        yield dict(zip(names, values, strict=True))


def untimed(condition: str) -> str:
    return (
        condition
        if not {"fired", "since", "c"} & set(condition.replace("(", " ").split())
        else "true"
    )


def compare(document: Document, interval: str, forms: list[Form], tally: Counter[str]) -> None:
    claims = document["properties"]
    p, q = untimed(claims["p3"]["eventually"]), untimed(claims["p2"]["always"])
    asked = [{logic: form.format(p=p, q=q, i=interval)} for logic, form in forms]
    for keys in document["events"].values():
        keys.pop("fair", None)
    for machine in document["machines"].values():
        machine.pop("fair", None)
    try:
        spec = spec_from(
            {**document, "properties": {f"p{k}": claim for k, claim in enumerate(asked)}}
        )
    except SpecError:  # a name with a meaning of its own in formulas
        tally["refused"] += 1
        return
    report = check_spec(spec, CheckOptions(time="units", max_states=300))
    family = list(variants(spec))
    # Else some runs end, or time does not go on in them, and they do not count.
    endless = not {"S04", "S05", "S13"} & {finding.code for finding in report.findings}
    if not report.complete or report.unit is None or not endless or len(family) > VARIANTS:
        tally["left out"] += 1
        return
    conditions = [read_operand(spec, x, "").node for x in (p, q)]
    for variant in family:
        interpreter = Interpreter(spec, variant)
        p_holds, q_holds = (
            lambda s, c=c, i=interpreter: bool(i.holds(c, s, History(), {})) for c in conditions
        )
        runs = Runs(interpreter, p_holds, q_holds, INTERVALS[interval])
        starts = list(interpreter.initial())
        for form, result in zip(forms, report.results, strict=True):
            expected = all(FORMS[form](runs, start) for start in starts)
            assert result.outcome is not Outcome.UNKNOWN
            assert contains(result.violated, variant) is not expected, (form, interval, variant)
            tally[f"{form[1]} {expected}"] += 1


def collected(examples: int) -> Counter[str]:
    tally: Counter[str] = Counter()

    some = st.lists(st.sampled_from([*FORMS]), min_size=4, max_size=4, unique=True)

    @given(claimed_specs(strict=False, pauses=False), st.sampled_from([*INTERVALS]), some)
    @settings(max_examples=examples, deadline=None, suppress_health_check=SLOW)
    def collect(document: Document, interval: str, forms: list[Form]) -> None:
        compare(document, interval, forms, tally)

    collect()
    return tally


def test_as_all_runs_say() -> None:
    assert collected(6)


@pytest.mark.slow
def test_as_all_runs_say_at_length() -> None:
    tally = collected(600)
    print(dict(tally))
    assert all(tally[f"{form} {said}"] for _, form in FORMS for said in (True, False))
