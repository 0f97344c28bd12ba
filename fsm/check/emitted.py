"""The source of the step function that a search runs, with a head that says how to read it."""

from collections.abc import Iterator, Sequence

from fsm.check.check import CheckOptions, task_of
from fsm.check.task import Task
from fsm.errors import UsageError
from fsm.explore.generated import Generated
from fsm.explore.program import Program
from fsm.model import Spec
from fsm.semantics.lowered import System

SERVED = ("auto", "python", "compiled")


def emitted(spec: Spec, options: CheckOptions) -> str:
    """What is run for a spec: for the compiled engine the whole search, as it is before it becomes
    machine code; for the others the steps alone, which plain Python runs first.

    Raises `UsageError` F743 for an engine that writes no source, and what `check_spec` does.
    Complexity: that of writing it; nothing is explored.
    """
    if options.engine not in SERVED:
        raise UsageError(
            "F743", f"the {options.engine} engine writes no source",
            f"--emit goes with --engine {', '.join(SERVED)}",
        )  # fmt: skip
    task = task_of(spec, options)
    if options.engine == "compiled":
        from fsm.check.compiled import machine_of

        machine, _ = machine_of(task)
        return _head(task, machine.program, _NUMBERED if machine.sets else ()) + machine.source(
            "search"
        )
    program = Generated(task.system, task.variants).program
    return _head(task, program) + program.text


_NUMBERED = (
    "There are too many variants for a word: machine code has a number for each set that occurs,",
    "and a call wherever sets are combined here.",
)


def _head(task: Task, program: Program, more: Sequence[str] = ()) -> str:
    lines = [
        '"""The steps of a spec, written by `fsm check --emit`.',
        "",
        "`expand` fills code, target and mask with the steps out of the state p, for the variants",
        "in the set m, and returns how many there are; om, oc, od and of are its scratch. A state",
        "is one integer; the first lines of `expand` take it apart. A set of variants is one, too:",
        "bit k is variant k.",
        *more,
        "What the codes mean:",
        "",
        *(f"  {line}" for line in _codes(task.system, program)),
        '"""',
        "",
        "",
    ]  # fmt: skip
    return "\n".join(lines)


def _codes(system: System, program: Program) -> Iterator[str]:
    if system.unit is not None:
        yield "0: one unit of time passes"
    firsts = [kind.first for kind in program.codes.kinds]
    for kind, end in zip(program.codes.kinds, [*firsts[1:], program.codes.end], strict=True):
        if kind.action is None:
            ((edge,),) = kind.digits
            who = system.processes[system.edges[edge].process].name
            words = f"{who} by itself, transition {system.edges[edge].transition}"
        else:
            action = system.actions[kind.action]
            words = " ".join([action.name, *(f"{name}={value}" for name, value in action.fields)])
        # Names are those of the spec: nothing in them may end the text that they stand in.
        yield f"{kind.first} to {end - 1}: {words}".replace("\\", "/").replace('"', "'")
    if program.sights:
        yield f"-1 to -{len(program.sights)}: what is noticed, and is no step"
    yield f"below {-len(program.sights)}: a step that faults"
