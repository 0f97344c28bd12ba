"""How long from one thing to another, in every variant: exact bounds, with a run for each."""

import time
from collections.abc import Callable, Iterator
from fractions import Fraction

from msgspec import Struct

from fsm.check.check import CheckOptions
from fsm.check.conditions import condition_of
from fsm.check.family import family_of
from fsm.check.results import Condition
from fsm.errors import FsmError
from fsm.explore.space import Limits
from fsm.expressions import Ghost
from fsm.model import Pattern, Property, Spec
from fsm.reduce.reduce import reduce
from fsm.reduce.reduction import CONE, SYMMETRY
from fsm.semantics.trace import Run, Snapshot
from fsm.spec.asked import read_operand
from fsm.timed.bounds import Bound, Measurement
from fsm.timed.confirm import lengths
from fsm.timed.measure import Question
from fsm.timed.replay import replay_timed


class WitnessFailure(FsmError):
    """A run that does not take as long as it should: a defect of this package."""


class Loop(Struct, frozen=True):
    """What may go on for ever: the states in turn, and the events that happen on the way (none:
    time passes)."""

    states: tuple[Snapshot, ...]
    events: tuple[str, ...]


class Figure(Struct, frozen=True):
    """One end, in the variants of `where`: `units` (None: there is no bound), reached or only
    approached, a replayed run that shows it, or the loop for which there is no bound."""

    units: int | None
    attained: bool
    where: Condition
    run: Run | None = None
    loop: Loop | None = None


class BoundsReport(Struct, frozen=True):
    """The answer. In the variants of `never` nothing is measured, in those of `unended` nothing to
    its end; `undecided` is what a limit or a clock that can be paused left open."""

    spec: Spec
    start: str
    goal: str
    unit: int
    least: tuple[Figure, ...]
    greatest: tuple[Figure, ...]
    never: Condition
    undecided: Condition
    unended: Condition
    variants: int
    seconds: float


def measure_spec(spec: Spec, start: str, goal: str, options: CheckOptions) -> BoundsReport:
    """The exact least and greatest time from `start` to `goal`, each an event or a condition.

    Raises `SpecError` for what cannot be read, `UsageError` F710 for what cannot be measured, and
    F711 for a spec without time.
    """
    started = time.monotonic()
    question = Question(read_operand(spec, start, "--from"), read_operand(spec, goal, "--to"))
    claim = Property("the question", Pattern.RESPONSE, question.goal, question.start)
    reduced = reduce(spec, (claim,), {SYMMETRY, CONE})
    variants = family_of(spec, (claim,), reduced.lowering, dict(options.variant))
    deadline = None if options.timeout is None else started + options.timeout
    limits = Limits(options.max_states, deadline)
    measurement = Measurement(reduced.system, reduced.lowering, variants, question, limits)
    bounds = measurement.bounds()
    assert reduced.system.unit is not None

    def figures(found: tuple[Bound, ...], *, longest: bool) -> Iterator[Figure]:
        for bound in found:
            where = condition_of(variants, bound.mask)
            variant = variants.simplest(bound.mask)
            if bound.units is None:
                yield Figure(None, False, where, None, _loop(measurement, variant))
            else:
                run = _run(spec, measurement, bound, variant, options, longest=longest)
                yield Figure(bound.units, bound.attained, where, run)

    return BoundsReport(
        spec, start, goal, reduced.system.unit, tuple(figures(bounds.least, longest=False)),
        tuple(figures(bounds.greatest, longest=True)), condition_of(variants, bounds.never),
        condition_of(variants, bounds.undecided), condition_of(variants, bounds.unended),
        variants.everything.bit_count(),
        time.monotonic() - started,
    )  # fmt: skip


def _run(
    spec: Spec, measurement: Measurement, bound: Bound, variant: int, options: CheckOptions, *,
    longest: bool,
) -> Run:  # fmt: skip
    """A run that takes so long, replayed, and measured once more on the run itself."""
    question = measurement.question
    full = {c.name: c.values[0] for c in spec.configuration} | dict(options.variant)
    full |= measurement.variants.variant(variant)
    trace, shown = measurement.witness(bound, longest, variant, full)
    run = replay_timed(spec, trace)
    is_event = isinstance(question.start.node, Ghost)
    measured = lengths(spec, question.start, question.goal, run, is_event=is_event)
    took = [end - begin for begin, end in measured if end == run.instants[-1]]
    if not any(map(_shows(bound, shown, longest), took)):
        raise WitnessFailure(f"the run found does not take {bound.units} units but {took}")
    return run.told()


def _shows(bound: Bound, shown: Fraction, longest: bool) -> Callable[[Fraction], bool]:
    units = bound.units
    assert units is not None
    if bound.attained:
        return lambda took: took == units
    return lambda took: shown <= took < units if longest else units < took <= shown


def _loop(measurement: Measurement, variant: int) -> Loop:
    path, graph = measurement.lasso(variant)
    assert path.loop is not None
    layout = measurement.lowering.layout
    states = (layout.snapshot(graph.frames[node].state) for node in path.nodes[path.loop :])
    infos = [graph.successors.steps[step] for step in path.steps[path.loop :]]
    actions = measurement.system.actions
    names = (actions[info.action].name for info in infos if info.action is not None)
    return Loop(tuple(dict.fromkeys(states)), tuple(dict.fromkeys(names)))
