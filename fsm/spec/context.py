"""What every part of the builder shares: reading nodes with the kind they have to be of.

Each reader reports what is wrong (F2xx) and answers with None or an empty value, so that the
builder goes on and one run finds many errors.
"""

import re
from collections.abc import Iterable

from msgspec import Struct

from fsm.errors import Diagnostic
from fsm.model import Text
from fsm.spec.document import Document
from fsm.spec.nodes import Mapping, Node, Scalar, Sequence, describe, shorten
from fsm.spec.problems import Problems, did_you_mean

ID = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
RESERVED_WORDS = frozenset(
    ("true", "false", "and", "or", "not", "in", "if", "then", "else", "any", "index")
)
RESERVED_KEYS = {
    "weight": "probabilities come later",
    "rate": "probabilities come later",
    "cost": "prices come later",
}
TEXT_KEYS = ("zh", "en")
_UNKNOWN = ("F301", "F305", "F325")  # the last quoted word is the name that nobody knows


class Context(Struct):
    """The document, what is wrong with it so far, and the rules that it declares.

    `broken` are names whose declaration was refused: that they are not known needs no telling.
    """

    document: Document
    problems: Problems
    rules: set[str] = set()
    broken: set[str] = set()

    def report(self, code: str, message: str, node: Node, hint: str = "", offset: int = 0) -> None:
        """Remember an error at a node; `offset` counts into the value of a scalar."""
        place = node.offset(offset) if isinstance(node, Scalar) and offset else node.start
        self.problems.report(
            code, message, self.document.position(place), hint, self.document.line(place)
        )

    def wrong_kind(self, node: Node, needed: str, hint: str = "") -> None:
        """Report that a node is of the wrong kind; `needed` says what should stand here."""
        self.report("F203", f"{needed} is needed here, not {describe(node)}", node, hint)

    def mapping(self, node: Node | None, what: str) -> Mapping | None:
        """The node as a mapping; nothing written counts as none at all."""
        if node is None or isinstance(node, Mapping):
            return node
        if not node.is_empty:
            self.wrong_kind(node, f"a mapping ({what})", _mapping_hint(node))
        return None

    def entries(
        self,
        node: Node | None,
        known: Iterable[str],
        what: str,
        required: Iterable[str] = (),
        at: Node | None = None,
    ) -> dict[str, Node]:
        """The values of a mapping by key; `known` keys only, and all of `required`.

        `what` names the thing described, as in "an event". `at`: where to report what is missing.
        """
        keys = (*required, *known)
        mapping = self.mapping(node, f"the keys of {what}")
        found: dict[str, Node] = {}
        for key, value in mapping.entries if mapping else ():
            if key.value in keys:
                found[key.value] = value
            elif key.value in RESERVED_KEYS:
                self.report("F205", f"the key '{key.value}' is reserved", key,
                            RESERVED_KEYS[key.value])  # fmt: skip
            else:
                hint = did_you_mean(key.value, keys) or f"its keys are {', '.join(keys)}"
                self.report("F201", f"{what} has no key '{shorten(key.value)}'", key, hint)
        if mapping or node is None or node.is_empty:
            place = at or mapping or node
            for key_name in required:
                if key_name not in found and place is not None:
                    hint = f"add '{key_name}: …'"
                    self.report("F202", f"{what} needs the key '{key_name}'", place, hint)
        return found

    def declared(self, node: Node | None, what: str) -> list[tuple[Scalar, Node]]:
        """Names and what they stand for; names that cannot be used are reported and left out."""
        mapping = self.mapping(node, f"{what} by name")
        entries = mapping.entries if mapping else ()
        named = [(key, value) for key, value in entries if self.is_name(key)]
        self.broken.update({key.value for key, _ in entries} - {key.value for key, _ in named})
        return named

    def is_name(self, node: Scalar) -> bool:
        """Can this name something? If not, that is reported."""
        if not ID.match(node.value):
            hint = "names are made of ASCII letters, digits and '_', and begin with no digit"
            self.report("F206", f"'{shorten(node.value)}' is not a name", node, hint)
            return False
        if node.value in RESERVED_WORDS:
            message = f"'{node.value}' has a meaning of its own"
            self.report("F327", message, node, "choose another name")
            return False
        return True

    def drop_echoes(self) -> None:
        """Forget errors about names that are unknown only because their declaration is wrong."""

        def is_echo(found: Diagnostic) -> bool:
            quoted = re.findall("'([^']*)'", found.message)
            return found.code in _UNKNOWN and bool(quoted) and quoted[-1] in self.broken

        found = self.problems.diagnostics
        found[:] = [diagnostic for diagnostic in found if not is_echo(diagnostic)]

    def scalar(self, node: Node, needed: str) -> Scalar | None:
        """A single piece of text, not empty."""
        if isinstance(node, Scalar) and node.value.strip():
            return node
        is_text = isinstance(node, Scalar)
        self.wrong_kind(
            node, needed, "" if is_text else "put text that begins with '{' or '[' in quotes"
        )
        return None

    def items(self, node: Node | None, needed: str) -> tuple[Node, ...]:
        """The items of a list; something single counts as a list of one, nothing as none."""
        if node is None or (node.is_empty and not isinstance(node, Sequence)):
            return ()
        if isinstance(node, Mapping):
            self.wrong_kind(node, needed)
            return ()
        return node.items if isinstance(node, Sequence) else (node,)

    def names(self, node: Node | None, what: str) -> list[Scalar]:
        """The names in a list, each once; `what` as in "a tag"."""
        found: dict[str, Scalar] = {}
        for item in self.items(node, f"a list ({what} each)"):
            word = self.scalar(item, what)
            if word is None or not self.is_name(word):
                continue
            if word.value in found:
                self.report("F212", f"'{word.value}' is here twice", word, "delete one")
            found.setdefault(word.value, word)
        return list(found.values())

    def tags(self, node: Node | None) -> tuple[str, ...]:
        """The tags of an event or a state."""
        return tuple(tag.value for tag in self.names(node, "a tag"))

    def cited(self, node: Node | None) -> tuple[str, ...]:
        """The rules that something cites; each has to be declared."""
        found = self.names(node, "the name of a rule")
        for rule in found:
            if rule.value not in self.rules:
                hint = did_you_mean(rule.value, sorted(self.rules))
                self.report("F326", f"no rule is called '{rule.value}'", rule,
                            hint or "declare it under 'rules'")  # fmt: skip
        return tuple(rule.value for rule in found)

    def words(self, entries: dict[str, Node]) -> Text:
        """The labels `zh` and `en` among the keys of something."""
        return Text(*(self.plain(entries.get(key)) for key in TEXT_KEYS))

    def text(self, node: Node | None) -> Text:
        """Bilingual words: a plain text serves both languages."""
        if isinstance(node, Mapping):
            return self.words(self.entries(node, TEXT_KEYS, "a text"))
        words = self.plain(node)
        return Text(words, words)

    def plain(self, node: Node | None) -> str:
        """Words in one language."""
        if node is None:
            return ""
        scalar = self.scalar(node, "a text")
        return scalar.value.strip() if scalar else ""

    def integer(self, node: Node | None, what: str) -> int | None:
        """A whole number, as in `priority: 2`."""
        if node is None:
            return None
        value = node.integer if isinstance(node, Scalar) else None
        if value is None:
            self.report("F209", f"{what} is a whole number, not {describe(node)}", node)
        return value

    def flag(self, node: Node | None, what: str) -> bool:
        """`true` or `false`; false where nothing is said."""
        if node is None:
            return False
        value = node.boolean if isinstance(node, Scalar) else None
        if value is None:
            hint = "write true, or leave it out"
            self.report("F207", f"{what} is true or false, not {describe(node)}", node, hint)
        return bool(value)

    def choice(self, node: Node | None, options: tuple[str, ...], what: str) -> str | None:
        """One of a few words; None where nothing or something else is said."""
        if node is None:
            return None
        if isinstance(node, Scalar) and node.value in options:
            return node.value
        hint = did_you_mean(node.value, options) if isinstance(node, Scalar) else ""
        wanted = " or ".join(f"'{option}'" for option in options)
        hint = hint or f"write {wanted}, or leave it out"
        self.report("F207", f"{what} is {wanted}, not {describe(node)}", node, hint)
        return None


def _mapping_hint(node: Node) -> str:
    if isinstance(node, Sequence):
        return "write 'name: …' lines without '-'"
    is_key = isinstance(node, Scalar) and re.match(r"[A-Za-z_]\w*:", node.value)
    return "a space is needed behind ':'" if is_key else ""
