"""The machines of a run and what it remembers: one step moves all that take part, or none."""

from collections.abc import Mapping
from types import MappingProxyType

from fsm.errors import UsageError
from fsm.runtime.effects import Effects, apply_effects, effects_of
from fsm.runtime.errors import SpecFault
from fsm.runtime.machines import RuntimeMachine, build_machine, path, trigger_of
from fsm.runtime.memory import Memory
from fsm.runtime.options import Arm
from fsm.runtime.plan import Plan
from fsm.runtime.possible import Possible, possible_steps
from fsm.semantics.firing import Fault
from fsm.semantics.instances import clock_of
from fsm.semantics.trace import State


class Ensemble:
    """Every machine instance on the `transitions` library, with variables and clocks.

    It is the `Stage` on which the machines move. `version` counts the changes.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.memory = Memory(plan.instances.resolve)
        self._underway: dict[str, tuple[Arm, Effects]] = {}
        self._machines: dict[str, RuntimeMachine] = {
            process.name: build_machine(process, self) for process in plan.instances.processes
        }
        self.machines: Mapping[str, RuntimeMachine] = MappingProxyType(self._machines)
        self._possible: list[Possible] | None = None

    @property
    def moving(self) -> bool:
        """Is a step under way?"""
        return bool(self._underway)

    def place(self, state: State, now: int) -> None:
        """Put every machine, variable and clock where the state has it, `now` units after the
        start."""
        memory = Memory(self.plan.instances.resolve)
        memory.locations.update(state.snapshot.locations)
        memory.values.update(state.snapshot.values)
        memory.clocks.now = now
        for name, shown in state.clocks:
            memory.clocks.show(name, shown)
        self._remember(memory)

    def _remember(self, memory: Memory) -> None:
        self.memory = memory
        self.time_has_passed()
        for process in self.plan.instances.processes:
            machine = self._machines[process.name]
            machine.set_state(path(process, memory.locations[process.name]), machine)

    def time_has_passed(self) -> None:
        """What was possible before may no longer be."""
        self._possible = None

    def possible(self) -> list[Possible]:
        """Every discrete step that no priority excludes, faulty ones included."""
        if self._possible is None:
            self._possible = possible_steps(self.plan, self.memory)
        return self._possible

    def fault(self, step: Possible) -> Fault | None:
        """What the step would run into."""
        if step.fault is not None:
            return step.fault
        effects = effects_of(self.plan, self.memory, step.arms)
        return effects if isinstance(effects, Fault) else None

    def take(self, step: Possible, lang: str) -> None:
        """Take a step that is possible: each machine that takes part moves by its own trigger.

        Raises `SpecFault`, and `UsageError` F649 within another step. Where a callback of a
        machine raises, no machine has moved.
        """
        if self._underway:
            raise UsageError(
                "F649", "a step is under way: its callbacks cannot take another",
                "use runtime.on_step(…), which is called when the step is complete",
            )  # fmt: skip
        memory = self.memory
        effects = step.fault or effects_of(self.plan, memory, step.arms)
        if isinstance(effects, Fault):
            rules = dict.fromkeys(r for arm in step.arms for r in arm.part.transition.rules)
            raise SpecFault(effects, step.occurrence, tuple(rules), lang)
        before = memory.copy()
        pairs = zip(step.arms, effects, strict=True)
        self._underway = {arm.move.machine: (arm, effect) for arm, effect in pairs}
        try:
            for arm in step.arms:
                machine = self._machines[arm.move.machine]
                moved = machine.trigger_event(
                    machine, trigger_of(arm.part.transition), occurrence=step.occurrence
                )
                assert moved, "the transition that was chosen is let through"
        except BaseException:
            self._remember(before)
            raise
        finally:
            self._underway = {}
        self._possible = None

    # --- what the machines ask, and tell -----------------------------------------------------

    def is_chosen(self, process: str, transition: int) -> bool:
        """Does the step that is under way move this machine by this transition?"""
        part = self._underway.get(process)
        return part is not None and part[0].move.transition == transition

    def write(self, process: str) -> None:
        """Make the assignments and resets of its part in the step."""
        apply_effects(self._underway[process][1], self.memory)

    def entered(self, process: str, state: str, leaf: bool) -> None:
        """The machine is in this state, for the first time or anew: its time there begins."""
        self.memory.clocks.show(clock_of(process, state), 0)
        if leaf:
            self.memory.locations[process] = state

    def left(self, process: str, state: str) -> None:
        """The machine is no longer in this state."""
        self.memory.clocks.forget(clock_of(process, state))
