"""A shortest run to what a property asks about, found again on the whole system.

A reduction that leaves orders of steps out knows which states can be reached, but not how soon.
"""

from collections.abc import Callable, Mapping
from typing import Any

from fsm.check.task import Task
from fsm.explore.emit import Values, predicate
from fsm.explore.graph import Path
from fsm.explore.space import Limits, StepFunction, exceeded
from fsm.logic.claim import claim_of
from fsm.logic.decide import Decision, Witness
from fsm.model import Pattern, Property
from fsm.semantics.layout import encode

MOST = 100_000  # states to look at
EVERY = 1_000  # states between two looks at the limits


class Shortest:
    """Shows decisions about states; `all_shortest` is False once it had to give up."""

    def __init__(self, task: Task, whole: StepFunction) -> None:
        self.task, self.whole, self.all_shortest = task, whole, True

    def shown(self, property_: Property, decision: Decision) -> Witness:
        """A way to show the decision by a run that is as short as any."""
        known, states = decision.witness, list[Values]()

        def find(variant: int) -> Path | None:
            path = known.find(variant)
            if path is None:
                return None
            found = self._search(self._goal(property_, decision, variant), variant, len(path.steps))
            if found is None:
                states[:] = [known.state_of(node) for node in path.nodes]
                return Path(tuple(range(len(path.nodes))), path.steps, path.loop)
            path, states[:] = found
            return path

        return Witness(find, states.__getitem__)

    def _goal(
        self, property_: Property, decision: Decision, variant: int
    ) -> Callable[[Values], bool]:
        types = {f.name: f.type for f in property_.each}
        env = {name: encode(value, types[name]) for name, value in decision.each}
        task = self.task
        claim = claim_of(property_, env, task.system, task.lowering)
        special = next(
            node for mask, node in task.variants.cases(claim.subject) if mask >> variant & 1
        )
        test = predicate(special)
        wanted = property_.pattern is not Pattern.ALWAYS

        def goal(state: Values) -> bool:
            return bool(test(state)) == wanted

        return goal

    def _search(
        self, goal: Callable[[Values], bool], variant: int, least: int
    ) -> tuple[Path, list[Values]] | None:
        """A path with fewer than `least` steps, and its states; None where there is none, or where
        looking for one goes too far. Breadth-first, in one variant."""
        whole, bit = self.whole, 1 << variant
        limits = Limits(None, self.task.limits.deadline, self.task.limits.memory)
        parent: dict[Any, tuple[Any, int] | None] = {
            state: None for state, mask in whole.initial() if mask & bit
        }
        level, depth = list(parent), 0
        while level and depth < least:
            following = []
            for state in level:
                if goal(whole.values(state)):
                    return self._path(parent, state)
                if len(parent) > MOST or (len(parent) % EVERY == 0 and exceeded(limits)):
                    self.all_shortest = False
                    return None
                for step, target, _ in whole.of(state, bit):
                    if target not in parent:
                        parent[target] = state, step
                        following.append(target)
            level, depth = following, depth + 1
        return None

    def _path(
        self, parent: Mapping[Any, tuple[Any, int] | None], last: Any
    ) -> tuple[Path, list[Values]]:
        states, steps = [self.whole.values(last)], list[int]()
        while (link := parent[last]) is not None:
            last, step = link
            states.append(self.whole.values(last))
            steps.append(step)
        states.reverse()
        return Path(tuple(range(len(states))), tuple(reversed(steps))), states
