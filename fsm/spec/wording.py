"""Syntax errors in words: what was expected, what stands there, and what people mean by it."""

import re
from typing import TYPE_CHECKING, cast

from fsm.spec.problems import did_you_mean

if TYPE_CHECKING:
    from lark.exceptions import UnexpectedInput

_FUNCTIONS = ("all", "any", "count", "sum", "min", "max", "fired", "since")
_WORD = re.compile(r"[A-Za-z0-9_]+")

# What people write who know another language: pattern at the place of the error -> hint.
_HABITS = tuple(
    (re.compile(pattern), hint)
    for pattern, hint in (
        (r"&", "write 'and'"),
        (r"\|", "write 'or'"),
        (r"!=?", "write 'not', or '!=' between two values"),
        (r"=>", "implication is written '->'; 'at least' is '>='"),
        (r"=", "compare with '=='"),
        (r"<>|≠", "write '!='"),
        (r"≤", "write '<='"),
        (r"≥", "write '>='"),
        (r"→|⇒", "write '->'"),
        (r"/", "whole-number division is written '//'"),
        (r"\^|\*", "there are no powers; multiplication is one '*'"),
        (r"[\"'`“”‘’]", "names are written without quotes"),
        (r"[（），：；［］｛｝＝＜＞　。、]", "write ASCII punctuation, not full-width characters"),
        (r"\$|@|#|\?", "names are made of ASCII letters, digits and '_'"),
        (r"[^\x00-\x7f]", "names are made of ASCII letters, digits and '_'"),
        (r"\.[0-9]", "numbers are whole: use a smaller unit"),
        (r"not\b", "write not (x in {…})"),
        (r"(is|equals)\b", "compare with '=='"),
        (r"(AND|OR|NOT|IN|IF|THEN|ELSE)\b", "operators are written in lower case"),
        (r"(xor)\b", "compare truth values with '!='"),
        (r"elif\b|elseif\b", "write 'else if'"),
        (r"implies\b", "write '->'"),
        (r"mod\b", "write '%'"),
        (r"div\b", "write '//'"),
    )
)

_CLOSERS = (
    ("RPAR", "')'"),
    ("CLOSE", "']'"),
    ("RBRACE", "'}'"),
    ("COMMA", "','"),
    ("THEN", "'then'"),
    ("ELSE", "'else'"),
    ("COLON", "':'"),
    ("__ANON_0", "'..'"),
)


def explain(text: str, error: "UnexpectedInput") -> tuple[str, int, str, str]:
    """Code, offset, message and hint for what the parser stumbled over."""
    from lark.exceptions import UnexpectedCharacters, UnexpectedToken

    offset, expected = len(text), set[str]()
    if isinstance(error, UnexpectedCharacters):
        offset = cast(int, error.pos_in_stream)
        expected = {str(name) for name in error.allowed or ()}
    elif isinstance(error, UnexpectedToken):
        expected = {str(name) for name in error.accepts or error.expected}
        if error.token.type != "$END":
            offset = error.token.start_pos or 0
    if not text.strip():
        return "F401", 0, "the expression is empty", "write true, or leave the key out"
    wanted = _in_words(expected)
    if offset >= len(text):
        return "F401", len(text), f"the expression ends too early: expected {wanted}", ""
    found = _what_stands_at(text, offset)
    if hint := _number_hint(found):
        return "F401", offset, f"'{found}' is neither a number nor a name", hint
    before = text[:offset].rstrip()
    if text[offset] == "(" and (name := re.search(r"[A-Za-z_][A-Za-z0-9_]*$", before)):
        hint = did_you_mean(name[0], _FUNCTIONS) or "there are " + ", ".join(_FUNCTIONS)
        if name[0] in ("A", "E"):
            hint = f"in CTL, write {name[0]}[p U q]"
        return "F401", name.start(), f"there is no function '{_short(name[0])}'", hint
    hint = next((h for pattern, h in _HABITS if pattern.match(text, offset)), "")
    if not text[offset].isascii() or not (text[offset].isprintable()):
        return "F404", offset, f"{_name_of(text[offset])} has no meaning in an expression", hint
    return "F401", offset, f"expected {wanted} here, not '{_short(found)}'", hint


def symbol(text: str, offset: int) -> tuple[str, str]:
    """Message and hint for a connective that only formulas know."""
    if text.startswith("<->", offset):
        return "'<->' stands in formulas (ltl, ctl) only", "compare truth values with '=='"
    hint = next((h for pattern, h in _HABITS if pattern.match(text, offset)), "")
    return f"'{text[offset]}' stands in formulas (ltl, ctl) only", hint


def _in_words(expected: set[str]) -> str:
    words = []
    if "NAME" in expected:
        words.append("a value" if "INTEGER" in expected else "a name")
    elif expected & {"PLUS", "MINUS", "COMPARE", "AND"}:
        words.append("an operator")
    elif expected & {"IN", "$END"}:
        words.append("an operator" if "$END" in expected else "'in'")
    closers = [word for name, word in _CLOSERS if name in expected]
    if "INTEGER" not in expected and len(closers) <= 3:  # more: the lexer does not know which
        words += closers
        words += ["the end"] if "$END" in expected else []
    if not words:
        words.append("something else")
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _what_stands_at(text: str, offset: int) -> str:
    word = _WORD.match(text, offset)
    return word[0] if word else text[offset]


def _number_hint(found: str) -> str:
    if not found[0].isdigit() or found.isdigit():
        return ""
    if found[-1].isdigit():
        return "the last number of a duration needs its unit too, as in 1h30min"
    return "the units of durations are ms, s, min, h and d; names do not start with a digit"


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "…"


def _name_of(character: str) -> str:
    if character.isprintable():
        return f"'{character}'"
    return f"the character U+{ord(character):04X}"
