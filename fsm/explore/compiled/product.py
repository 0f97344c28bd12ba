"""A system with an automaton beside it, as one system in machine code.

A node is the packed state, and below it, in a few bits, the *control*: a memory of what occurred,
and a state of the automaton. Its steps are computed anew from those of the system whenever they are
asked for; so every search over states serves for nodes as well. In a spec without time a run that
ends takes a step to the same state for ever: it stutters.
"""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from fsm.explore.codes import Codes
from fsm.explore.compiled.conditions import Conditions, Ranges, write_ranges
from fsm.explore.compiled.kernels import FOUND, Shape, write_truths
from fsm.explore.compiled.near import ANY
from fsm.explore.compiled.space import MOST, VARIANTS, WIDEST, Unsuitable
from fsm.explore.compiled.store import Machine
from fsm.explore.compiled.widths import Array, Types
from fsm.explore.text import Text
from fsm.explore.variants import Variants
from fsm.semantics.ir import FALSE, TRUE, Node
from fsm.semantics.lowered import System

BITS = 61  # of a label
ROWS = 6_000  # edges of the automaton, once for each memory

Reading = tuple[int, int, int]  # letters (sets of true tests), marks, where it leads


class Beside(Struct, frozen=True):
    """What goes along with a run. `after[memory][letter]` is the memory after a step, `heard` the
    letter of a step by its code, `tests[memory]` are the tests of a moment with this memory,
    `edges[state]` those of a Büchi automaton over them, which accepts what serves each of `marks`
    conditions again and again. In a state of `ends` it accepts whatever follows; a run that it
    accepts otherwise stays among the states of `open`."""

    after: tuple[tuple[int, ...], ...]
    heard: Ranges
    tests: tuple[tuple[Node, ...], ...]
    edges: tuple[tuple[Reading, ...], ...]
    ends: frozenset[int]
    open: frozenset[int]
    marks: int

    @property
    def waits(self) -> bool:
        """May the automaton stay in its first state, whatever happens, until something does from
        which on it watches? And is it all the same then what occurred before the last step?

        So a run may be watched from any state that is reached. A letter with which it cannot stay
        must lead to where it accepts whatever follows: then nothing is lost."""
        staying = 0
        for letters, _, target in self.edges[0]:
            staying |= letters if target == 0 or target in self.ends else 0
        watched = self.ends | self.open
        every = (1 << (1 << len(self.tests[0]))) - 1
        return staying == every and 0 not in watched and len({*self.after}) == 1

    def control(self, memory: int, state: int) -> int:
        """The number of a pair."""
        return memory * len(self.edges) + state

    def controls(self, states: frozenset[int]) -> tuple[int, ...]:
        """The numbers of all pairs with one of the states."""
        return tuple(self.control(m, s) for m in range(len(self.after)) for s in sorted(states))


class Product(Struct, frozen=True):
    """The sources of a product. `machine` is what a search asks for; `bits` is how many the control
    takes. A label has a bit for each condition, then for each mark, then `loop`, which all have."""

    machine: Machine
    beside: Beside
    conditions: Conditions
    bits: int

    @property
    def loop(self) -> int:
        """The bit of every label."""
        return 1 << self.conditions.size + self.beside.marks

    @property
    def accepting(self) -> int:
        """What every violation serves again and again, whatever fairness asks."""
        return self.conditions.always | 2 * self.loop - (1 << self.conditions.size)

    def node(self, state: int, control: int) -> int:
        """The node of a packed state."""
        return state << self.bits | control

    def is_watched(self, node: int) -> bool:
        """Has the automaton left its first state?"""
        return (node & (1 << self.bits) - 1) % len(self.beside.edges) != 0

    def state(self, node: int) -> int:
        """The packed state of a node."""
        return node >> self.bits


def product_of(
    machine: Machine, system: System, variants: Variants, beside: Beside, conditions: Conditions
) -> Product:
    """The sources for a system that is known as `machine`. Raises `Unsuitable` where a node, the
    family, the conditions or the automaton would be too large. Complexity: memories * edges."""
    if machine.shape.numbered:
        raise Unsuitable(f"claims about runs of more than {VARIANTS} variants")
    if conditions.size + beside.marks >= BITS:
        raise Unsuitable("so much fairness")
    if len(beside.after) * sum(map(len, beside.edges)) > ROWS:
        raise Unsuitable("so much to remember of a run")
    control = (len(beside.after) * len(beside.edges) - 1).bit_length()
    slots, fields = system.slots, machine.packing.fields
    largest = sum((s.high - s.low) * f.weight for s, f in zip(slots, fields, strict=True))
    needed = largest.bit_length() + control + 2
    if needed > WIDEST:
        raise Unsuitable(f"a state of {largest.bit_length()} bits")
    bits = machine.shape.bits
    while bits < needed:
        bits *= 2
    inner = machine.program
    most = (inner.most + 1) * max(map(len, beside.edges))
    if most > MOST:
        raise Unsuitable(f"up to {inner.most} steps out of one state")
    family = not inner.single
    text = _Writer(machine, system, variants, beside, conditions, control).text()
    program = replace(inner, text=text, sights=(), most=most)
    more: Types = {
        **{name: Array(64, inner.most + 1) for name in ("ic", "im", "label")},
        "it": Array(bits, inner.most + 1), "step": Array(64, most), "idle": Array(64, 1),
    }  # fmt: skip
    shape = Shape(None, bits, family)
    asked = _bad(beside.controls(beside.ends), control)
    nodes = replace(
        machine, shape=shape, program=program, questions=asked, questions_asked=1, loaded={},
        names=more, near=ANY,
    )  # fmt: skip
    return Product(nodes, beside, conditions, control)


def _bad(ends: Sequence[int], bits: int) -> str:
    """The one question about nodes: does the automaton accept whatever follows?"""
    text = Text()
    with text.block("def ask(which, p, m)"):
        for end in ends:
            with text.block(f"if p & {(1 << bits) - 1} == {end}"):
                text.line("return m")
        text.line("return 0")
    with text.block("def judge(p, m, found)"):
        text.line(f"found[{FOUND}] |= ask(0, p, m)", "return 0")
    with text.block("def end(p, m, found)"):
        text.line("return 0")
    return str(text)


class _Writer(Struct, frozen=True):
    """Writes `follow`, which gives the arcs out of a node with their labels, and `expand`, which is
    the same for those who ask where they lead alone."""

    machine: Machine
    system: System
    variants: Variants
    beside: Beside
    conditions: Conditions
    bits: int

    def text(self) -> str:
        """The steps of the system, then those of the product."""
        nodes = [node for row in self.beside.tests for node in row if node not in (TRUE, FALSE)]
        number = {node: k for k, node in enumerate(dict.fromkeys(nodes))}
        text = Text()
        write_ranges(text, "heard", self.beside.heard)
        write_ranges(text, "served", self.conditions.served)
        self._moment(text, number)
        self._follow(text, number)
        inner = self.machine.program.text.replace("def expand(", "def steps(")
        truths = write_truths(self.machine.packing, self.variants, list(number))
        return "\n\n".join([inner, truths, str(text), _EXPAND])

    def _follow(self, text: Text, number: dict[Node, int]) -> None:
        single = self.machine.program.single
        letters, states = len(self.beside.after[0]), len(self.beside.edges)
        table = tuple(to for row in self.beside.after for to in row)
        with text.block("def follow(p, m, want, code, target, mask, step, idle, oc, om, od, of)"):
            text.line(f"q = p & {(1 << self.bits) - 1}")
            for end in self.beside.controls(self.beside.ends):
                with text.block(f"if q == {end}"):
                    text.line("return 0")
            text.line(f"n = steps(p >> {self.bits}, m, ic, it, im, oc, om, od, of)", "rest = m")
            with text.block("for k in range(n)"), text.block("if ic[k] >= 0"):
                text.line("label[k] = served(ic[k])")
                text.line("rest = 0" if single else "rest &= ~im[k]")
            if self.system.unit is None:
                with text.block("if rest"):
                    text.line("ic[n] = 0", f"it[n] = p >> {self.bits}", "im[n] = rest")
                    text.line("label[n] = 0", "n += 1")
            text.line("idle[0] = 0")
            if self.conditions.size:
                self._idle(text, "y = 0" if single else "y &= ~im[k]")
            text.line(f"g = q // {states}", f"a = q % {states}", "e = 0")
            with text.block("for k in range(n)"), text.block("if ic[k] >= 0"):
                every = ", ".join(map(str, table))
                text.line(f"h = ({every},)[g * {letters} + heard(ic[k])]")
                x = "1" if single else "im[k]"
                text.line(f"c = moment(it[k], {x}, h, a, e, label[k], code, target, mask)")
                with text.block("while e < c"):
                    text.line("step[e] = ic[k]", "e += 1")
            text.line("return e")

    def _idle(self, text: Text, other: str) -> None:
        """Which of the conditions asked about have no step that is enabled, in some variant."""
        with text.block(f"for j in range({self.conditions.size})"), text.block("if want >> j & 1"):
            text.line("y = m")
            serves = text.block("if ic[k] >= 0 and label[k] >> j & 1")
            with text.block("for k in range(n)"), serves:
                text.line(other)
            with text.block("if y"):
                text.line("idle[0] |= 1 << j")

    def _moment(self, text: Text, number: dict[Node, int]) -> None:
        """A function that reads the tests of a moment, and goes along the edges that they allow."""
        names: dict[Node, str] = {TRUE: "x", FALSE: "0"}
        with text.block("def moment(t, x, h, a, e, bits, code, target, mask)"):
            for memory, tests in enumerate(self.beside.tests):
                values = [names.get(node) or f"v{k}" for k, node in enumerate(tests)]
                with text.block(f"if h == {memory}"):
                    text.line(*(
                        f"{value} = q{number[node]}(t, x)"
                        for value, node in zip(values, tests, strict=True) if node in number
                    ))  # fmt: skip
                    for state in range(len(self.beside.edges)):
                        with text.block(f"if a == {state}"):
                            self._edges(text, memory, state, values)
            text.line("return e")

    def _edges(self, text: Text, memory: int, state: int, values: Sequence[str]) -> None:
        for letters, marks, target in self.beside.edges[state]:
            found = reading(letters, values)
            if found == "0":
                continue
            text.line(f"y = {found}")
            with text.block("if y"):
                control = self.beside.control(memory, target)
                text.line(f"code[e] = bits | {marks << self.conditions.size}")
                text.line(f"target[e] = t << {self.bits} | {control}", "mask[e] = y", "e += 1")


_EXPAND = """
def expand(p, m, code, target, mask, oc, om, od, of):
    n = follow(p, m, 0, code, target, mask, step, idle, oc, om, od, of)
    for k in range(n):
        code[k] = 0
    return n
"""


def reading(letters: int, values: Sequence[str]) -> str:
    """The variants of x in which the tests, as sets of variants, make one of the letters: Shannon's
    expansion, the last test first."""
    size = len(values)
    if letters == (1 << (1 << size)) - 1:
        return "x"
    if not letters:
        return "0"
    half = 1 << size - 1  # letters below it make the last test false
    low, high = letters & (1 << half) - 1, letters >> half
    *rest, value = values
    if low == high or value == "0":
        return reading(low, rest)
    if value == "x":
        return reading(high, rest)
    no, yes = reading(low, rest), reading(high, rest)
    parts = []
    if yes != "0":
        parts.append(value if yes == "x" else f"{value} & {yes}")
    if no != "0":
        parts.append(f"{no} & ~{value}")
    return f"({' | '.join(parts)})" if parts else "0"


def letters_of(
    codes: Codes, system: System, letters: Sequence[int | None], delay: int | None
) -> Ranges:
    """The letter of each step: the place of its event among `letters`, else 0; `delay` is the place
    of the passing of time, or of the stuttering."""
    ranges = [(0, delay or 0)]
    for kind in codes.kinds:
        event = None if kind.action is None else system.actions[kind.action].event
        ranges.append((kind.first, letters.index(event) if event in letters else 0))
    return ranges
