"""The step function of a system, written as Python source over packed integers.

What a step is, is said once here for plain Python and for machine code: the source is one, and only
the packing of states and the family of variants differ. It must agree with `Successors`, which says
the same on tuples, without generated code, in the order in which one would explain it.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import combinations, groupby, product

from msgspec import Struct
from msgspec.structs import replace

from fsm.errors import UsageError
from fsm.explore.codes import Codes, Kind, PauseFault, Rivals, Sight
from fsm.explore.effects import Shared
from fsm.explore.packing import Packing
from fsm.explore.stands import Option
from fsm.explore.text import Text, comment
from fsm.explore.together import Together
from fsm.explore.variants import Variants
from fsm.semantics.lowered import Edge, System

MOST = 1 << 16  # steps out of one state
PAUSES = 6  # clocks that may stand still independently of each other


class TooWide(UsageError):
    """A state may have too many steps at once for a generated step function."""

    def __init__(self, what: str) -> None:
        super().__init__(
            "F619",
            f"too much may happen at once for a generated step function: {what}",
            "leave out --engine python: the engine reference has no such limit",
        )


class Program(Struct, frozen=True):
    """A step function `expand`, as source, and what its answers mean.

    `expand(p, m, code, target, mask, oc, om, od, of)` fills `code`, `target` and `mask` with the
    steps out of the state p for the variants m, and answers how many there are. The arrays have
    room for `most`, the scratch arrays for `scratch` entries. A negative code -1-k
    is sight k; below that, -1-SIGHTS-c says that step c faults. `single`: there is one variant, and
    masks are left out.
    """

    text: str
    codes: Codes
    sights: tuple[Sight, ...]
    packing: Packing
    most: int
    scratch: int
    single: bool


def write_program(system: System, variants: Variants, packing: Packing) -> Program:
    """Write the step function of a system for a family of variants.

    Raises `TooWide` where a state may have more than 65,536 steps. Complexity: linear in the
    edges, times the combinations of the configuration variables that each reads.
    """
    return _Writer(system, variants, packing).write()


class _Writer(Together):
    """Writes one program; `text` grows in the order of the source."""

    def write(self) -> Program:
        body, self.text = self.text, Text()
        with self.text.block("def expand(p, m, code, target, mask, oc, om, od, of)"):
            if self.single:
                self.text.line("m = 1")
            for name, field in zip(self.names, self.packing.fields, strict=True):
                self.text.line(f"{name} = {field.read()}")
            self.text.line("n = 0", "blocked = 0")
            if len(self.levels) > 1:
                self.text.line("# first: at which priorities can something happen?")
                self.text.line(*(f"h{k} = 0" for k in range(1, len(self.levels))))
                self._discrete(ranking=True)
                self._allow()
            strategies = [k for k, a in enumerate(self.system.actions) if a.strategy]
            self.text.line(*(f"c{k} = 0" for k in strategies))
            self._discrete(ranking=False)
            self._rivals(strategies)
            if self.system.unit is not None:
                self._delay()
            self.text.line("return n")
        function, self.text = self.text, body
        self.text.line(comment(f"The steps of {self.system.spec.name}."), "")
        self.text.line(f"SIGHTS = {len(self.sights)}  # what is noticed on the way has codes -1, …")
        for value, name in self.constants.items():
            self.text.line(f"{name} = {value:#x}{self._reading(value)}")
        self.text.line("", "")
        if self.most > MOST:
            raise TooWide(f"up to {self.most} steps out of one state")
        return Program(
            f"{self.text}{function}", self.codes, tuple(self.sights), self.packing,
            self.most, max(1, self.scratch), self.single,
        )  # fmt: skip

    # --- discrete steps -----------------------------------------------------------------------

    def _discrete(self, *, ranking: bool) -> None:
        numbers = [
            k for k in range(len(self.system.actions)) if not ranking or self._ranks(k)
        ]  # fmt: skip
        for decider, run in groupby(numbers, key=self._decider):
            actions = list(run)
            with self._deciding(decider, actions):
                for number in actions:
                    self._action(self.codes.kinds[number], ranking=ranking)
        for process in self.system.processes:
            self.text.line(comment(f"{process.name} by itself"))
            for leaf, edges in self.edges.get((None, process.slot), {}).items():
                if ranking:
                    edges = [edge for edge in edges if edge.priority is not None]
                with self._where(self._at(process.slot, (leaf,))):
                    self.text.line(comment(f"{process.leaves[leaf]}"))
                    for edge in sorted(edges, key=lambda e: e.number):
                        self._spontaneous(edge, ranking=ranking)

    def _decider(self, number: int) -> int | None:
        """A process without which an action does not happen; None where it may be any."""
        action = self.system.actions[number]
        return action.mentioned[0] if len(action.mentioned) == 1 else action.owner

    def _deciding(
        self, process: int | None, actions: Sequence[int]
    ) -> AbstractContextManager[None]:  # fmt: skip
        """Where the process that decides about actions in a row is ready for one of them."""
        if process is None or len(actions) == 1:
            return nullcontext()
        leaves = {leaf for number in actions for leaf in self.edges.get((number, process), ())}
        return self._staying(process, sorted(leaves))

    def _action(self, kind: Kind, *, ranking: bool) -> None:
        assert kind.action is not None
        action = self.system.actions[kind.action]
        fields = "".join(f" {name}={value}" for name, value in action.fields)
        self.text.line(comment(f"{action.name}{fields}"))
        if len(action.mentioned) == 1:
            self._alone(kind, action.mentioned[0], ranking=ranking)
        elif action.mentioned:
            self.together(kind, ranking=ranking)

    def _spontaneous(self, edge: Edge, *, ranking: bool) -> None:
        name = f"e{edge.number}"
        self._sole(name, edge, edge.priority)
        if ranking:
            self._rank(edge.priority, name)
            return
        first = self.codes.spontaneous[edge.number].first
        self._take(Option(edge, first + 1, 0, False), name)

    def _take(self, option: Option, mask: str, first: int = 0) -> None:
        """The steps in which an edge goes alone: one for each set of variants that update alike."""
        edge = option.edge
        code = self._code(edge.process, replace(option, base=first + option.base))
        with self.text.block(f"if {mask}"):
            for which, writes in self.updates(edge):
                effect = self.effects.of(edge, writes, Shared({}, 0, ()), gathers=option.gathers)
                here = self._within(mask, which)
                if here != mask:
                    self.text.line(f"x = {here}")
                self.most += 1
                found = "x" if here != mask else mask
                with self._where("x" if here != mask else ""):
                    with self._where(effect.ok or ""):
                        self._add(code, f"p {effect.change}".strip(), found)
                    if effect.ok:
                        with self.text.block("else"):
                            self._add(f"-1 - SIGHTS - ({code})", "p", found)

    def _alone(self, kind: Kind, process: int, *, ranking: bool) -> None:
        """An action that only one process mentions."""
        assert kind.action is not None
        action = self.system.actions[kind.action]
        for stand in self.stands(kind.action, process):
            with self._where(self._at(process, stand.leaves)):
                self.text.line(self._standing(process, stand))
                options = {option.edge.number: option for option in stand.options}
                for edge, name in self._enabled([option.edge for option in stand.options], "m"):
                    priority = self._priority(action, edge)
                    if action.urgent and (ranking or not self.ranked):
                        self.text.line(f"blocked |= {name}")
                    if ranking:
                        self._rank(priority, name)
                        continue
                    self._below(name, priority)
                    if action.strategy:
                        self.text.line(f"c{kind.action} |= {name}")
                    self._take(options[edge.number], name, kind.first)

    # --- what follows the discrete steps ------------------------------------------------------

    def _rivals(self, strategies: Sequence[int]) -> None:
        for one, other in combinations(strategies, 2):
            if self.system.actions[one].rivals(self.system.actions[other]):
                self.text.line(f"x = c{one} & c{other}")
                with self.text.block("if x"):
                    self._notice(Rivals(one, other), "x")

    def _delay(self) -> None:
        """One unit passes, unless something is urgent or a deadline is reached."""
        self.text.line("# one unit of time passes", "w = m & ~blocked")
        for process in self.system.processes:
            if process.urgent:
                leaves = " or ".join(
                    f"{self.names[process.slot]} == {k}" for k in sorted(process.urgent)
                )
                with self.text.block(f"if {leaves}"):
                    self.text.line("w = 0")
        for edge in self.system.edges:
            if edge.forced is not None and self._cases(edge.forced):
                with self.text.block(f"if {self.names[edge.process]} == {edge.leaf}"):
                    self._truth("held", edge.forced, "w", None)
                    self.text.line("w &= ~held")
        with self.text.block("if w"):
            self._pass_time()

    def _pass_time(self) -> None:
        pauses = [c for c in self.system.clocks if c.paused is not None]
        if len(pauses) > PAUSES:
            raise TooWide(f"{len(pauses)} clocks that pause")
        for k, clock in enumerate(pauses):
            assert clock.paused is not None
            self._truth(f"z{k}", clock.paused, "w", PauseFault(k))
        advance = {c.slot: self._advance(c.slot, c.process, c.leaves) for c in self.system.clocks}
        self.most += 1 << len(pauses)
        for still in product((False, True), repeat=len(pauses)):
            chosen = [f"{'' if stands else '~'}z{k}" for k, stands in enumerate(reversed(still))]
            standing = {c.slot for c, stands in zip(pauses, reversed(still), strict=True) if stands}
            self.text.line(f"x = {' & '.join(['w', *chosen])}")
            with self.text.block("if x"):
                running = [amount for slot, amount in advance.items() if slot not in standing]
                self._add("0", " + ".join(["p", *running]), "x")

    def _advance(self, slot: int, process: int | None, leaves: frozenset[int]) -> str:
        """What a unit of time adds for a clock: it stops just above its limit."""
        field, info = self.packing.fields[slot], self.system.slots[slot]
        tests = [f"{self.names[slot]} < {info.high}"]
        if process is not None and len(leaves) < len(self.system.processes[process].leaves):
            inside = " or ".join(f"{self.names[process]} == {k}" for k in sorted(leaves))
            tests.insert(0, f"({inside})" if len(leaves) > 1 else inside)
        return f"({field.weight} if {' and '.join(tests)} else 0)"
