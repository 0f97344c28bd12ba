"""Structural findings: what every spec is checked for, whatever its properties."""

from collections.abc import Callable, Iterator, Sequence

from msgspec.structs import replace

from fsm.check.conditions import condition_of
from fsm.check.facts import Facts, Holder, Places, Region
from fsm.check.results import Finding, PropertyResult
from fsm.check.structure_time import TIMED_CODES, TimeStructure, name_of
from fsm.check.wording import describe, say
from fsm.errors import Position
from fsm.explore.successors import Fault
from fsm.explore.variants import Variants
from fsm.model import ConfigKind, Machine, Spec, Text
from fsm.semantics.layout import leaves_of
from fsm.semantics.lowered import Process, System

Sensitivity = tuple[tuple[str, tuple[str, ...]], ...]


class Structure:
    """The checks of one spec on what an engine tells; each method yields findings of one code."""

    def __init__(
        self, spec: Spec, system: System, variants: Variants, facts: Facts,
        beside: Callable[[], Facts | None] = lambda: None,
    ) -> None:  # fmt: skip
        """`beside` is asked about deadlines where `facts` do not tell of them."""
        self.spec, self.system, self.variants, self.facts = spec, system, variants, facts
        self.machines = {m.name: m for m in spec.all_machines()}
        self.about_time = facts
        self.deadlines = None if facts.undecided else facts.deadlines()
        if self.untold and (found := beside()) is not None:
            self.about_time, self.deadlines = found, found.deadlines()

    @property
    def untold(self) -> bool:
        """Does nobody tell what clocks do to transitions, where they may do something?"""
        return self.deadlines is None and self.system.unit is not None and not self.facts.undecided

    def findings(
        self, sensitivity: Sensitivity, *, whole: bool, ends: bool = True,
        results: Sequence[PropertyResult] = (),
    ) -> tuple[Finding, ...]:  # fmt: skip
        """Everything found, in the order of codes, with what the spec allows marked.

        `whole`: every property and variant was looked at, so absence means something. `ends`: every
        machine was, so that where nothing happens nothing can. `results` are verdicts in all
        variants.
        """
        found = [*self._faults(), *self._competing(), *self._ignored(), *self._cannot_start()]
        told: set[str] = set()
        if ends and not self.facts.undecided:
            found += [*self._dead_ends(), *self._timelocks(), *self._zeno()]
            if self.deadlines is not None:
                timed = TimeStructure(self.spec, self.variants, self.about_time, self.deadlines)
                found += timed.findings()
                told = set(map(name_of, self.deadlines.never()))
        if whole:
            if not self.facts.undecided:
                found += [*self._unreached(), *self._never_fired(told)]
            found += [*self._uncited(), *self._insensitive(sensitivity)]
        found += self._vacuous(results)
        return self._allowed(sorted(found, key=lambda f: f.code), whole)

    # --- S01, S02: what nothing reaches --------------------------------------------------------

    def _unreached(self) -> Iterator[Finding]:
        seen: dict[str, set[int]] = {}
        for process in self.system.processes:
            seen.setdefault(process.machine, set()).update(self.facts.leaves_met(process))
        for machine in self.spec.all_machines():
            for k, leaf in enumerate(leaves_of(machine)):
                if k not in seen[machine.name]:
                    state = next(s for s in machine.states if s.name == leaf)
                    subject = f"{machine.name}.{leaf}"
                    yield Finding("S01", subject, say("S01", subject=subject), state.at)

    def _never_fired(self, told: set[str]) -> Iterator[Finding]:
        """But for those of which a finding about time tells that, and why."""
        fired = {
            (self.system.processes[edge.process].machine, edge.transition)
            for edge in (self.system.edges[k] for k in self.facts.edges_taken())
        }
        for machine in self.spec.all_machines():
            for transition in machine.transitions:
                subject = name_of((machine.name, transition.number))
                if (machine.name, transition.number) not in fired and subject not in told:
                    words = say("S02", what=describe(machine, transition))
                    yield Finding("S02", subject, words, transition.at)

    # --- S03 to S05: where runs get stuck ------------------------------------------------------

    def _dead_ends(self) -> Iterator[Finding]:
        """States from which no discrete step can follow any more, however long one waits."""
        for name, outside in endings(self.spec, self.system):
            dead = self.facts.dead(outside)
            if outside is None:
                yield from self._at("S03", name, dead, self.spec.at, say("S03 no final"))
            else:
                words = say("S03", subject=name)
                yield from self._at("S03", name, dead, self.machines[name].at, words)

    def _timelocks(self) -> Iterator[Finding]:
        for holder, stuck in self.facts.timelocks():
            subject = self._name(holder)
            words = say("S04", subject=subject)
            yield from self._at("S04", subject, stuck, self._position(subject), words)

    def _name(self, holder: Holder) -> str:
        if holder is None:
            return self.spec.name
        process = self.system.processes[holder[0]]
        return f"{process.machine}.{process.leaves[holder[1]]}"

    def _zeno(self) -> Iterator[Finding]:
        """Loops from which no run leads to an instant at which time may pass.

        A loop that can be left is none of these: toggling something at one instant, a thousand
        times, is how dense time is, and liveness does not count such runs.
        """
        if self.system.unit is not None:
            yield from self._at("S05", self.spec.name, self.facts.zeno(), self.spec.at, say("S05"))

    # --- S06, S07, S11: what the search noted on the way ---------------------------------------

    def _faults(self) -> Iterator[Finding]:
        """One finding for each kind of fault and subject, in all variants in which some step has
        it; told of the first."""
        first: dict[tuple[str, str], tuple[Fault, int, Region]] = {}
        masks: dict[tuple[str, str], int] = {}
        for fault, value, region in self.facts.faults():
            key = fault.kind, fault.subject or self._transitions(fault) or self.spec.name
            first.setdefault(key, (fault, value, region))
            masks[key] = masks.get(key, 0) | region.mask
        for (kind, subject), (fault, value, region) in first.items():
            at = self._edge_position(fault.edges[0]) if fault.edges else self.spec.at
            where = self._transitions(fault)
            place = f" ({where})" if where and where != subject else ""
            words = say(f"S06 {kind}", subject=subject, value=value, where=place)
            everywhere = replace(region, mask=masks[kind, subject])
            yield self._told("S06", subject, everywhere, at, words)

    def _transitions(self, fault: Fault) -> str:
        edges = (self.system.edges[k] for k in fault.edges)
        names = (f"{self.system.processes[e.process].machine}:{e.transition}" for e in edges)
        return ", ".join(dict.fromkeys(names))

    def _competing(self) -> Iterator[Finding]:
        pairs: dict[str, Region] = {}
        for pair, region in self.facts.competing():
            events = (self.system.events[self.system.actions[a].event].declared for a in pair)
            subject = "+".join(events)
            known = pairs.get(subject, region)
            pairs[subject] = replace(known, mask=known.mask | region.mask)
        for subject, region in pairs.items():
            first, second = subject.split("+")
            at = next(e.at for s in self.spec.scopes() for e in s.events if e.name == first)
            yield self._told("S07", subject, region, at, say("S07", first=first, second=second))

    def _ignored(self) -> Iterator[Finding]:
        told: set[str] = set()
        for (process, event), region in self.facts.ignored():
            machine = self.machines[self.system.processes[process].machine]
            name = self.system.events[event].declared
            subject = f"{machine.name}:{name}"
            if subject not in told:
                told.add(subject)
                words = say("S11", machine=machine.name, event=name)
                yield self._told("S11", subject, region, machine.at, words)

    # --- S13: nothing to look at ---------------------------------------------------------------

    def _cannot_start(self) -> Iterator[Finding]:
        """Variants without an initial state: there every claim about all runs is empty."""
        missing = self.variants.everything & ~self.facts.started() & ~self.facts.undecided
        if missing:
            where = condition_of(self.variants, missing)
            spec = self.spec
            yield Finding("S13", spec.name, say("S13"), spec.at, None, where)

    # --- S08 to S10: what nothing needs --------------------------------------------------------

    def _uncited(self) -> Iterator[Finding]:
        cited = {rule for p in self.spec.properties for rule in p.rules}
        for scope in self.spec.scopes():
            cited.update(rule for event in scope.events for rule in event.rules)
            if isinstance(scope, Machine):
                cited.update(rule for state in scope.states for rule in state.rules)
                cited.update(rule for t in scope.transitions for rule in t.rules)
        for rule in self.spec.rules:
            if rule.name not in cited and not rule.not_modelled:
                yield Finding("S08", rule.name, say("S08", subject=rule.name), rule.at)

    def _insensitive(self, sensitivity: Sensitivity) -> Iterator[Finding]:
        at = {c.name: c for c in self.spec.configuration}
        for name, properties in sensitivity:
            if not properties:
                code = "S09" if at[name].kind is ConfigKind.SWITCH else "S10"
                yield Finding(code, name, say(code, subject=name), at[name].at)

    # --- S14: what holds of nothing ------------------------------------------------------------

    def _vacuous(self, results: Sequence[PropertyResult]) -> Iterator[Finding]:
        """Properties that hold in every variant because something never happens in any."""
        for result in results:
            reason = next((v for v in result.vacuous if v.everywhere), None)
            if reason is not None:
                name = result.property.name
                words = say(f"S14 {reason.role.value}", condition=reason.condition.text)
                yield Finding("S14", name, words, result.property.at)

    # --- what is common ------------------------------------------------------------------------

    def _at(
        self, code: str, subject: str, region: Region, at: Position, message: Text
    ) -> Iterator[Finding]:
        """A finding about a set of states; none if it is empty."""
        if region.mask:
            yield self._told(code, subject, region, at, message)

    def _told(
        self, code: str, subject: str, region: Region, at: Position, message: Text
    ) -> Finding:
        """A finding with the run that shows it."""
        where = condition_of(self.variants, region.mask)
        return Finding(code, subject, message, at, region.run(), where)

    def _edge_position(self, number: int) -> Position:
        edge = self.system.edges[number]
        machine = self.machines[self.system.processes[edge.process].machine]
        return machine.transitions[edge.transition].at

    def _position(self, subject: str) -> Position:
        machine, _, state = subject.rpartition(".")
        if machine not in self.machines:
            return self.spec.at
        return next(s.at for s in self.machines[machine].states if s.name == state)

    def _allowed(self, found: list[Finding], whole: bool) -> tuple[Finding, ...]:
        reasons = {(a.code, a.subject): a for a in self.spec.allow}
        marked = [
            replace(f, allowed=reasons[f.code, f.subject].because)
            if (f.code, f.subject) in reasons
            else f
            for f in found
        ]
        met = {(f.code, f.subject) for f in found}
        if whole and not self.facts.undecided:
            for key, allow in reasons.items():
                untold = self.deadlines is None and allow.code in TIMED_CODES
                if key not in met and not untold:
                    subject = " ".join(key)
                    words = say("S12", subject=subject)
                    marked.append(Finding("S12", subject, words, allow.at))
        return tuple(marked)


def endings(spec: Spec, system: System) -> Iterator[tuple[str, Places | None]]:
    """Where a run must end: for each machine, the slots of its copies with their final leaves; a
    spec without final states asks for nothing to end at all."""
    machines = {m.name: m for m in spec.all_machines()}
    finals = {p.slot: _final_leaves(machines[p.machine], p) for p in system.processes}
    if not any(finals.values()):
        yield spec.name, None
        return
    for name in machines:
        mine = [p.slot for p in system.processes if p.machine == name]
        yield name, [(slot, finals[slot]) for slot in mine if finals[slot]]


def _final_leaves(machine: Machine, process: Process) -> frozenset[int]:
    states = {s.name: s for s in machine.states}

    def final(name: str) -> bool:
        return bool(name) and (states[name].final or final(states[name].parent))

    return frozenset(k for k, leaf in enumerate(process.leaves) if final(leaf))
