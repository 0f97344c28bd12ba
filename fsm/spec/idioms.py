"""Patterns with a scope, with chains or with spells that are counted: from keys to an idiom."""

from collections.abc import Mapping

from fsm.expressions import Ghost
from fsm.model import Formula, Idiom, Pattern
from fsm.spec.context import Context
from fsm.spec.nodes import Mapping as YamlMapping
from fsm.spec.nodes import Node, Sequence, shorten
from fsm.spec.patterns import MAX_COUNTED, SCOPES
from fsm.spec.scope import Scope
from fsm.spec.typing import operand

SCOPE_KEYS = ("after", "before", "until")
_CHAINS = ("after", "eventually", "before", "must")
_PLAIN = {
    Pattern.NEVER: ("absence", ("never",)),
    Pattern.ALWAYS: ("universality", ("always",)),
    Pattern.EVENTUALLY: ("existence", ("eventually",)),
}
# The two keys; the names without a chain, with a chain under the first, and under the second.
_JOINED = {
    Pattern.PRECEDENCE: (
        ("before", "must"), "precedence", "precedence chain, one before two",
        "precedence chain, two before one",
    ),
    Pattern.RESPONSE: (
        ("after", "eventually"), "response", "response chain, one to two",
        "response chain, two to one",
    ),
}  # fmt: skip
Letters = list[tuple[str, Formula | None]]


def is_idiom(pattern: Pattern, entries: Mapping[str, Node]) -> bool:
    """Does its meaning take a formula, rather than an observer?"""
    if pattern not in (*_PLAIN, *_JOINED, Pattern.AT_MOST):
        return False
    chain = pattern in _JOINED and any(isinstance(entries.get(k), Sequence) for k in _CHAINS)
    return chain or any(key in entries for key in ("scope", "times", "without"))


def read_idiom(
    context: Context, pattern: Pattern, entries: Mapping[str, Node], names: Scope
) -> Idiom | None:
    """The idiom that the keys make; None, with the errors reported, where they make none."""
    reader = _Reader(context, names)
    if "within" in entries:
        what = "a scope" if "scope" in entries else "a chain"
        context.report("F756", f"'within' does not go with {what}", entries["within"],
                       "leave one of them out")  # fmt: skip
    scope, ends = reader.scope(entries.get("scope"))
    bound = None
    match pattern:
        case Pattern.AT_MOST:
            key = "times" if "times" in entries else "event"
            name = "bounded existence" if key == "times" else "bounded occurrence"
            bound = _bound(context, entries["at_most"])
            letters = [("p", reader.one(entries[key], event=key == "event"))]
        case Pattern.PRECEDENCE | Pattern.RESPONSE:
            name, letters = reader.joined(pattern, entries)
        case _:
            name, (key,) = _PLAIN[pattern]
            letters = [("p", reader.one(entries[key]))]
    said = [(letter, formula) for letter, formula in [*letters, *ends] if formula is not None]
    counted = bound is not None or pattern is not Pattern.AT_MOST
    if len(said) < len(letters) + len(ends) or not counted or scope not in SCOPES:
        return None
    return Idiom(name, pattern, scope, tuple(said), bound)


def _bound(context: Context, node: Node) -> int | None:
    bound = context.integer(node, "'at_most'")
    if bound is not None and not 0 <= bound <= MAX_COUNTED:
        message = f"within a scope, and of 'times', up to {MAX_COUNTED} are counted, not {bound}"
        context.report("F757", message, node, "count(e), or a variable, counts further")
        return None
    return bound


class _Reader:
    def __init__(self, context: Context, names: Scope) -> None:
        self.context, self.names = context, names

    def one(self, node: Node, *, event: bool = False) -> Formula | None:
        """A condition, or an event's name."""
        scalar = self.context.scalar(node, "an expression")
        read = operand(scalar.source(), self.names, self.context.problems) if scalar else None
        if event and read is not None and not isinstance(read.node, Ghost):
            self.context.report("F312", f"'{shorten(read.text)}' is not an event", node,
                                "an event's name is needed here")  # fmt: skip
            return None
        return read

    def scope(self, node: Node | None) -> tuple[tuple[str, ...], Letters]:
        """Its keys, and the conditions q and r of its ends."""
        if node is None:
            return (), []
        entries = self.context.entries(node, SCOPE_KEYS, "a scope")
        keys = tuple(key for key in SCOPE_KEYS if key in entries)
        if keys not in SCOPES:
            self.context.report("F208", "'before' and 'until' exclude each other",
                                entries["until"], "keep one of them")  # fmt: skip
        elif not keys:
            nothing = not node.entries if isinstance(node, YamlMapping) else node.is_empty
            if nothing:  # else something is wrong with it that has been reported
                self.context.report("F758", "the scope has no end", node,
                                    "say after, before or until what")  # fmt: skip
            return ("",), []
        letter = {"after": "q", "before": "r", "until": "r"}
        return keys, [(letter[key], self.one(entries[key])) for key in keys]

    def joined(self, pattern: Pattern, entries: Mapping[str, Node]) -> tuple[str, Letters]:
        """Two conditions, one of which may be a chain of two."""
        (first, second), plain, chain_first, chain_second = _JOINED[pattern]
        a, b = entries[first], entries[second]
        if isinstance(a, Sequence) and isinstance(b, Sequence):
            self.context.report("F755", f"'{first}' and '{second}' are both chains", b,
                                "one of them may be a list of two")  # fmt: skip
            return plain, [("p", None)]
        if isinstance(a, Sequence):
            return self._no_without(entries, chain_first, [*self._chain(a), ("p", self.one(b))])
        if isinstance(b, Sequence):
            letters = [("p", self.one(a)), *self._chain(b)]
            if pattern is Pattern.RESPONSE and "without" in entries:
                return "constrained chain", [*letters, ("z", self.one(entries["without"]))]
            return self._no_without(entries, chain_second, letters)
        return self._no_without(entries, plain, [("p", self.one(a)), ("s", self.one(b))])

    def _no_without(
        self, entries: Mapping[str, Node], name: str, letters: Letters
    ) -> tuple[str, Letters]:
        if "without" in entries:
            message = "'without' goes with a chain under 'eventually'"
            hint = "write eventually: [first, second]"
            self.context.report("F759", message, entries["without"], hint)
        return name, letters

    def _chain(self, node: Sequence) -> Letters:
        if len(node.items) != 2:
            message = f"a chain has two parts, first and second, not {len(node.items)}"
            self.context.report("F755", message, node, "write [first, second]")
            return [("s", None)]
        return list(zip("st", map(self.one, node.items), strict=True))
