"""YAML text -> nodes: only the plain part of YAML 1.2, and nothing that can hurt.

The parser's events are put together one by one, without recursion; no tag is ever acted on.
Limits make sure that any input is answered within two seconds: 1 MiB, 20,000 lines, 20,000 keys and
values, 64 levels, 20,000 characters in one text; after 100 errors nothing more is read.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from fsm.spec.document import Document
from fsm.spec.nodes import Mapping, Node, Scalar, Sequence, shorten
from fsm.spec.problems import Problems
from fsm.spec.yaml_events import events, fast_events
from fsm.spec.yaml_words import explain

if TYPE_CHECKING:
    from yaml.events import Event

MAX_SIZE = 1 << 20  # bytes in a file, characters in a text
MAX_DEPTH = 64  # lists and mappings inside one another
MAX_LINES = 20_000
MAX_NODES = 20_000  # keys and values: about 1,500 transitions
MAX_PROBLEMS = 100
MAX_SCALAR = 20_000  # characters

# Control characters (C0 but for tab, newline and return; DEL; C1), line separators that editors
# do not count as such, marks that reorder text on the screen, surrogates, non-characters.
FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069"
    "\ud800-\udfff\ufeff\ufffe\uffff]"
)
_COLON = re.compile(r"(?:\s|#.*+)*+:")  # with what may stand between a key and its colon


class Unreadable(Exception):
    """What follows cannot be made sense of; the reason has been reported."""


class _Open(Struct):
    """A list or mapping whose end has not come yet."""

    is_mapping: bool
    start: int
    items: list[Node] = []
    entries: dict[str, tuple[Scalar, Node]] = {}
    key: Node | None = None


def read_text(text: str, file: str, problems: Problems) -> Mapping | None:
    """The mapping that a whole spec is; None with F1xx reported where it is none.

    Duplicate keys are reported and the first one is kept, so that reading can go on.
    """
    document = Document(file, text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"))
    if not _is_harmless(document, problems):
        return None
    root = _without_complaint(document)
    if root is None:
        before = len(problems.diagnostics)
        try:
            root = _compose(events(document.text), document, problems)
        except Unreadable:
            return None
        if any(d.code != "F113" for d in problems.diagnostics[before:]):
            return None
    if isinstance(root, Mapping):
        return root
    start = root.start if root is not None else 0
    if root is None or root.is_empty:
        hint = "`fsm new` writes a spec to start from"
        problems.report("F105", "the file is empty", document.position(0), hint)
    else:
        problems.report(
            "F116",
            "a spec is a mapping of keys to values",
            document.position(start),
            "begin with 'fsm: 1'",
            document.line(start),
        )
    return None


def _is_harmless(document: Document, problems: Problems) -> bool:
    if len(document.text) > MAX_SIZE:
        problems.report(
            "F102",
            f"a spec has at most {MAX_SIZE:,} characters, this one has {len(document.text):,}",
            document.position(0),
            "split it into several specs",
        )
        return False
    if len(document.starts) > MAX_LINES:
        message = f"a spec has at most {MAX_LINES:,} lines, this one has {len(document.starts):,}"
        problems.report("F109", message, document.position(0), "split it into several specs")
        return False
    found = FORBIDDEN.search(document.text)
    if found:
        problems.report(
            "F104",
            f"the character U+{ord(found[0]):04X} is not allowed in a spec",
            document.position(found.start()),
            "delete it: it cannot be seen, and changes what is read",
            FORBIDDEN.sub("\ufffd", document.line(found.start())),
        )
    return found is None


def _without_complaint(document: Document) -> Node | None:
    """What the fast parser reads, if it does so without any complaint."""
    found = fast_events(document.text)
    if found is None:
        return None
    problems = Problems()
    try:
        root = _compose(found, document, problems)
    except Unreadable:
        return None
    return None if problems.diagnostics else root


def _compose(found: "Iterator[Event]", document: Document, problems: Problems) -> Node | None:
    """The one document of the text; None if there is none. Iterative, one frame a level."""
    from yaml import events as kind

    stack: list[_Open] = []
    root: Node | None = None
    documents = nodes = 0
    for event in _explained(found, document, problems):
        assert event.start_mark is not None
        start = event.start_mark.index
        done: Node
        if isinstance(event, kind.NodeEvent):
            nodes += 1
            if nodes > MAX_NODES:
                message = f"a spec has at most {MAX_NODES:,} keys and values"
                _refuse(problems, document, "F109", message, start, "split it into several specs")
            _check_plain(event, document, problems)
            if isinstance(event, kind.CollectionStartEvent):
                if len(stack) == MAX_DEPTH:
                    _refuse(problems, document, "F108",
                            f"lists and mappings are nested more than {MAX_DEPTH} levels deep",
                            start, "a spec needs about ten")  # fmt: skip
                stack.append(_Open(isinstance(event, kind.MappingStartEvent), start))
                continue
            done = _scalar(event, document, problems)
        elif isinstance(event, kind.CollectionEndEvent):
            done = _close(stack.pop(), document)
        else:
            if isinstance(event, kind.DocumentStartEvent):
                documents += 1
                if event.version is not None or event.tags:
                    line = document.text.rfind("\n%", 0, start) + 1
                    _refuse(problems, document, "F118", "specs have no directives", line,
                            "delete the line that begins with '%'")  # fmt: skip
                if documents > 1:
                    _refuse(problems, document, "F107", "a second document begins here", start,
                            "one file holds one spec: delete the line '---'")  # fmt: skip
            continue
        if not stack:
            root = done
        else:
            _add(stack[-1], done, document, problems)
    return root


def _explained(
    found: "Iterator[Event]", document: Document, problems: Problems
) -> "Iterator[Event]":
    while True:
        try:
            event = next(found, None)
        except Exception as error:  # the parser's own errors, and whatever odd escapes provoke
            code, offset, message, hint = explain(error, document)
            _refuse(problems, document, code, message, offset, hint)
        if event is None:
            return
        yield event


def _check_plain(event: Any, document: Document, problems: Problems) -> None:
    """Refuse anchors, aliases and tags. An alias is a node that has nothing but its anchor."""
    start = event.start_mark.index
    if event.anchor is not None:
        sign, what = ("&", "anchor") if hasattr(event, "tag") else ("*", "alias")
        _report(
            problems, document, "F110",
            f"the {what} '{sign}{shorten(str(event.anchor))}': specs have no anchors or aliases",
            start, "use 'constants' for a value that is needed twice, or quotes around text",
        )  # fmt: skip
    elif event.tag is not None:
        _report(
            problems, document, "F111",
            f"the tag '{shorten(str(event.tag))}': specs have no tags", start,
            "delete it, or put text that begins with '!' in quotes",
        )  # fmt: skip


def _scalar(event: Any, document: Document, problems: Problems) -> Scalar:
    start, end = event.start_mark.index, event.end_mark.index
    value = getattr(event, "value", "")
    if len(value) > MAX_SCALAR:
        _refuse(
            problems, document, "F109",
            f"a text has at most {MAX_SCALAR:,} characters, this one has {len(value):,}", start,
            "shorten it",
        )  # fmt: skip
    style = getattr(event, "style", None) or ""
    if style == '"' and (found := FORBIDDEN.search(value)):  # the text itself has been looked at
        _report(
            problems, document, "F104",
            f"the character U+{ord(found[0]):04X} is not allowed in a spec", start,
            "delete the escape that stands for it",
        )  # fmt: skip
    return Scalar(str(value), style, document, start, end)


def _close(frame: _Open, document: Document) -> Node:
    if frame.is_mapping:
        return Mapping(tuple(frame.entries.values()), document, frame.start)
    return Sequence(tuple(frame.items), document, frame.start)


def _add(frame: _Open, node: Node, document: Document, problems: Problems) -> None:
    if not frame.is_mapping:
        frame.items.append(node)
    elif frame.key is None:
        frame.key = node
    else:
        key, frame.key = frame.key, None
        if not isinstance(key, Scalar) or key.is_empty:
            what = "empty" if isinstance(key, Scalar) else "a list or a mapping"
            _report(
                problems, document, "F114", f"a key is a plain word, this one is {what}",
                key.start, "put text that contains '{' or '[' in quotes",
            )  # fmt: skip
        elif key.value == "<<" and not key.style:
            _report(
                problems, document, "F112", "specs have no merge keys", key.start,
                "write out what should stand here",
            )  # fmt: skip
        elif key.value in frame.entries:
            first = frame.entries[key.value][0].at
            _report(
                problems, document, "F113", f"the key '{shorten(key.value)}' is here twice",
                key.start, f"the first one is in line {first.line}",
            )  # fmt: skip
        else:
            if node.is_empty:  # where it is missing, and not where something else begins
                place = _place_behind(key)
                node = Scalar("", "", document, place, place)
            frame.entries[key.value] = (key, node)


def _place_behind(key: Scalar) -> int:
    """Behind the colon that follows the key; where none does, behind the key."""
    colon = _COLON.match(key.document.text, key.end)
    return colon.end() if colon else key.end


def _report(
    problems: Problems, document: Document, code: str, message: str, offset: int, hint: str
) -> None:
    problems.report(code, message, document.position(offset), hint, document.line(offset))
    if len(problems.diagnostics) >= MAX_PROBLEMS:
        raise Unreadable


def _refuse(
    problems: Problems, document: Document, code: str, message: str, offset: int, hint: str
) -> None:
    _report(problems, document, code, message, offset, hint)
    raise Unreadable
