"""What a path such as `desk[i].clerk.tries` stands for, and its value."""

from typing import TYPE_CHECKING

from msgspec import Struct

from fsm.expressions import (
    ArrayType,
    BoolType,
    ClockRead,
    Config,
    DurationType,
    Element,
    EnumType,
    Expr,
    IntType,
    Local,
    Read,
    Scalar,
    Type,
)
from fsm.spec.intervals import ANY, Interval, disjoint
from fsm.spec.known import Failure, Known, describe, known_literal
from fsm.spec.scope import INDEX, Kind, Meaning, Scope
from fsm.spec.tree import Node, Part, Path

if TYPE_CHECKING:
    from fsm.spec.infer import Typer

_SCOPES = (Kind.MACHINE, Kind.GROUP)


class Found(Struct, frozen=True):
    """A declaration, the copy that holds it, and the indices behind it (not typed yet).

    `binds` is the new name that stands where the copy would be (events only).
    """

    meaning: Meaning
    copy: Expr | None
    indices: tuple[Node, ...]
    path: Path
    binds: str = ""


def meaning_of(scope: Scope, path: Path) -> Meaning | None:
    """What a path stands for, whatever its indices; reports nothing."""
    meaning = scope.lookup(path.parts[0].name)
    for part in path.parts[1:]:
        if meaning is None or meaning.kind not in _SCOPES:
            return None
        meaning = scope.member(meaning.name, part.name)
    return meaning


def type_named(scope: Scope, meaning: Meaning) -> Type | None:
    """The type of a declared value; None for what is not a value."""
    match meaning.kind:
        case Kind.LOCAL:
            own = scope.own_index()
            return scope.locals.get(meaning.name) or (own.type if own else None)
        case Kind.CONSTANT:
            return scope.constants[meaning.name].type
        case Kind.CONFIG:
            return scope.config[meaning.name].type
        case Kind.VARIABLE:
            return scope.variables[meaning.name]
        case _:
            return None


def scalar_of(type_: Type) -> Type:
    """The type of the innermost elements."""
    while isinstance(type_, ArrayType):
        type_ = type_.element
    return type_


def resolve(
    typer: "Typer", path: Path, values: tuple[str, ...] = (), *, bind: bool = False
) -> Found | None:
    """Find the declaration behind a path and check that exactly one copy of it is meant.

    `values` are names of an enum that would be welcome too (for the hint only). With `bind`, an
    unknown bare name in place of a copy is a new name.
    """
    scope = typer.scope
    first = path.parts[0]
    meaning = scope.lookup(first.name)
    if meaning is None:
        return _unknown(typer, path, values)
    copy: Expr | None = None
    binds = ""
    for number, part in enumerate(path.parts):
        if number:
            inner = scope.member(meaning.name, part.name) if meaning.kind in _SCOPES else None
            if inner is None:
                return _no_member(typer, meaning, part)
            meaning = inner
        if meaning.kind not in _SCOPES or not part.indices:
            continue
        name = part.indices[0]
        if bind and isinstance(name, Path) and name.bare and not scope.lookup(name.bare):
            if not _has_copies(typer, meaning, part):
                return None
            binds = name.bare
            continue
        copy = _copy(typer, meaning, part)
        if copy is None:
            return None
    counted = scope.counted(meaning.owner)
    if counted and copy is None and not binds and meaning.kind is not Kind.GROUP:
        copy = scope.own_copy(meaning.owner)
        if copy is None:
            start, _, rest = meaning.name.partition(".")
            example = f"{start}[i].{rest}" if rest else f"{start}[i]"
            typer.report(
                "F306",
                path,
                f"'{counted[0]}' has {counted[1]} copies: which one?",
                f"write {example}, or a number from 0 to {counted[1] - 1} for i",
            )
            return None
    last = path.parts[-1]
    return Found(meaning, copy, () if meaning.kind in _SCOPES else last.indices, path, binds)


def read(typer: "Typer", found: Found) -> Known | None:
    """The value of what a path stands for; a clock comes back as itself."""
    scope, name = typer.scope, found.meaning.name
    written = typer.text(found.path)
    match found.meaning.kind:
        case Kind.EVENT:
            hint = f"in properties: fired({written}), count({written}), since({written})"
            return typer.report("F310", found.path, f"the event '{written}' is not a value", hint)
        case Kind.MACHINE:
            state = next(iter(scope.machines[name].states), "a_state")
            return typer.report(
                "F309",
                found.path,
                f"the machine '{written}' is not a value here",
                f"compare it with one of its states: {written} == {state}",
            )
        case Kind.GROUP:
            return typer.report("F311", found.path, f"the group '{written}' is not a value")
        case Kind.CLOCK:
            if found.indices:
                return typer.report("F414", found.indices[0], f"the clock '{name}' is no array")
            if not typer.may_read(found.path, state=True):
                return None
            return Known(ClockRead(name, found.copy), DurationType(), (0, None))
    type_ = type_named(scope, found.meaning)
    assert type_ is not None
    if found.meaning.kind is Kind.VARIABLE and not typer.may_read(found.path, state=True):
        return None
    if found.meaning.kind is Kind.CONFIG and not typer.may_read(found.path, state=False):
        return None
    if found.meaning.kind is Kind.LOCAL and not typer.may_bind(found.path):
        return None
    checked = type_indices(typer, found, type_)
    if checked is None:
        return None
    indices, element = checked
    match found.meaning.kind:
        case Kind.VARIABLE:
            return _known(Read(name, element, found.copy, indices), element)
        case Kind.CONSTANT:
            constant = scope.constants[name]
            if isinstance(type_, ArrayType):
                assert isinstance(constant.value, tuple)
                return _known(Element(name, constant.value, type_, indices), element)
            assert not isinstance(constant.value, tuple)
            return known_literal(constant.value, type_, name)
        case Kind.CONFIG:
            return _known(Config(name, type_), type_, scope.config[name].values)
        case _:
            own = scope.own_index()
            local = own if own and name == INDEX and name not in scope.locals else None
            return _known(local or Local(name, type_), element)


def type_indices(typer: "Typer", found: Found, type_: Type) -> tuple[tuple[Expr, ...], Type] | None:
    """The typed indices behind an array's name, and the type of the element they select."""
    lengths = []
    while isinstance(type_, ArrayType):
        lengths.append(type_.length)
        type_ = type_.element
    written = ".".join(part.name for part in found.path.parts)
    if not lengths and found.indices:
        counted = typer.scope.counted(found.meaning.owner)
        rest = found.meaning.name.rpartition(".")[2]
        hint = f"to select a copy, write {counted[0]}[i].{rest}" if counted else ""
        if found.meaning.kind is Kind.LOCAL:
            hint = ""
        message = f"'{written}' is {describe(type_)}, not an array"
        return typer.report("F414", found.indices[0], message, hint)
    if len(lengths) != len(found.indices):
        needs = "one index" if len(lengths) == 1 else f"{len(lengths)} indices"
        return typer.report(
            "F415",
            found.path,
            f"'{written}' needs {needs}, and there are {len(found.indices) or 'none'}",
            f"write {written}{''.join(f'[{i}]' for i in 'ijkl'[: len(lengths)])}",
        )
    indices = []
    for node, length in zip(found.indices, lengths, strict=True):
        known = whole_number(typer, node, "an index")
        if known is None:
            return None
        if disjoint(known.bounds, (0, length - 1)):
            message = f"'{written}' has elements 0 to {length - 1}; there is no {typer.text(node)}"
            return typer.report("F416", node, message)
        indices.append(known.expr)
    return tuple(indices), type_


def whole_number(typer: "Typer", node: Node, what: str) -> Known | None:
    """The value of something that has to be a whole number: `what` names it in the message."""
    known = typer.infer(node)
    if known is not None and not isinstance(known.type, IntType):
        message = f"{what} is a whole number; '{typer.text(node)}' is {describe(known.type)}"
        return typer.report("F408", node, message)
    return known


def _copy(typer: "Typer", meaning: Meaning, part: Part) -> Expr | None:
    if not _has_copies(typer, meaning, part):
        return None
    count = typer.scope.copies[meaning.name]
    assert count is not None
    known = whole_number(typer, part.indices[0], "the number of a copy")
    if known is None:
        return None
    if disjoint(known.bounds, (0, count - 1)):
        number = typer.text(part.indices[0])
        message = f"'{meaning.name}' has copies 0 to {count - 1}; there is no {number}"
        return typer.report("F308", part.indices[0], message)
    return known.expr


def _has_copies(typer: "Typer", meaning: Meaning, part: Part) -> bool:
    own = typer.scope.copies.get(meaning.name)
    counted = typer.scope.counted(meaning.name)
    if own is None:
        hint = ""
        if counted:
            hint = f"write {counted[0]}[i]{meaning.name[len(counted[0]) :]}"
        typer.report("F307", part.indices[0], f"'{meaning.name}' has no copies of its own", hint)
        return False
    if len(part.indices) > 1:
        typer.report("F415", part.indices[1], f"one index selects a copy of '{meaning.name}'")
        return False
    return True


def _unknown(typer: "Typer", path: Path, values: tuple[str, ...]) -> Failure:
    scope, name = typer.scope, path.parts[0].name
    if values and path.bare:
        hint = typer.suggest(name, values) or typer.suggest(name, scope.visible())
        message = f"'{name}' is not one of {listed(values)}"
        return typer.report("F303", path, message, hint)
    hint = _elsewhere(typer, name) if path.bare else ""
    hint = hint or typer.suggest(name, scope.visible())
    if name == INDEX and not hint:
        hint = "index is known only inside machines and groups with a count"
    return typer.report("F301", path, f"nobody declared '{name}'", hint)


def _elsewhere(typer: "Typer", name: str) -> str:
    """A hint for a state or an enum's value that is not compared with anything."""
    if not typer.hints_left():
        return ""
    scope = typer.scope
    for machine, names in scope.machines.items():
        if names.leaves_of(name) is not None:
            relation = "in" if name not in names.states else "=="
            return f"to ask whether '{machine}' is there, write {machine} {relation} {name}"
    enums = [*scope.locals.items(), *scope.variables.items()]
    enums += [(c.name, c.type) for c in scope.config.values()]
    for owner, type_ in enums:
        scalar = scalar_of(type_)
        if isinstance(scalar, EnumType) and name in scalar.values:
            return f"'{name}' is a value of '{owner}': write {owner} == {name}"
    return ""


def _no_member(typer: "Typer", meaning: Meaning, part: Part) -> Failure:
    name, scope = part.name, typer.scope
    if meaning.kind not in _SCOPES:
        message = f"'{meaning.name}' is {meaning.kind.value}; it has no '{name}'"
        return typer.report("F305", part, message)
    hint = typer.suggest(name, scope.members(meaning.name))
    states = scope.machines.get(meaning.name)
    if states and states.leaves_of(name) is not None:
        hint = f"'{name}' is one of its states: write {meaning.name} == {name}"
    return typer.report("F305", part, f"'{meaning.name}' declares no '{name}'", hint)


def _known(expr: Expr, type_: Type, values: tuple[Scalar, ...] = ()) -> Known:
    bounds: Interval = ANY
    if isinstance(type_, IntType):
        bounds = (type_.low, type_.high)
    numbers = [v for v in values if isinstance(v, int)]
    if numbers and not isinstance(type_, BoolType):
        bounds = (min(numbers), max(numbers))
    return Known(expr, type_, bounds)


def listed(names: tuple[str, ...], most: int = 8) -> str:
    """Names for a message, not too many of them."""
    shown = ", ".join(names[:most])
    return f"{shown}, …" if len(names) > most else shown
