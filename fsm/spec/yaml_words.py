"""YAML syntax errors in plain words: what is wrong, where, and what people usually meant."""

import re

from msgspec import Struct

from fsm.spec.document import Document

_QUOTE = "inside [ ] and { } put an expression that contains , : [ ] { } in quotes"
_END = re.compile(r"^\.\.\.(?:\s|#.*+)*+\Z", re.MULTILINE)  # of a document, and then nothing
_INDENT = "check the indentation: keys of one mapping begin in the same column"


class _Words(Struct, frozen=True):
    """For a parser message that matches `pattern`; `opening`: told where the construct began."""

    pattern: str
    message: str
    hint: str = ""
    opening: bool = False
    code: str = "F106"


# In order: the first match counts. {0} is what the pattern captures.
_TABLE = (
    _Words("while scanning an (?:alias|anchor)", "specs have no anchors or aliases",
           "put text that begins with '&' or '*' in quotes", True, "F110"),
    _Words("while (?:parsing|scanning) a tag", "specs have no tags",
           "put text that begins with '!' in quotes", True, "F111"),
    _Words("while scanning a directive|found duplicate YAML|found incompatible YAML|tag handle",
           "specs have no directives", "delete the line that begins with '%'", True, "F118"),
    _Words(r"expected ',' or '\]', but got '<stream end>'", "this '[' is never closed",
           "put ']' at the end of the list", True),
    _Words(r"expected ',' or '\}', but got '<stream end>'", "this '{{' is never closed",
           "put '}' at the end of the mapping", True),
    _Words(r"expected ',' or '[\]}]', but got '(.+)'", "',' or the closing bracket is missing here",
           _QUOTE),
    _Words("scanning a quoted scalar .*end of stream", "this quote is never closed",
           "put a quote at the end of the text", True),
    _Words("unknown escape character", "unknown escape after '\\'",
           "use single quotes, or write '\\\\'"),
    _Words("expected escape sequence", "this escape needs more hexadecimal digits",
           "use single quotes, or write '\\\\'"),
    _Words(r"character '\\t' that cannot start", "a tab cannot indent", "use spaces"),
    _Words("character '(.+)' that cannot start", "text cannot begin with '{0}'",
           "put it in quotes"),
    _Words("mapping values are not allowed", "a ': ' where no key can stand",
           "put text that contains ': ' in quotes, and check the indentation"),
    _Words("mapping keys are not allowed", "a '? ' where no key can stand",
           "put text that begins with '? ' in quotes, and check the indentation"),
    _Words("sequence entries are not allowed", "a list cannot begin here",
           "begin a list on the line below its key, or write it as [a, b]"),
    _Words("could not find expected ':'", "': ' is missing behind this key",
           "a key is followed by a colon and a space", True),
    _Words("block collection .*but found '\\?'", "a key where the next item of a list should be",
           "check the indentation: items of one list begin with '-' in the same column"),
    _Words("behind the end of a document", "a second document begins here",
           "one file holds one spec: delete the line '...'", False, "F107"),
    _Words("but found ':'", "a key is a plain word, this one is empty",
           "put a key in front of the colon, or quotes around text that begins with ':'", False,
           "F114"),
    _Words(r"but found '([\]}])'", "nothing was opened that '{0}' could close", _QUOTE),
    _Words("expected <block end>", "this belongs to nothing", _INDENT),
    _Words("expected '<document start>'", "this belongs to nothing", _INDENT),
    _Words("node content", "a value is missing here", "put text with special characters in quotes"),
    _Words("chomping or indentation|expected a comment or a line break",
           "the text begins on the line below '|' or '>'", "put a line break behind '|' or '>'"),
    _Words("indentation indicator", "the indentation behind '|' or '>' is a number from 1 to 9",
           "leave it out"),
    _Words("leading space|more indented|wrongly indented", "this text is indented unevenly",
           _INDENT),
    _Words("unexpected document separator", "the line '---' inside a text",
           "close the quote before it", True),
)  # fmt: skip


def explain(error: Exception, document: Document) -> tuple[str, int, str, str]:
    """Code, offset, message and hint for what the YAML parser raised."""
    context = str(getattr(error, "context", None) or "")
    problem = str(getattr(error, "problem", None) or "")
    here = _offset(getattr(error, "problem_mark", None), document)
    begin = _offset(getattr(error, "context_mark", None), document)
    if begin is not None and "got ':'" in problem and "\n" in document.text[begin:here]:
        problem = problem.replace("':'", "'<stream end>'")  # the key of a later line
    if "expected '<document start>'" in problem and _END.search(document.text[:here]):
        problem = "behind the end of a document"
    said = f"{context} {problem}".strip()
    for words in _TABLE:
        found = re.search(words.pattern, said)
        if found:
            offset = begin if words.opening and begin is not None else here
            captured = found[1] if found.groups() and found[1] else ""
            message = words.message.replace("{0}", captured).replace("{{", "{")
            return words.code, _visible(offset, document), message, words.hint
    told = f"this is not YAML: {said}" if said else "this is not YAML"
    return "F106", _visible(here, document), told, "put text with special characters in quotes"


def _offset(mark: object, document: Document) -> int | None:
    index = getattr(mark, "index", None)
    return min(index, len(document.text)) if isinstance(index, int) else None


def _visible(offset: int | None, document: Document) -> int:
    """The offset itself; where it is the end of the file, the end of what was written there."""
    if offset is None:
        return 0
    return len(document.text.rstrip()) if offset >= len(document.text.rstrip()) else offset
