"""Linear formulas on small systems: judges that share nothing must say the same of every pair.

| judge | of |
|---|---|
| the components of the stored product | every pair |
| decision diagrams | every pair |
| depth-first search in machine code | fewer pairs |
| the direct evaluator, on every fair lasso of at most `MOST` letters | every pair |
| CTL, by its own fixpoints | formulas of the fragment that both logics have |
| SPIN, by nested depth-first search on an automaton of its own | formulas without X |

A system is the arcs that it has with the switch in one position, and the fairness stated. At length
pairs are counted, each once, however often it comes up; each test then has a fairness of its own,
so that no two of them count the same pair.
"""

import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from fsm.check.check import CheckOptions, check_spec
from fsm.check.results import Outcome
from fsm.logic.words import satisfied
from fsm.temporal import TRUE, Atom, Compound, Paths, Temporal, TOp, written
from tests.draw.tools import need
from tests.logic.small import (
    ARCS,
    ATOMS,
    FAIR,
    FORMULAS,
    LEAVES,
    PLAIN,
    Arc,
    arcs_in_bits,
    holds,
    is_fair,
    promela,
    runs,
    spec_of,
    violated_in,
)
from tests.logic.strategies import grown

MOST = 6
KINDS = ("", "weak", "strong")
ENGINES = ("python", "symbolic", "compiled")
QUICK = ENGINES[:2]  # machine code is made anew for every formula
QUIET = (HealthCheck.too_slow, HealthCheck.data_too_large)
Verdicts = list[set[bool]]  # for each formula, the positions of the switch that violate it
pytestmark = pytest.mark.usefixtures("not_optimised")
Compare = Callable[[Sequence[list[Arc]], Mapping[str, str], Sequence[Temporal]], None]


def told(
    arcs: Sequence[Arc], fair: Mapping[str, str], properties: Sequence[str], engine: str
) -> Verdicts:
    """What an engine says. A violation that the replay does not confirm is an error by itself."""
    spec = spec_of(arcs, fair, *properties)
    report = check_spec(spec, CheckOptions(engine=engine))
    assert report.complete
    for result in report.results:
        assert result.outcome is not Outcome.UNKNOWN
        assert (result.run is None) == (not result.violated.terms) or "ctl" in properties[0]
    return [violated_in(result) for result in report.results]


def linear(formulas: Sequence[Temporal]) -> list[str]:
    return [f'ltl: "{written(f)}"' for f in formulas]


def refuted_by_lassos(
    arcs: Sequence[Arc], fair: Mapping[str, str], formulas: Sequence[Temporal]
) -> Verdicts:
    found: Verdicts = [set() for _ in formulas]
    for on in (False, True):
        for run, loop in runs(arcs, on, MOST):
            if is_fair(arcs, on, run[loop:], fair):
                for formula, here in zip(formulas, found, strict=True):
                    if on not in here and not satisfied(
                        formula, len(run), loop, lambda test, k, run=run: holds(test, run[k])
                    ):
                        here.add(on)
    return found


def pairs_of(
    systems: Sequence[list[Arc]], fair: Mapping[str, str], formulas: Sequence[Temporal]
) -> Iterator[tuple[object, ...]]:
    for arcs in systems:
        for on in (False, True):
            for formula in formulas:
                yield arcs_in_bits(arcs, on), tuple(sorted(fair.items())), formula


def fairness(**stated: str) -> st.SearchStrategy[dict[str, str]]:
    """All that agrees with what is stated, on `go`, `hop` and the machine `m`."""
    return FAIR.map(lambda drawn: drawn | stated)


def at_length(
    compare: Compare,
    systems: st.SearchStrategy[list[list[Arc]]],
    fair: st.SearchStrategy[dict[str, str]],
    formulas: st.SearchStrategy[list[Temporal]],
    *,
    examples: int,
    least: int,
    phases: Sequence[Phase] = tuple(Phase),
) -> None:
    """Compare so many examples, which come to so many different pairs at least."""
    seen: set[tuple[object, ...]] = set()

    @given(systems, fair, formulas)
    @settings(
        max_examples=examples, deadline=None, database=None, phases=phases,
        suppress_health_check=QUIET,
    )  # fmt: skip
    def each(
        systems: list[list[Arc]], fair: Mapping[str, str], formulas: list[Temporal]
    ) -> None:  # fmt: skip
        compare(systems, fair, formulas)
        seen.update(pairs_of(systems, fair, formulas))

    each()
    print(f"{len(seen)} pairs")
    assert len(seen) >= least


# --- engines and lassos -----------------------------------------------------------------------


def all_agree(
    systems: Sequence[list[Arc]], fair: Mapping[str, str], formulas: Sequence[Temporal],
    engines: Sequence[str] = QUICK,
) -> None:  # fmt: skip
    for arcs in systems:
        first, *others = (told(arcs, fair, linear(formulas), engine) for engine in engines)
        for engine, verdicts in zip(engines[1:], others, strict=True):
            assert verdicts == first, engine
        seen = refuted_by_lassos(arcs, fair, formulas)
        for formula, found, shown in zip(formulas, first, seen, strict=True):
            assert shown <= found, written(formula)


ONE = st.lists(ARCS, min_size=1, max_size=1)
SOME = st.lists(FORMULAS, min_size=4, max_size=8, unique=True)
MANY = st.lists(FORMULAS, min_size=20, max_size=25, unique=True)


@given(ONE, FAIR, SOME)
@settings(max_examples=15, deadline=None)
def test_engines_and_lassos_agree(
    systems: list[list[Arc]], fair: Mapping[str, str], formulas: list[Temporal]
) -> None:
    pytest.importorskip("dd")
    all_agree(systems, fair, formulas)


@given(ONE, FAIR, SOME)
@settings(max_examples=2, deadline=None)
def test_machine_code_agrees(
    systems: list[list[Arc]], fair: Mapping[str, str], formulas: list[Temporal]
) -> None:
    pytest.importorskip("dd")
    pytest.importorskip("llvmlite")
    all_agree(systems, fair, formulas, ENGINES)


@pytest.mark.slow
@pytest.mark.parametrize("event", KINDS)
def test_machine_code_agrees_at_length(event: str) -> None:
    """Three times 1,700 pairs at least."""
    pytest.importorskip("dd")
    pytest.importorskip("llvmlite")
    compare = partial(all_agree, engines=ENGINES)
    at_length(compare, ONE, fairness(go=event), MANY, examples=80, least=1_700)


@pytest.mark.slow
@pytest.mark.parametrize("machine", KINDS)
@pytest.mark.parametrize("event", KINDS)
def test_engines_and_lassos_agree_at_length(event: str, machine: str) -> None:
    """Nine times 5,600 pairs at least."""
    pytest.importorskip("dd")
    fair = fairness(go=event, m=machine)
    at_length(all_agree, ONE, fair, MANY, examples=360, least=5_600)


# --- CTL --------------------------------------------------------------------------------------

LITERALS = st.sampled_from([TRUE, *(Atom(a) for a in ATOMS)]).flatmap(
    lambda p: st.sampled_from([(p, Compound(TOp.NOT, (p,))), (Compound(TOp.NOT, (p,)), p)])
)


def _deterministic(inner: st.SearchStrategy[Temporal]) -> st.SearchStrategy[Temporal]:
    """Maidl, "The common fragment of CTL and LTL", FOCS 2000: each
    choice, between sides and between now and later, is decided by what is true now."""

    def told_apart(
        op: TOp, literals: tuple[Temporal, Temporal], one: Temporal, other: Temporal
    ) -> Temporal:
        p, not_p = literals
        return Compound(op, (Compound(TOp.AND, (p, one)), Compound(TOp.AND, (not_p, other))))

    choice = st.sampled_from([TOp.OR, TOp.UNTIL, TOp.WEAK])
    return (
        st.builds(told_apart, choice, LITERALS, inner, inner)
        | st.builds(lambda a, b: Compound(TOp.AND, (a, b)), inner, inner)
        | st.builds(lambda op, a: Compound(op, (a,)), st.sampled_from([TOp.NEXT, TOp.GLOBALLY]),
                    inner)
        | st.builds(lambda a: Compound(TOp.FINALLY, (Atom(a),)), st.sampled_from(ATOMS))
    )  # fmt: skip


COMMON = st.recursive(LEAVES, _deterministic, max_leaves=5)


def on_all_runs(formula: Temporal) -> Temporal:
    """The formula of CTL that says the same."""
    if not isinstance(formula, Compound):
        return formula
    paths = None if formula.op in (TOp.NOT, TOp.AND, TOp.OR) else Paths.ALL
    return Compound(formula.op, tuple(map(on_all_runs, formula.operands)), paths)


def both_logics_agree(
    systems: Sequence[list[Arc]], fair: Mapping[str, str], formulas: Sequence[Temporal]
) -> None:
    trees = [f'ctl: "{written(on_all_runs(f))}"' for f in formulas]
    for arcs in systems:
        for engine in QUICK:
            assert told(arcs, fair, linear(formulas), engine) == told(arcs, fair, trees, engine)


@given(ONE, FAIR, st.lists(COMMON, min_size=4, max_size=8, unique=True))
@settings(max_examples=7, deadline=None)
def test_ctl_agrees_on_the_common_fragment(
    systems: list[list[Arc]], fair: Mapping[str, str], formulas: list[Temporal]
) -> None:
    """With fairness, too: every run that is begun can be gone on with fairly."""
    pytest.importorskip("dd")
    both_logics_agree(systems, fair, formulas)


@pytest.mark.slow
@pytest.mark.parametrize("machine", KINDS)
def test_ctl_agrees_on_the_common_fragment_at_length(machine: str) -> None:
    """Three times 4,000 pairs at least."""
    pytest.importorskip("dd")
    formulas = st.lists(COMMON, min_size=20, max_size=25, unique=True)
    at_length(both_logics_agree, ONE, fairness(m=machine), formulas, examples=200, least=4_000)


# --- SPIN -------------------------------------------------------------------------------------

_WITHOUT_NEXT = (TOp.NOT, TOp.FINALLY, TOp.GLOBALLY)  # SPIN is mostly built without X
STUTTERING = st.recursive(LEAVES, lambda x: grown(x, PLAIN, _WITHOUT_NEXT), max_leaves=4)


class Spin:
    """One verifier for many formulas, to be asked about one system after the other."""

    def __init__(self, formulas: Sequence[Temporal], fair: Mapping[str, str], at: Path) -> None:
        self.at, self.size = at, len(formulas)
        (at / "model.pml").write_text(promela(formulas, fair), encoding="utf-8")
        said = self._run("spin", "-a", "model.pml")
        assert "Error" not in said and "error" not in said, said

    def violated(self, bits: int) -> list[bool]:
        """Which formulas does the system with these arcs violate?"""
        compiler = ("tcc",) if shutil.which("tcc") else ("gcc", "-O0")
        options = ("-w", "-DNOREDUCE", "-DNOFAIR", f"-DARCS={bits}", "-o", "pan", "pan.c")
        self._run(*compiler, *options)
        found = []
        for k in range(self.size):
            said = self._run("./pan", "-a", "-m1000", "-w10", "-N", f"p{k}")
            assert "search depth too small" not in said, said
            shown = "acceptance cycle" in said or "assertion violated" in said  # of the claim
            assert shown is ("errors: 0" not in said), said
            found.append(shown)
        return found

    def _run(self, *command: str) -> str:
        done = subprocess.run(
            command, cwd=self.at, capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == 0, f"{command}: {done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr


def spin_agrees(
    systems: Sequence[list[Arc]], fair: Mapping[str, str], formulas: Sequence[Temporal], at: Path
) -> None:
    spin = Spin(formulas, fair, at)
    for arcs in systems:
        found = told(arcs, fair, linear(formulas), "python")
        for on in (False, True):
            theirs = spin.violated(arcs_in_bits(arcs, on))
            for formula, ours, violated in zip(formulas, found, theirs, strict=True):
                assert (on in ours) is violated, (written(formula), on, arcs, fair)


def _need_spin() -> None:
    compiler = shutil.which("tcc") or shutil.which("gcc")
    need(bool(shutil.which("spin") and compiler), "SPIN and a C compiler", "apt install spin tcc")


ONCE = (Phase.explicit, Phase.generate)  # what is so expensive to ask is not made smaller


@pytest.mark.tools
def test_spin_agrees(tmp_path: Path) -> None:
    _need_spin()

    @given(
        st.lists(ARCS, min_size=2, max_size=2),
        fairness(hop="", m=""),
        st.lists(STUTTERING, min_size=4, max_size=4, unique=True),
    )
    @settings(max_examples=2, deadline=None, phases=ONCE, database=None)
    def compare(
        systems: list[list[Arc]], fair: Mapping[str, str], formulas: list[Temporal]
    ) -> None:
        spin_agrees(systems, fair, formulas, tmp_path)

    compare()


@pytest.mark.slow
@pytest.mark.tools
@pytest.mark.parametrize("event", KINDS)
def test_spin_agrees_at_length(event: str, tmp_path: Path) -> None:
    """Three times 2,000 pairs at least."""
    _need_spin()
    at_length(
        lambda systems, fair, formulas: spin_agrees(systems, fair, formulas, tmp_path),
        st.lists(ARCS, min_size=35, max_size=40),
        fairness(go=event, hop="", m=""),
        st.lists(STUTTERING, min_size=12, max_size=15, unique=True),
        examples=6,
        least=2_000,
        phases=ONCE,
    )
