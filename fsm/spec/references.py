"""Places of a spec that name something instead of calculating: what to assign, reset, listen to."""

from msgspec.structs import replace

from fsm.expressions import ClockRead, Expr, Local, Type, walk
from fsm.model import EventRef
from fsm.spec.infer import Typer
from fsm.spec.problems import Problems
from fsm.spec.resolve import Found, meaning_of, resolve, type_indices, type_named
from fsm.spec.scope import INDEX, Kind, Scope
from fsm.spec.syntax import parse
from fsm.spec.tree import Node, Path, Source

Target = tuple[str, Type, Expr | None, tuple[Expr, ...]]


def plain_text(source: Source) -> str:
    """The text of an expression, its white space evened out."""
    return " ".join(source.text.split())


def event_operand(path: Path, scope: Scope) -> bool:
    """Does a path name an event?"""
    meaning = meaning_of(scope, path)
    return meaning is not None and meaning.kind is Kind.EVENT


def assignment_target(source: Source, scope: Scope, problems: Problems) -> Target | None:
    """What `set` assigns to, `money` or `desk[j].tried[i]`: the variable's qualified name, the
    type of the element, the copy that holds it (None: there is only one), the indices."""
    typer = Typer(source, scope, problems)
    found = _named(typer, source, Kind.VARIABLE, "F313")
    if found is None:
        return None
    type_ = type_named(scope, found.meaning)
    assert type_ is not None
    checked = type_indices(typer, found, type_)
    if checked is None:
        return None
    indices, element = checked
    return found.meaning.name, element, found.copy, indices


def clock_ref(source: Source, scope: Scope, problems: Problems) -> ClockRead | None:
    """The clock that `reset`, or `clock` of a transition, names."""
    typer = Typer(source, scope, problems)
    found = _named(typer, source, Kind.CLOCK, "F314")
    if found is None:
        return None
    if found.indices:
        return typer.report("F414", found.indices[0], "a clock is no array")
    return ClockRead(found.meaning.name, found.copy)


def event_ref(source: Source, scope: Scope, problems: Problems) -> EventRef | None:
    """The event that a transition goes with: `refund` (in a copy: the copy's own),
    `desk[2].refund`, `phil[(index + 1) % n].take`, or `desk[i].refund`, which binds a new name."""
    tree = parse(source, problems)
    if tree is None:
        return None
    fixed = replace(scope, allow_state=False, allow_config=False, allow_ghosts=False)
    typer = Typer(source, fixed, problems)
    if not isinstance(tree.root, Path):
        return typer.report("F312", tree.root, "an event's name is needed here")
    found = typer.event(tree.root, bind=True)
    if found is None:
        return None
    if found.copy is not None:
        for part in walk(found.copy):
            if isinstance(part, Local) and part.name != INDEX:
                at = _copy_node(tree.root)
                message = f"which copy it is cannot depend on '{part.name}'"
                return typer.report("F426", at, message, "only `index` and constants select it")
    return EventRef(found.meaning.name, found.copy, found.binds)


def _named(typer: Typer, source: Source, kind: Kind, code: str) -> Found | None:
    tree = parse(source, typer.problems)
    if tree is None:
        return None
    if not isinstance(tree.root, Path):
        return typer.report(code, tree.root, f"the name of {kind.value} is needed here")
    found = resolve(typer, tree.root)
    if found is not None and found.meaning.kind is not kind:
        written = typer.text(tree.root)
        message = f"'{written}' is {found.meaning.kind.value}, not {kind.value}"
        return typer.report(code, tree.root, message)
    return found


def _copy_node(path: Path) -> Node:
    return next((index for part in path.parts for index in part.indices), path)
