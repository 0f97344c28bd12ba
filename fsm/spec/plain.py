"""Plain Python data -> nodes, so that a spec can be made without a file.

Positions need a text: it is a listing of the data, one `path: value` a line.
"""

from collections.abc import Mapping as AnyMapping

from msgspec import Struct
from msgspec.structs import replace

from fsm.errors import Diagnostic, Position, SpecError
from fsm.spec.document import Document
from fsm.spec.nodes import VERBATIM, Mapping, Node, Scalar, Sequence, shorten
from fsm.spec.problems import Problems
from fsm.spec.reader import FORBIDDEN, MAX_DEPTH, MAX_NODES, MAX_SCALAR, MAX_SIZE, Unreadable

FILE = "<python>"
_LARGEST = 10**18


class _Item(Struct, frozen=True):
    """A piece of the data: where its text begins in the listing, and what it is."""

    start: int
    value: "str | list[_Item] | list[tuple[_Item, _Item]]"
    style: str = ""
    is_mapping: bool = False


class _Listing(Struct):
    """The lines so far, and the path that each of them stands for."""

    problems: Problems
    lines: list[str] = []
    paths: list[str] = []
    size: int = 0

    def add(self, path: str, value: str) -> int:
        """Add a line; the answer is the offset of the value in the listing."""
        line = f"{path}: {value}"
        start = self.size + len(path) + 2
        self.lines.append(line)
        self.paths.append(path)
        self.size += len(line) + 1
        if len(self.lines) > MAX_NODES or self.size > 8 * MAX_SIZE:
            self.refuse("F109", path, f"a spec has at most {MAX_NODES:,} keys and values")
        return start

    def refuse(self, code: str, path: str, message: str, hint: str = "") -> None:
        """Report what cannot be part of a spec, and give up."""
        at = Position(FILE, len(self.lines) + 1, 1)
        self.problems.report(code, f"{message}{_place(path)}", at, hint, shorten(path, 200))
        raise Unreadable


def nodes_from(data: object, problems: Problems) -> Mapping | None:
    """The data as nodes; None with F1xx reported where it is not plain data."""
    listing = _Listing(problems)
    if not isinstance(data, AnyMapping):
        at = Position(FILE, 1, 1)
        problems.report("F116", f"a spec is a mapping, not {_kind(data)}", at)
        return None
    if not data:
        problems.report("F105", "the mapping is empty", Position(FILE, 1, 1))
        return None
    try:
        tree = _listed(listing, data, "", 0)
    except Unreadable:
        return None
    document = Document(FILE, "\n".join(listing.lines), tuple(listing.paths))
    root = _node(tree, document)
    assert isinstance(root, Mapping)
    return root


def with_paths(error: SpecError, document: Document) -> SpecError:
    """The same diagnostics, each message with the path that it is about."""
    return SpecError(tuple(_with_path(d, document) for d in error.diagnostics))


def _with_path(diagnostic: Diagnostic, document: Document) -> Diagnostic:
    line = min(diagnostic.at.line, len(document.paths))
    return replace(diagnostic, message=diagnostic.message + _place(document.paths[line - 1]))


def _place(path: str) -> str:
    return f" (at {path})" if path else ""


def _kind(value: object) -> str:
    return f"a value of the type '{shorten(type(value).__name__)}'"


def _listed(listing: _Listing, value: object, path: str, depth: int) -> _Item:
    """Add a value to the listing. As deep as the data, which is refused beyond 64 levels."""
    if depth > MAX_DEPTH:
        message = f"lists and mappings are nested more than {MAX_DEPTH} levels deep"
        listing.refuse("F108", "", message, "a spec needs about ten")
    match value:
        case None:
            return _Item(listing.add(path, ""), "")
        case bool():
            return _Item(listing.add(path, str(value).lower()), str(value).lower())
        case int() if abs(value) < _LARGEST:
            return _Item(listing.add(path, str(value)), str(value))
        case str():
            _check_text(listing, value, path)
            return _Item(listing.add(path, value.replace("\n", " ")), value, VERBATIM)
        case list() | tuple():
            start = listing.add(path, "") if path else 0
            items = [
                _listed(listing, item, f"{path}[{number}]", depth + 1)
                for number, item in enumerate(value)
            ]
            return _Item(start, items)
        case AnyMapping():
            start = listing.add(path, "") if path else 0
            return _Item(start, _entries(listing, value, path, depth), is_mapping=True)
        case _:
            what = "this number is too large" if isinstance(value, int) else _kind(value)
            hint = "use str, int, bool, None, lists and mappings"
            listing.refuse("F117", path, f"{what} cannot be part of a spec", hint)
            raise Unreadable


def _entries(
    listing: _Listing, value: AnyMapping[object, object], path: str, depth: int
) -> list[tuple[_Item, _Item]]:
    entries = []
    for key, inner in value.items():
        if not isinstance(key, str) or not key:
            what = "empty" if key == "" else _kind(key)
            listing.refuse("F114", path, f"a key is a plain word, this one is {what}")
            continue
        _check_text(listing, key, path)
        below = f"{path}.{key}" if path else key
        start = listing.size + len(below) - len(key)
        entries.append((_Item(start, key, VERBATIM), _listed(listing, inner, below, depth + 1)))
    return entries


def _check_text(listing: _Listing, text: str, path: str) -> None:
    if len(text) > MAX_SCALAR:
        message = f"a text has at most {MAX_SCALAR:,} characters, this one has {len(text):,}"
        listing.refuse("F109", path, message, "shorten it")
    found = FORBIDDEN.search(text.replace("\r", ""))
    if found:
        message = f"the character U+{ord(found[0]):04X} is not allowed in a spec"
        listing.refuse("F104", path, message, "delete it")


def _node(item: _Item, document: Document) -> Node:
    value = item.value
    if isinstance(value, str):
        return Scalar(value, item.style, document, item.start, item.start + len(value))
    if item.is_mapping:
        entries = [pair for pair in value if isinstance(pair, tuple)]
        built = [(_node(key, document), _node(inner, document)) for key, inner in entries]
        return Mapping(
            tuple((key, inner) for key, inner in built if isinstance(key, Scalar)),
            document,
            item.start,
        )
    items = [inner for inner in value if isinstance(inner, _Item)]
    return Sequence(tuple(_node(inner, document) for inner in items), document, item.start)
