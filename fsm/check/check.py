"""One spec in, one report out: explore, decide, replay, compare with what is expected."""

import time
from collections.abc import Callable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from fsm.check.conditions import condition_of
from fsm.check.confirm import confirm
from fsm.check.engines import CutShort, engine_for, in_zones, stats_of
from fsm.check.family import family_of, select
from fsm.check.notes import NOT_DENSE, NOT_READ, notes_on_property, notes_on_time, remedy_of
from fsm.check.reasons import reasons_of
from fsm.check.results import Finding, Outcome, PropertyResult, Reason, SpecReport, plain
from fsm.check.sets import sets_of
from fsm.check.structure import Sensitivity, Structure
from fsm.check.task import Task
from fsm.check.timing import AUTO, DENSE, UNITS
from fsm.check.vacuity import Vacuities
from fsm.errors import FsmError
from fsm.explore.decode import trace_of
from fsm.explore.emit import Values
from fsm.explore.engines import step_function
from fsm.explore.graph import Path
from fsm.explore.space import Limits, Progress, explore
from fsm.explore.variants import Variants
from fsm.expressions import DurationType, Scalar
from fsm.logic.decide import Decision, Witness
from fsm.logic.premises import premises
from fsm.logic.remedies import Remedy
from fsm.model import Expected, Pattern, Property, Spec, Text
from fsm.reduce.reduce import reduce
from fsm.reduce.reduction import SYMMETRY, Reduction, known
from fsm.semantics.replay import replay
from fsm.semantics.trace import Run
from fsm.spec.unparse import duration_text

MANY_TIMES = 20  # as many states as with a reduction, to see how many there are without it
FEW_STATES, MOST_STATES = 1_000, 500_000


class ReplayFailure(FsmError):
    """An engine's trace that the replayer refused: a defect of this package, never shown as a
    verdict."""


class CheckOptions(Struct, frozen=True):
    """What to check, and when to stop. Empty `properties` means all; `variant` fixes some
    switches and questions; `timeout` is in seconds, `max_memory` in bytes of the process; `without`
    names reductions not to use; `time` is `auto`, `dense` or `units`, and `latest` tells runs in
    dense time as late as can be; `stats` counts and measures more. A large space is searched in
    machine code by up to so many `threads`; no answer depends on that."""

    properties: tuple[str, ...] = ()
    variant: tuple[tuple[str, Scalar], ...] = ()
    max_states: int | None = None
    timeout: float | None = None
    max_memory: int | None = None
    engine: str = "auto"
    without: tuple[str, ...] = ()
    time: str = AUTO
    latest: bool = False
    stats: bool = False
    threads: int = 1
    progress: Progress | None = None


def check_spec(spec: Spec, options: CheckOptions = CheckOptions()) -> SpecReport:
    """Decide every property of a spec in every variant.

    Raises `UsageError` for a property, switch or value that the spec does not have, and for a
    spec that is too large to unfold; `ReplayFailure` where engine and replayer disagree.
    """
    return _Check(spec, options).run()


class Family(Struct, frozen=True):
    """In which variants one property is violated, and in which undecided: sets over `variants`.
    `limit` says what cut the search short, "" where nothing did."""

    variants: Variants
    violated: int
    undecided: int
    states: int
    limit: str
    engine: str


def decide_family(spec: Spec, options: CheckOptions) -> Family:
    """The first property of `options` in each variant by itself, as sets instead of conditions: for
    families of thousands. Nothing is replayed. Raises what `check_spec` does."""
    return _Check(spec, options).family()


def task_of(spec: Spec, options: CheckOptions) -> Task:
    """What an engine is asked for a check. Raises what `check_spec` does."""
    return _Check(spec, options).task()


class _Check:
    """One check; the parts that the steps below share."""

    def __init__(self, spec: Spec, options: CheckOptions) -> None:
        self.started = time.monotonic()
        self.spec, self.options = spec, options
        self.selected = select(spec, options.properties)
        self.reduced = reduce(
            spec, self.selected, known(options.without), findings=not options.properties
        )  # fmt: skip
        self.system, self.lowering = self.reduced.system, self.reduced.lowering
        self.variants = family_of(spec, self.selected, self.lowering, dict(options.variant))
        self.asked = {p.name: p for p in self.reduced.selected}
        self.premises = {p.name: premises(p) for p in self.selected}
        self.beside = self.reduced.keeping(
            [premise.never for found in self.premises.values() for premise in found], self.selected
        )
        deadline = None if options.timeout is None else self.started + options.timeout
        self._untold = False
        self.limits = Limits(options.max_states, deadline, options.max_memory)

    def task(self) -> Task:
        """What an engine is asked."""
        return Task(
            self.spec, self.system, self.lowering, self.variants, self.reduced.selected,
            self.limits, self.options.progress, self.reduced, self.options.variant,
            self.options.latest, self.beside, self.options.threads,
        )  # fmt: skip

    def family(self) -> Family:
        """See `decide_family`."""
        task = replace(self.task(), beside=())
        engine = engine_for(task, self.options.engine, self.options.time)
        (property_, *_) = self.reduced.selected
        try:
            violated, undecided = sets_of(property_, list(engine.decide(property_)), self.variants)
        except CutShort:
            violated, undecided = 0, self.variants.everything
        return Family(
            self.variants, violated, undecided, engine.states, engine.limit, engine.name
        )  # fmt: skip

    def run(self) -> SpecReport:
        self.engine = engine = engine_for(self.task(), self.options.engine, self.options.time)
        self.vacuities = Vacuities(engine, self.beside, self.variants)
        masks: dict[str, int] = {}
        results = tuple(self._decide(p, masks) for p in self.selected)
        narrowed = bool(self.options.properties or self.options.variant)
        sensitivity = self._sensitivity(masks)
        undecided = any(r.unknown.count for r in results)
        told = () if narrowed or undecided or not self.selected else sensitivity
        findings = self._findings(told, results, whole=not narrowed)
        dense = engine.dense or not self.selected
        in_dense = bool(engine.dense) or (engine.name == "zones" and not self.selected)
        notes = (
            *(() if dense else notes_on_time(self.spec, self.system)), *engine.notes,
            *((NOT_READ,) if self._untold else ()),
        )  # fmt: skip
        return SpecReport(
            self.spec, results, findings, self.variants.everything.bit_count(), engine.states,
            engine.transitions, engine.depth, time.monotonic() - self.started, self.system.unit,
            not engine.undecided, engine.limit, engine.name, notes, sensitivity,
            self._applied(), self._time(in_dense),
            stats=stats_of(engine, self.started) if self.options.stats else None,
        )  # fmt: skip

    def _applied(self) -> tuple[Reduction, ...]:
        """The reductions in use; where statistics are asked for, with what each of them saved."""
        applied = self.engine.reduced.applied(self.engine.representatives())
        if not self.options.stats or self.engine.undecided or self.engine.name == "zones":
            return applied
        return tuple(r if r.states is not None else self._measured(r) for r in applied)

    def _measured(self, reduction: Reduction) -> Reduction:
        """How many states there are without it, the others in use: looked at up to `MANY_TIMES` as
        many as there are with it, and `MOST_STATES`."""
        if reduction.name == SYMMETRY and not self.engine.reduced.alike:
            return reduction  # it spares questions, and no states
        most = min(MOST_STATES, MANY_TIMES * max(self.engine.states, FEW_STATES))
        if most <= self.engine.states:
            return reduction
        names = {*self.options.without, reduction.name}
        other = reduce(
            self.spec, self.selected, names, findings=not self.options.properties
        )  # fmt: skip
        if not self.engine.reduced.alike:
            other = other.unfolded()
        steps = other.searched(step_function(other.system, self.variants))
        space = explore(steps, replace(self.limits, states=most), progress=self.options.progress)
        return replace(
            reduction, states=len(space.states), explored=self.engine.states,
            least=bool(space.limit),
        )  # fmt: skip

    def _time(self, dense: bool) -> str:
        """Which time decided; "" where there is none."""
        if self.system.unit is None:
            return ""
        return DENSE if dense else UNITS

    def _findings(
        self, sensitivity: Sensitivity, results: tuple[PropertyResult, ...], *, whole: bool
    ) -> tuple[Finding, ...]:
        """None where a limit is reached on the way: the report is then not complete."""
        try:
            facts = self.engine.facts(self.show)
            reduced = self.engine.reduced
            structure = Structure(
                self.spec, reduced.system, self.variants, facts,
                lambda: in_zones(self.task(), self.engine, self.show) if reduced.whole else None,
            )  # fmt: skip
            self._untold = structure.untold and reduced.whole
            everywhere = () if self.options.variant else results
            return structure.findings(
                sensitivity, whole=whole, ends=reduced.whole, results=everywhere
            )  # fmt: skip
        except CutShort:
            return ()

    # --- one property -------------------------------------------------------------------------

    def _decide(self, property_: Property, masks: dict[str, int]) -> PropertyResult:
        started = time.monotonic()
        try:
            decisions = list(self.engine.decide(self.asked[property_.name]))
            return self._judge(property_, decisions, masks, started)
        except CutShort:
            everything = self.variants.everything
            nothing = Decision((), 0, everything, Witness(lambda _: None, lambda _: ()))
            return self._judge(property_, [nothing], masks, started)

    def _judge(
        self, property_: Property, decisions: list[Decision], masks: dict[str, int], started: float
    ) -> PropertyResult:
        everything = self.variants.everything
        violated, undecided = sets_of(property_, decisions, self.variants)
        masks[property_.name] = violated
        if property_.pattern is Pattern.REACHABLE and not property_.every:
            # One variant that gets there is enough; none may be open before it is denied.
            reached = everything & ~violated & ~undecided
            violated = 0 if reached or undecided else everything
            undecided = 0 if reached else undecided
        outcome = Outcome.VIOLATED if violated else Outcome.UNKNOWN if undecided else Outcome.HOLDS
        reasons: tuple[Reason, ...] = ()
        if property_.pattern is Pattern.CTL:
            run, each, reasons = self._proved(property_, decisions, violated, undecided)
        else:
            run, each = self._shown(property_, decisions, violated)
        expected, words = self._compare(property_, violated, undecided)
        holds = everything & ~violated & ~undecided
        remedy = remedy_of(property_, decisions)
        vacuous, unmeasured = self.vacuities.of(self.premises[property_.name], holds)
        return PropertyResult(
            property_, outcome, condition_of(self.variants, violated),
            condition_of(self.variants, undecided), expected, run, each, words,
            self.engine.states, self.engine.transitions, time.monotonic() - started,
            self._notes(property_, remedy),
            self._time(property_.name in self.engine.dense), vacuous, unmeasured,
            reasons=reasons, remedy=remedy,
        )  # fmt: skip

    def _notes(self, property_: Property, remedy: Remedy) -> tuple[Text, ...]:
        found = notes_on_property(self.system, property_, remedy)
        if self.engine.dense and property_.name not in self.engine.dense:
            return (NOT_DENSE, *found)
        return found

    def _shown(
        self, property_: Property, decisions: list[Decision], violated: int
    ) -> tuple[Run | None, tuple[tuple[str, Scalar], ...]]:
        """The run to tell: of a violation, or of reaching what should be reachable."""
        if property_.pattern is Pattern.REACHABLE:
            if violated or not decisions:
                return None, ()
            reached = self.variants.everything
            for decision in decisions:
                reached &= decision.found
            if not reached:
                return None, ()
            variant, decision = self.variants.simplest(reached), decisions[0]
        else:
            if not violated:
                return None, ()
            variant = self.variants.simplest(violated)
            decision = next(d for d in decisions if d.found >> variant & 1)
        if decision.witness.replayed is not None:
            return decision.witness.replayed(variant), decision.each
        path = decision.witness.find(variant)
        assert path is not None, "a variant of the set has a path"
        run = self.show(path, variant, decision.witness.state_of)
        self._confirm(property_, run, decision)
        return run, decision.each

    def _proved(
        self, property_: Property, decisions: list[Decision], violated: int, undecided: int
    ) -> tuple[Run | None, tuple[tuple[str, Scalar], ...], tuple[Reason, ...]]:
        """The runs that show why a formula of CTL is false in some variant, or true in all."""
        if not decisions or (undecided and not violated):
            return None, (), ()
        variant = self.variants.simplest(violated or self.variants.everything)
        decision = next((d for d in decisions if d.found >> variant & 1), decisions[0])
        prove = decision.witness.prove
        proof = None if prove is None else prove(variant, not violated)
        if proof is None or not proof.shown:
            # What holds of all runs, or of none, no run can show.
            return None, decision.each if violated else (), ()

        def show(path: Path) -> Run:
            return self.show(path, variant, decision.witness.state_of)

        run = show(proof.run())
        if violated:
            self._confirm(property_, run, decision)
        return run, decision.each, reasons_of(proof, show)

    def _confirm(self, property_: Property, run: Run, decision: Decision) -> None:
        if confirm(self.reduced.judging(self.spec), property_, run, dict(decision.each)) is False:
            raise ReplayFailure(f"the run found for {property_.name} does not show it")

    def show(
        self, path: Path, variant: int, state_of: Callable[[int], Values] | None = None
    ) -> Run:
        """A path as a run that the independent replayer accepted."""
        full = {c.name: c.values[0] for c in self.spec.configuration}
        full |= dict(self.options.variant)
        full |= self.variants.variant(variant)
        states = state_of or self.engine.state_of
        path, states, steps = self.engine.reduced.concrete(
            path, states, self.engine.successors, variant
        )  # fmt: skip
        found = trace_of(path, states, steps, self.lowering.layout, full)
        return replay(self.spec, found)

    def _compare(
        self, property_: Property, violated: int, undecided: int
    ) -> tuple[bool | None, Text]:
        """Is the verdict the expected one? And if not, how does it differ?"""
        everything = self.variants.everything
        narrowed = bool(self.options.variant)
        match property_.expect:
            case Expected.HOLDS:
                if violated:
                    return False, Text("应当成立，却被违反", "expected to hold, but violated")
                return (None if undecided else True), Text()
            case Expected.VIOLATED:
                # Somewhere in the family: a part of it cannot disprove that.
                if violated or (narrowed and not undecided):
                    return True, Text()
                if undecided:
                    return None, Text()
                return False, Text("应当被违反，却成立", "expected to be violated, but holds")
            case Expected.VIOLATED_WHEN:
                assert property_.condition is not None
                node = self.lowering.node(property_.condition.node, {})
                wanted = self.variants.where(node)
                surplus, missing = violated & ~wanted, wanted & ~violated & ~undecided
                if surplus or missing:
                    return False, self._difference(surplus, missing)
                return (None if undecided & everything else True), Text()

    def _difference(self, surplus: int, missing: int) -> Text:
        zh, en = [], []
        if surplus:
            where = self._formula(surplus)
            zh.append(f"预期之外也被违反：{where}")
            en.append(f"also violated when {where}")
        if missing:
            where = self._formula(missing)
            zh.append(f"预期被违反却成立：{where}")
            en.append(f"expected to be violated, but holds, when {where}")
        return Text("；".join(zh), "; ".join(en))

    def _formula(self, mask: int) -> str:
        """A set of variants as the spec would write it, durations included."""
        durations = {c.name for c in self.spec.configuration if isinstance(c.type, DurationType)}

        def say(name: str, value: Scalar) -> str:
            return duration_text(int(value)) if name in durations else plain(name, value)

        return condition_of(self.variants, mask).formula(say)

    def _sensitivity(self, masks: Mapping[str, int]) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """For each switch and question, the properties whose verdict its value changes."""
        places = {v.name: k for k, v in enumerate(self.variants.variables)}
        return tuple(
            (c.name, tuple(
                name for name, mask in masks.items()
                if c.name in places and self.variants.depends_on(mask, places[c.name])
            ))
            for c in self.spec.configuration
        )  # fmt: skip
