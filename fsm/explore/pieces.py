"""The pieces of a generated step function: names, conditions, and answers."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache
from itertools import groupby, takewhile

from msgspec.structs import replace

from fsm.explore.codes import Codes, GuardFault, Sight
from fsm.explore.defined import defined, pruned
from fsm.explore.effects import Effects
from fsm.explore.emit import Style, source
from fsm.explore.packing import Packing
from fsm.explore.stands import Option, Stand, stands
from fsm.explore.text import Text, comment, identifiers
from fsm.explore.variants import Variants
from fsm.expressions import Op
from fsm.semantics.ir import (
    FALSE,
    TRUE,
    Calc,
    Node,
    Slot,
    Within,
    conjunction,
    params,
    specialise,
)  # fmt: skip
from fsm.semantics.lowered import Action, Edge, System, Write

_RESERVED = [
    "p", "m", "n", "w", "x", "t", "u", "some", "code", "target", "mask", "oc",
    "om", "od", "of", "held", "blocked", "left", "bits", "expand", "SIGHTS", "min", "max", "range",
]  # fmt: skip


class Pieces:
    """What every part of the writer uses; `text` grows in the order of the source."""

    def __init__(self, system: System, variants: Variants, packing: Packing) -> None:
        self.system, self.variants, self.packing = system, variants, packing
        self.single = variants.everything.bit_count() == 1
        self.names = identifiers((s.name for s in system.slots), _RESERVED)
        self.style = Style(self.names.__getitem__, self._element, False)
        self.effects = Effects(system.slots, packing, self.style)
        self.codes = Codes(system)
        self.text = Text()
        self.sights: dict[Sight, int] = {}
        self.constants: dict[int, str] = {}
        self.most = self.scratch = 0
        self.levels = sorted({p for p in self._step_priorities() if p is not None})
        self.ranked = False  # do the masks of the levels exist already?
        # What is known at this place: leaves in which a process is, and conditions that are true.
        self.here: dict[int, frozenset[int]] = {}
        self.true: frozenset[Node] = frozenset()
        self.edges: dict[tuple[int | None, int], dict[int, list[Edge]]] = {}
        self._known: dict[int, tuple[Node, list[tuple[int, Node, Node]]]] = {}  # by identity
        self._found: dict[Node, list[tuple[int, Node, Node]]] = {}
        self.stands = cache(self._stands)
        self._special: dict[int, list[tuple[int, tuple[Write, ...]]]] = {}
        for edge in sorted(system.edges, key=lambda e: -e.depth):  # stable: inner first
            if self._cases(edge.enabled):
                by_leaf = self.edges.setdefault((edge.action, edge.process), {})
                by_leaf.setdefault(edge.leaf, []).append(edge)

    # --- small pieces -------------------------------------------------------------------------

    def _element(self, base: int, size: int, at: str) -> str:
        return f"({', '.join(self.names[base : base + size])},)[{at}]"

    def _source(self, node: Node) -> str:
        return source(node, self.style)

    def _cases(self, node: Node) -> list[tuple[int, Node, Node]]:
        """The expression for each set of variants in which it may be true, or may fault; and when
        it has a value there."""
        if id(node) not in self._known:
            if node not in self._found:
                self._found[node] = list(self._worked_out(node))
            self._known[id(node)] = node, self._found[node]
        return self._known[id(node)][1]

    def _worked_out(self, node: Node) -> Iterator[tuple[int, Node, Node]]:
        for mask, special in self.variants.cases(node):
            exists = defined(special)
            case = pruned(special) if exists == TRUE else special
            if case != FALSE:
                yield mask, case, exists

    def _within(self, mask: str, which: int) -> str:
        """The variants of `mask` that are in the set."""
        if which == self.variants.everything:
            return mask
        if which not in self.constants:
            self.constants[which] = f"V{len(self.constants)}"
        return f"{mask} & {self.constants[which]}"

    def _reading(self, which: int) -> str:
        """A set of variants in words, as a comment: the values that all its members share."""
        shared = []
        for k, variable in enumerate(self.variants.variables):
            values = [v for v, having in zip(variable.values, self.variants.having[k], strict=True)
                      if having & which]  # fmt: skip
            if len(values) < len(variable.values):
                shared.append(f"{variable.name} in {values}")
        return f"  {comment(' and '.join(shared))}" if shared else ""

    def _truth(self, name: str, node: Node, within: str, sight: Sight | None) -> None:
        """Assign to `name` the variants of `within` in which the condition is true; where it has
        no value that is said, and counts as false."""
        masks, tests = list[str](), list[tuple[Node, ...]]()
        for which, special, exists in self._cases(node):
            here = self._within(within, which)
            if exists != FALSE:
                masks.append(here)
                tests.append(in_turn(conjunction(exists, special)))
            if exists != TRUE and sight is not None:
                some = "" if here in ("m", "u") else f"{here} and "  # these are never empty
                with self.text.block(f"if {some}not {self._source(exists)}"):
                    self._notice(sight, here)
        shared = _shared(tests)
        terms = [
            self._if(here, test[len(shared) :]) for here, test in zip(masks, tests, strict=True)
        ]
        found = terms[0] if len(terms) == 1 else " | ".join(f"({term})" for term in terms) or "0"
        asked = self._unknown(shared)
        found = f"({found})" if asked and len(terms) > 1 else found
        self.text.line(f"{name} = {self._if(found, asked)}")

    def _unknown(self, tests: Iterable[Node]) -> list[Node]:
        """Those that are not known to be true at this place."""
        return [test for test in tests if test not in self.true]

    def _if(self, value: str, tests: Sequence[Node]) -> str:
        """The value if all of this is true, else 0."""
        test = conjunction(*tests)
        return value if test == TRUE else f"{value} if {_bare(self._source(test))} else 0"

    def _add(self, code: str, target: str, mask: str) -> None:
        """One more answer."""
        self.text.line(f"code[n] = {code}", f"target[n] = {target}")
        if not self.single:
            self.text.line(f"mask[n] = {mask}")
        self.text.line("n += 1")

    def _notice(self, sight: Sight, mask: str) -> None:
        number = self.sights.setdefault(sight, len(self.sights))
        self.most += 1
        self._add(str(-1 - number), "p", mask)

    # --- edges and priorities ---------------------------------------------------------

    def _step_priorities(self) -> Iterator[int | None]:
        for action in self.system.actions:
            yield action.priority
        for edge in self.system.edges:
            if edge.action is None:
                yield edge.priority
            elif self.system.actions[edge.action].owner == edge.process:
                yield self._priority(self.system.actions[edge.action], edge)

    def _stands(self, action: int, process: int) -> list[Stand]:
        """The edges of a process on an action, by the leaves that they leave. Where reading a guard
        may meet a fault, it is told of the edge itself."""
        kind = self.codes.kinds[action]
        place = self.system.actions[action].mentioned.index(process)
        digits = {edge: k for k, edge in enumerate(kind.digits[place], start=1)}
        by_leaf = self.edges.get((action, process), {})
        return stands(
            by_leaf, lambda edge: digits[edge.number] * kind.radix[place], self._has_value
        )  # fmt: skip

    def _at(self, process: int, leaves: Sequence[int]) -> str:
        """Is the process in one of these leaves? Empty where that is known, or always so."""
        everywhere = range(len(self.system.processes[process].leaves))
        if set(self.here.get(process, everywhere)) <= set(leaves):
            return ""
        name = self.names[process]
        return f"{name} == {leaves[0]}" if len(leaves) == 1 else f"{name} in {tuple(leaves)}"

    @contextmanager
    def _staying(self, process: int, leaves: Sequence[int]) -> Iterator[None]:
        """What is said inside holds while the process is in one of these leaves, and is not asked
        whether it is."""
        before = self.here
        with self._where(self._at(process, leaves)):
            inside = frozenset(leaves).intersection(before.get(process, leaves))
            self.here = {**before, process: inside}
            yield
        self.here = before

    @contextmanager
    def _asking(self, edge: Edge) -> Iterator[None]:
        """What is said inside holds where what all variants ask of the edge is true, if reading it
        meets no fault, and does not ask it again."""
        cases = self._cases(edge.enabled) if self._has_value(edge) else []
        tests = self._unknown(_shared([in_turn(special) for _, special, _ in cases]))
        here, true = self.here, self.true
        with self._where(_bare(self._source(conjunction(*tests))) if tests else ""):
            self.true = true.union(tests)
            for test in tests:
                if isinstance(test, Within) and isinstance(test.subject, Slot):
                    inside = frozenset(test.values)
                    place = test.subject.index
                    self.here = {**self.here, place: inside & self.here.get(place, inside)}
            yield
        self.here, self.true = here, true

    def _standing(self, process: int, stand: Stand) -> str:
        """A comment that says where."""
        names = self.system.processes[process].leaves
        return comment(f"{self.system.processes[process].name} in "
                       f"{', '.join(names[k] for k in stand.leaves)}")  # fmt: skip

    def _code(self, process: int, option: Option) -> str:
        """What an option adds to the code of a step."""
        moving = self._steps(process, option)
        if not moving:
            return str(option.base)
        sign = "-" if option.base < 0 else "+"
        return f"{moving} {sign} {abs(option.base)}" if option.base else moving

    def _steps(self, process: int, option: Option) -> str:
        """What of that the leaf makes."""
        name = self.names[process]
        return ("", name)[option.step] if option.step in (0, 1) else f"{option.step} * {name}"

    def _ranks(self, number: int) -> bool:
        """Must an action be looked at before the others: since others give way to it; since it is
        urgent, which counts before priorities do; or since a fault may be met where it gives way?
        """
        action = self.system.actions[number]
        edges = [
            edge
            for process in action.mentioned
            for here in self.edges.get((number, process), {}).values()
            for edge in here
        ]
        own = (self._priority(action, edge) for edge in edges if edge.process == action.owner)
        ranks = [rank for rank in (*own, action.priority) if rank is not None]
        return (
            action.urgent
            or max(ranks, default=self.levels[0]) > self.levels[0]
            or (bool(ranks) and not all(map(self._has_value, edges)))
        )

    def _has_value(self, edge: Edge) -> bool:
        """Does reading its guard never meet a fault?"""
        return all(exists == TRUE for _, _, exists in self._cases(edge.enabled))

    def _rank(self, priority: int | None, mask: str) -> None:
        """Note that something of this priority can happen; to the lowest nothing gives way."""
        if priority is not None and priority > self.levels[0]:
            self.text.line(f"h{self.levels.index(priority)} |= {mask}")

    def _allow(self) -> None:
        """Rule 3.6 between steps: in which variants nothing of a higher priority can happen."""
        for k in range(len(self.levels) - 1):
            above = " | ".join(f"h{j}" for j in range(k + 1, len(self.levels)))
            self.text.line(f"r{k} = m & ~({above})" if " " in above else f"r{k} = m & ~{above}")
        self.ranked = True

    def _allowed(self, priority: int | None) -> str:
        if not self.ranked or priority is None or priority == self.levels[-1]:
            return "m"
        return f"r{self.levels.index(priority)}"

    def _below(self, mask: str, priority: int | None) -> None:
        """What states a priority gives way to a higher one."""
        if self._allowed(priority) != "m":
            self.text.line(f"{mask} &= {self._allowed(priority)}")

    def _sole(self, name: str, edge: Edge, priority: int | None) -> None:
        """Assign to `name` where an edge may be taken that no other of its machine forestalls."""
        if self._has_value(edge):
            self._truth(name, edge.enabled, self._allowed(priority), None)
        else:
            self._truth(name, edge.enabled, "m", GuardFault(edge.number))
            self._below(name, priority)

    def _where(self, test: str) -> AbstractContextManager[None]:
        return self.text.block(f"if {test}") if test else nullcontext()

    def updates(self, edge: Edge) -> list[tuple[int, tuple[Write, ...]]]:
        """The updates of an edge without configuration, for each set of variants."""
        if edge.number not in self._special:
            self._special[edge.number] = self._updates(edge)
        return self._special[edge.number]

    def _updates(self, edge: Edge) -> list[tuple[int, tuple[Write, ...]]]:
        read = frozenset[int]().union(*(params(w.value) | params(w.target) for w in edge.writes))
        found: dict[tuple[Write, ...], int] = {}
        for mask, values in self.variants.choices(read):
            writes = tuple(
                replace(w, target=specialise(w.target, values), value=_settled(w.value, values))
                for w in edge.writes
            )
            found[writes] = found.get(writes, 0) | mask
        return [(mask, writes) for writes, mask in found.items()]

    def _enabled(self, edges: Sequence[Edge], within: str) -> list[tuple[Edge, str]]:
        """Inner first, then by priority: assign to each edge's name in which variants of `within`
        it may be taken."""
        left, names = within, list[tuple[Edge, str]]()
        levels = [list(level) for _, level in groupby(edges, key=lambda e: e.depth)]
        for number, level in enumerate(levels):
            for edge in level:
                self._truth(f"e{edge.number}", edge.enabled, left, GuardFault(edge.number))
            names += [(edge, f"e{edge.number}") for edge in level]
            if number + 1 < len(levels):
                inner = " | ".join(name for _, name in names)
                self.text.line(f"left = {within} & ~({inner})")
                left = "left"
        ranked = [(e.priority, name) for e, name in names if e.priority is not None]
        for priority, name in sorted(ranked):  # what is lowered is no longer needed as it was
            above = [other for level, other in ranked if level > priority]
            if above:
                self.text.line(f"{name} &= ~({' | '.join(above)})")
        return names

    def _priority(self, action: Action, edge: Edge) -> int | None:
        return (
            action.priority
            if action.priority is not None or action.owner is None
            else edge.priority
        )


def _settled(node: Node, values: Mapping[int, int]) -> Node:
    """The expression without configuration, as short as it is sure to have a value."""
    special = specialise(node, values)
    return pruned(special) if defined(special) == TRUE else special


def _shared(tests: Sequence[Sequence[Node]]) -> list[Node]:
    """With which conditions all of them begin."""
    columns = takewhile(lambda column: len({*column}) == 1, zip(*tests, strict=False))
    return [column[0] for column in columns]


def in_turn(node: Node) -> tuple[Node, ...]:
    """What has to be true for it to be true, in the order of reading."""
    if not (isinstance(node, Calc) and node.op is Op.AND):
        return (node,) if node != TRUE else ()
    return tuple(part for operand in node.operands for part in in_turn(operand))


def _bare(test: str) -> str:
    """A test without brackets around all of it, where it can do without."""
    depth = 0
    for at, letter in enumerate(test):
        depth += (letter == "(") - (letter == ")")
        if depth == 0 and at + 1 < len(test):
            return test
    return test if " if " in test or not test.startswith("(") else test[1:-1]
