"""Why formulas of CTL are true or false, as told: each part by the definition, on its own run."""

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fsm.check.check import CheckOptions, check_spec
from fsm.check.results import Outcome, PropertyResult, Reason
from fsm.expressions import Apply, Literal, Op
from fsm.logic.words import refuted, satisfied
from fsm.semantics.trace import Occurrence, Run
from fsm.spec.unparse import unparse
from fsm.temporal import Atom, Compound, Paths, Temporal, TOp, Truth, written
from tests.logic.small import ARCS, FAIR, Arc, Letter, spec_of
from tests.logic.test_formulas import BRANCHING, ByHand

DUAL = {
    TOp.NEXT: TOp.NEXT, TOp.FINALLY: TOp.GLOBALLY, TOp.GLOBALLY: TOp.FINALLY,
    TOp.UNTIL: TOp.RELEASE, TOp.RELEASE: TOp.UNTIL, TOp.WEAK: TOp.STRONG, TOp.STRONG: TOp.WEAK,
}  # fmt: skip


def letters_of(run: Run) -> list[Letter]:
    events = ["", *(step.event if isinstance(step, Occurrence) else "" for step in run.steps)]
    places = [str(dict(state.snapshot.locations)["m"]) for state in run.states]
    found = list(zip(places, events, strict=True))
    return [*found, (places[-1], "")] if run.loop == len(run.steps) else found


def taken_apart(formula: object) -> Temporal:
    """With the names of small systems for its tests; what is joined in one test is so outside."""
    match formula:
        case Compound(op=op, operands=operands, paths=paths):
            return Compound(op, tuple(map(taken_apart, operands)), paths)
        case Atom(test=test):
            return taken_apart(test)
        case Apply(op=op, operands=operands) if op in JOINTS:
            return Compound(JOINTS[op], tuple(map(taken_apart, operands)))
        case Literal(value=value):
            return Truth(bool(value))
        case Truth():
            return formula
        case _:
            return Atom(unparse(formula))  # type: ignore[arg-type]


JOINTS = {Op.NOT: TOp.NOT, Op.AND: TOp.AND, Op.OR: TOp.OR, Op.IMPLIES: TOp.IMPLIES}


def shows(formula: Temporal, holds: bool, run: Run, at: int, by_hand: ByHand) -> bool:
    """Does what follows state `at` make the operator true, or of `A` the dual, on what is false?"""
    assert isinstance(formula, Compound)
    assert formula.paths is (Paths.SOME if holds else Paths.ALL)
    op = formula.op if holds else DUAL[formula.op]
    plain = Compound(op, tuple(map(Atom, formula.operands)))
    word = letters_of(run)

    def test(operand: object, k: int) -> bool:
        return by_hand.true(operand, word[at + k]) is holds  # type: ignore[arg-type]

    if run.loop is None:
        return refuted(Compound(TOp.NOT, (plain,)), len(word) - at, test)
    if run.loop == len(run.steps):
        return satisfied(plain, len(word) - at, len(word) - at - 1, test)
    # The last letter is the first of the loop once more, and says by which step it is reached.
    assert run.loop >= at
    return satisfied(plain, len(word) - at, run.loop + 1 - at, test)


def check(result: PropertyResult, by_hand: ByHand) -> None:
    assert result.run is not None

    def follow(reasons: Sequence[Reason], beside: Run) -> None:
        for reason in reasons:
            formula = taken_apart(reason.formula)
            letters = letters_of(beside)
            # Where a run has ended, at the last step or after it: nothing occurs any more.
            places = range(
                reason.at, len(letters) if reason.at == len(beside.steps) else reason.at + 1
            )
            found = [k for k in places if by_hand.true(formula, letters[k]) is reason.holds]
            assert found, written(formula)
            if reason.run is None:
                assert isinstance(formula, Compound)
                assert formula.paths is (Paths.ALL if reason.holds else Paths.SOME)
                follow(reason.parts, beside)
            else:
                assert reason.run.steps[: reason.at] == beside.steps[: reason.at]
                assert any(shows(formula, reason.holds, reason.run, k, by_hand) for k in found)
                follow(reason.parts, reason.run)

    follow(result.reasons, result.run)


def agree(arcs: list[Arc], fair: Mapping[str, str], formula: Temporal, engine: str) -> int:
    """The number of reasons."""
    spec = spec_of(arcs, fair, f'ctl: "{written(formula)}"')
    (result,) = check_spec(spec, CheckOptions(engine=engine)).results
    if result.run is None:
        assert result.reasons == ()
        return 0
    on = bool(dict(result.run.variant)["s"])
    by_hand = ByHand(arcs, on, fair)
    holds = result.outcome is Outcome.HOLDS
    assert by_hand.true(formula, ("a", "")) is holds
    if isinstance(formula, Compound) and formula.paths is not None:
        assert shows(formula, holds, result.run, 0, by_hand)
    check(result, by_hand)
    return len(result.reasons)


NEVER_A = Compound(TOp.GLOBALLY, (Compound(TOp.NOT, (Atom("m == a"),)),), Paths.ALL)
AFTER_THE_END = Compound(TOp.NEXT, (Compound(TOp.NEXT, (
    Compound(TOp.STRONG, (Atom("fired(hop)"), Atom("m == b")), Paths.ALL),
), Paths.ALL),), Paths.ALL)  # fmt: skip
OPERATORS = st.one_of(
    st.builds(
        lambda op, paths, *x: Compound(op, x, paths),
        st.sampled_from([TOp.NEXT, TOp.FINALLY, TOp.GLOBALLY]), st.sampled_from(Paths), BRANCHING,
    ),
    st.builds(
        lambda op, paths, *x: Compound(op, x, paths),
        st.sampled_from([TOp.UNTIL, TOp.WEAK, TOp.RELEASE, TOp.STRONG]), st.sampled_from(Paths),
        BRANCHING, BRANCHING,
    ),
)  # fmt: skip


@pytest.mark.parametrize("engine", ["python", "symbolic"])
@example([("a", "go", "b", False)], {}, Compound(TOp.NEXT, (NEVER_A,), Paths.SOME))
@example([("a", "hop", "b", False)], {}, AFTER_THE_END)
@given(ARCS, FAIR, OPERATORS | BRANCHING)
@settings(max_examples=35, deadline=None)
def test_each_part_of_a_proof_is_so(
    engine: str, arcs: list[Arc], fair: Mapping[str, str], formula: Temporal
) -> None:
    agree(arcs, fair, formula, engine)


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["python", "symbolic"])
@given(st.data())
@settings(max_examples=5_000, deadline=None)
def test_each_part_of_a_proof_is_so_at_length(engine: str, data: st.DataObject) -> None:
    agree(data.draw(ARCS), data.draw(FAIR), data.draw(OPERATORS | BRANCHING), engine)


CHAIN: list[Arc] = [
    ("a", "go", "b", False), ("b", "hop", "a", False), ("b", "go", "c", False),
]  # fmt: skip
A, B, C = (f"m == {state}" for state in "abc")


@pytest.mark.parametrize("engine", ["python", "symbolic"])
@pytest.mark.parametrize(
    ("formula", "holds", "reasons"),
    [
        (f"AG EF {A}", False, [(f"EF ({A})", False, None)]),
        (f"EF ({B} & EX {A} & EX {C})", True, [(f"EX ({A})", True, 2), (f"EX ({C})", True, 2)]),
        (f"AX (EX {A} & EX {B})", False, [(f"EX ({B})", False, None)]),
        (f"EF AG {C}", True, [(f"AG ({C})", True, None)]),
        (f"EG EF {B}", True, [(f"EF ({B})", True, 1)]),
        (f"AG ({B} -> AX {C})", False, [(f"AX ({C})", False, 2)]),
        (f"EF ({C} & EX {A})", False, []),
        (f"AG ({A} -> EX {B})", True, []),
        (f"(EX {B}) <-> AX {C}", False, [(f"EX ({B})", True, 1), (f"AX ({C})", False, 1)]),
    ],
)
def test_proofs_by_hand(
    formula: str, holds: bool, reasons: list[tuple[str, bool, int | None]], engine: str
) -> None:
    """Each part with the length of its run; None where it speaks of all runs."""
    spec = spec_of(CHAIN, {}, f'ctl: "{formula}"')
    (result,) = check_spec(spec, CheckOptions(engine=engine)).results
    assert (result.outcome is Outcome.HOLDS) is holds
    found = [
        (
            written(reason.formula, lambda test: unparse(test)),  # type: ignore[arg-type]
            reason.holds,
            None if reason.run is None else len(reason.run.steps),
        )
        for reason in result.reasons
    ]
    assert found == reasons


@pytest.mark.parametrize("engine", ["python", "symbolic"])
@pytest.mark.parametrize(
    ("formula", "steps", "loop"),
    [
        (f"A[{A} U {C}]", 1, None), (f"A[!({C}) U {C}]", 2, 0), (f"A[{A} W {C}]", 1, None),
        (f"A[{C} R {A}]", 1, None), (f"A[{B} M !({C})]", None, None), (f"A[{C} M !({C})]", 2, None),
        (f"AX {C}", 1, None), (f"AF {C}", 2, 0), (f"AG !({C})", 2, None),
        (f"E[{A} U {B}]", 1, None), (f"E[{A} W {B}]", 1, None), (f"E[!({C}) W {C}]", 2, None),
        (f"E[{B} R !({C})]", 1, None), (f"E[{C} R !({C})]", 2, 0), (f"E[{B} M !({C})]", 1, None),
        (f"EX {B}", 1, None), (f"EF {C}", 2, None), (f"EG !({C})", 2, 0),
    ],
)  # fmt: skip
def test_runs_by_hand(formula: str, steps: int | None, loop: int | None, engine: str) -> None:
    """The run that shows `E`, or refutes `A`, at the first node; None: all runs are as claimed."""
    spec = spec_of(CHAIN, {}, f'ctl: "{formula}"')
    (result,) = check_spec(spec, CheckOptions(engine=engine)).results
    assert (result.outcome is Outcome.HOLDS) is (formula[0] == "E" or steps is None)
    assert (None if result.run is None else len(result.run.steps)) == steps
    assert result.run is None or result.run.loop == loop
