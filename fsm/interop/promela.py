"""A spec in one variant as a Promela model, for SPIN: an independent judge of states and verdicts.

One process chooses among deterministic steps, each an option of its loop; so with reductions off
SPIN stores exactly the reachable states of the spec, and takes exactly its steps.
"""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from fsm.errors import UsageError
from fsm.explore.emit import Values
from fsm.explore.successors import Successors
from fsm.explore.variants import make_variants
from fsm.expressions import Scalar
from fsm.interop.promela_claims import Claim, Claims, is_left_out, name_of
from fsm.interop.promela_expressions import Expressions, macro
from fsm.interop.promela_names import Names
from fsm.interop.promela_steps import Step, Steps
from fsm.model import Pattern, Spec
from fsm.semantics.layout import encode
from fsm.semantics.lower import bindings, lower
from fsm.semantics.lowered import System

START_LIMIT = 10_000  # initial states
NO_EVENT = -1  # what is done in a step without event, and after the end of a run
ROLES = ("CHECK", "subject", "trigger")


class Promela(Struct, frozen=True):
    """A model: its text, the claims that can be checked on it, and the number of initial states.

    SPIN counts one state and `starts` transitions more where there are several initial states:
    that from which it chooses one.
    """

    text: str
    claims: tuple[Claim, ...]
    starts: int


def to_promela(spec: Spec, variant: Mapping[str, Scalar] | None = None) -> Promela:
    """The model of a spec in one variant; what `variant` leaves open has its first value.

    Semantics   The states are those of the spec. A step that would fault is not taken, as in the
                spec, and SPIN does not tell it. `-DCHECK_…` adds one property .
    Raises      `UsageError` F603 for a variant that does not exist or in which no run starts, F626
                for a spec with time, F628 where values need more than 32 bits, F629 where steps
                or initial states are too many to list.
    Complexity  Linear in the number of composite steps; see `Steps`.
    Source      Holzmann, The SPIN Model Checker, 2003; spinroot.com.
    """
    system, lowering = lower(spec)
    if system.unit is not None:
        raise UsageError(
            "F626",
            f"{spec.name} has durations, and Promela has no time",
            "export a spec without after, between, clocks, since and within",
        )
    chosen = {c.name: c.values[0] for c in spec.configuration} | dict(variant or {})
    for c in spec.configuration:
        if chosen[c.name] not in c.values:
            raise UsageError("F603", f"{spec.name} has no variant with {c.name} = {chosen[c.name]}")
    if unknown := chosen.keys() - {c.name for c in spec.configuration}:
        raise UsageError("F603", f"{spec.name} has no switch or question {min(unknown)}")
    values = {k: encode(chosen[c.name], c.type) for k, c in enumerate(spec.configuration)}
    family = make_variants(spec.configuration, lowering.codes, range(len(values)), chosen)
    starts = list(_starts(Successors(system, family), spec.name))
    names = Names(system, lowering.layout, _reserved(spec))
    steps = Steps(system, Expressions(names), values)
    claims = tuple(Claims(system, lowering, values, names, steps).all())
    lines = [
        *_header(spec, chosen, claims, len(starts)), "",
        *names.declarations(starts[0] if len(starts) == 1 else None),
        *(f"hidden int t_{k};" for k in range(steps.temporaries)), "",
        *_macros(system, steps), "", *_checks(claims), *_process(system, names, steps, starts),
    ]  # fmt: skip
    return Promela("\n".join(lines) + "\n", claims, len(starts))


def _reserved(spec: Spec) -> Iterator[str]:
    """Names that no state may get: those of the claims."""
    for property_ in spec.properties:
        for each in bindings(property_.each):
            yield from (f"{role}_{name_of(property_, each)}" for role in ROLES)


def _starts(successors: Successors, name: str) -> Iterator[Values]:
    found = 0
    for looked, (state, mask) in enumerate(successors.initial()):
        found += bool(mask)
        if found > START_LIMIT or looked > 100 * START_LIMIT:
            raise UsageError(
                "F629",
                f"{name} has more than {START_LIMIT} initial states, each of which is a step in "
                "Promela",
                "give its variables fewer initial values",
            )
        if mask:
            yield state
    if not found:
        raise UsageError("F603", f"no run of {name} starts in this variant")


def _header(
    spec: Spec, chosen: Mapping[str, Scalar], claims: Sequence[Claim], starts: int
) -> Iterator[str]:
    """What the model is, and how SPIN is asked."""
    variant = ", ".join(f"{k} = {_plain(v)}" for k, v in chosen.items())
    yield f"/* {spec.name}{f', with {variant}' if variant else ''}"
    yield " *"
    yield " * Every state and step: "
    yield " *   spin -o2 -a FILE && gcc -DNOREDUCE -DSAFETY -o pan pan.c && ./pan -E"
    if starts > 1:
        yield f" * SPIN counts one state more, from which it chooses among {starts} initial ones."
    if claims:
        yield " * A property: the same with spin -DCHECK_name -o2 -a FILE; an error refutes it"
        yield " *   (a trap: an error reaches it; ltl: without -DSAFETY, and with ./pan -a)."
    for claim in claims:
        words = claim.property.pattern.value
        each = "".join(f", {k} = {_plain(v)}" for k, v in claim.each)
        yield f" *   CHECK_{claim.name}: {claim.how.value}, {words}{each}"
    for p in filter(is_left_out, spec.properties):
        branching = p.pattern is Pattern.CAN_ALWAYS
        why = "no linear formula says can_always" if branching else "formulas are not translated"
        yield f" *   {p.name} is not here: {why}."
    yield " */"


def _plain(value: Scalar) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _checks(claims: Sequence[Claim]) -> Iterator[str]:
    """`started` holds what is checked at the start, `done(event)` what follows each step, and the
    end of a run."""
    for claim in claims:
        yield from (*claim.atoms, f"#ifdef CHECK_{claim.name}", *claim.lines, "#endif")
    yield from ("#ifndef started", "#define unchecked", "#define started skip")
    yield from ("#define done(event) skip", "#endif", "")


def _macros(system: System, steps: Steps) -> Iterator[str]:
    """When each transition is enabled in its machine; and when something of a priority is."""
    for move in steps.moves:
        edge = move.edge
        process = system.processes[edge.process]
        event = "" if edge.action is None else f" on {_event(system, edge.action)}"
        chosen = "".join(f", {k} = {_plain(v)}" for k, v in edge.chosen)
        yield f"/* {process.name}:{edge.transition}{event}{chosen} */"
        yield macro(move.name, move.enabled)
    yield from (macro(name, text) for name, text in steps.levels.values())


def _event(system: System, action: int) -> str:
    found = system.actions[action]
    fields = ", ".join(f"{k} = {_plain(v)}" for k, v in found.fields)
    return f"{found.name}({fields})" if fields else found.name


def _process(
    system: System, names: Names, steps: Steps, starts: Sequence[Values]
) -> Iterator[str]:  # fmt: skip
    yield "active proctype system() {"
    if len(starts) > 1:
        yield "  if"
        for state in starts:
            sets = [
                f"{cell.at(slot)} = {state[slot]}"
                for cell in names.cells for slot in cell.slots() if state[slot]
            ]  # fmt: skip
            yield f"  :: d_step {{ {'; '.join([*sets, 'started'])} }}"
        yield "  fi;"
    else:
        yield from ("#ifndef unchecked", "  d_step { started };", "#endif")
    yield "  do"
    yield from (_option(system, step) for step in steps.steps)
    if not steps.steps:
        yield "  :: false"
    # In its last state a run stays for ever, and nothing happens there.
    yield from ("#ifndef unchecked", f"  :: else -> d_step {{ done({NO_EVENT}) }}", "#endif")
    yield from ("  od", "}")


def _option(system: System, step: Step) -> str:
    number = NO_EVENT if step.action is None else system.actions[step.action].event
    statements = "; ".join([*step.statements, f"done({number})"])
    what = "" if step.action is None else f"  /* {_event(system, step.action)} */"
    return f"  :: d_step {{ {step.guard} -> {statements} }}{what}"
