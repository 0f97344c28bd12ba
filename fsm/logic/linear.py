"""What a property says of runs, as tables for machine code: what occurred, and an automaton."""

from collections.abc import Callable, Mapping
from typing import cast

from msgspec import Struct

from fsm.explore.codes import Codes
from fsm.explore.columns import Columns
from fsm.explore.compiled.product import Beside, letters_of, reading
from fsm.explore.defined import defined
from fsm.explore.emit import Values, predicate
from fsm.explore.variants import Variants
from fsm.expressions import Expr
from fsm.logic.automaton import Automaton, accepting_components
from fsm.logic.claim import operands
from fsm.logic.memories import DELAYED
from fsm.logic.tester import Tester
from fsm.logic.translate import translate
from fsm.model import Pattern, Property
from fsm.semantics.ir import TRUE, Node
from fsm.semantics.lower_expressions import Lowering
from fsm.semantics.lowered import System
from fsm.spec.patterns import formula_of
from fsm.temporal import Compound, Temporal, TOp, renamed, tests

MEMORIES = 1_000

_MEANING = {
    Pattern.NEVER: "absence", Pattern.REACHABLE: "absence", Pattern.AT_MOST: "absence",
    Pattern.ALWAYS: "universality", Pattern.EVENTUALLY: "existence", Pattern.RESPONSE: "response",
    Pattern.PRECEDENCE: "precedence",
}  # fmt: skip


def formula(property_: Property) -> Temporal | None:
    """The linear formula that a property is (of `reachable`: that it never is); its tests are
    expressions. None where it is none: CTL, `can_always`, a bound of time."""
    if property_.pattern is Pattern.LTL:
        return property_.formula
    if property_.within is not None or property_.pattern not in _MEANING:
        return None
    subject, trigger = operands(property_)
    letters = {"p": subject} if trigger is None else {"p": trigger, "s": subject}
    return renamed(formula_of(_MEANING[property_.pattern]), lambda name: letters[str(name)])


class Linear(Struct, frozen=True):
    """A formula for one value of `each`: the automaton of its negation, over tests that are read
    with each memory of what occurred, by number; 0 is that at the start."""

    automaton: Automaton
    letters: tuple[int | None, ...]
    after: tuple[tuple[int, ...], ...]
    tests: tuple[tuple[Node, ...], ...]

    @property
    def nodes(self) -> list[Node]:
        """All that is read of states."""
        return list(dict.fromkeys(node for row in self.tests for node in row))

    @property
    def total(self) -> bool:
        """Has every test a value, in whatever state?"""
        return all(defined(node) == TRUE for node in self.nodes)

    @property
    def ends(self) -> frozenset[int]:
        """The states in which the automaton accepts whatever follows."""
        return frozenset(filter(self.automaton.accepts_all, range(len(self.automaton.edges))))

    @property
    def is_safety(self) -> bool:
        """Does every violation show in a finite run?"""
        return accepting_components(self.automaton) <= self.ends

    def beside(self, system: System, codes: Codes) -> Beside:
        """The tables, with steps by their codes."""
        delay = self.letters.index(DELAYED) if DELAYED in self.letters else 0
        edges = tuple(
            tuple((e.letters, e.marks, e.target) for e in edges) for edges in self.automaton.edges
        )
        return Beside(
            self.after, letters_of(codes, system, self.letters, delay), self.tests, edges,
            self.ends, accepting_components(self.automaton) - self.ends, self.automaton.marks,
        )  # fmt: skip

    def start(self, variants: Variants) -> Callable[[Values, int], list[tuple[int, int]]]:
        """A function that gives the states of the automaton after the first moment, in which a run
        is in a state in some variants, and the variants of each."""
        names = [f"v{k}" for k in range(len(self.tests[0]))]
        read = [_truth(node, variants) for node in self.tests[0]]
        head = f"lambda {', '.join(['x', *names])}: "
        edges = [
            (edge.target, eval(head + reading(edge.letters, names)))
            for edge in self.automaton.edges[0]
        ]

        def states(values: Values, mask: int) -> list[tuple[int, int]]:
            true = [mask & test(values) for test in read]
            found: dict[int, int] = {}
            for target, where in edges:
                found[target] = found.get(target, 0) | where(mask, *true)
            return [(target, m) for target, m in found.items() if m]

        return states


def linear(
    name: str, formula: Temporal, env: Mapping[str, int], system: System, lowering: Lowering,
    variants: Variants,
) -> Linear | None:  # fmt: skip
    """Lower a formula of a property; None where there would be more than `MEMORIES` memories."""
    asked = cast(tuple[Expr, ...], tests(formula))
    tester = Tester(name, asked, env, system, lowering, Columns((), variants))
    memories = tester.memories
    number = {memories.start: 0}
    order, after = [memories.start], []
    for memory in order:  # grows while it is read
        following = [memories.after(memory, letter) for letter in memories.letters]
        for found in following:
            if found not in number:
                number[found] = len(order)
                order.append(found)
        after.append(tuple(number[found] for found in following))
        if len(order) > MEMORIES:
            return None
    read = tuple(tuple(tester.settled(k, m) for k in range(len(asked))) for m in order)
    automaton = translate(Compound(TOp.NOT, (formula,)))
    return Linear(automaton, memories.letters, tuple(after), read)


def _truth(node: Node, variants: Variants) -> Callable[[Values], int]:
    cases = [(mask, predicate(special)) for mask, special in variants.cases(node)]
    return lambda values: sum(mask for mask, test in cases if test(values))
