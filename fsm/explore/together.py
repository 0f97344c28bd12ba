"""Steps in which several processes take part, as Python source: what each of them can do is worked
out once, then combined.

A process that has one way to go along, or else stays as it is, whatever the variant, adds what it
changes as numbers. One that may have several ways at once lists them in scratch arrays, and loops
go through the lists.
"""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from itertools import combinations
from math import prod

from msgspec import Struct
from msgspec.structs import replace

from fsm.explore.codes import GuardFault, Ignored, Kind
from fsm.explore.effects import FAULTY, Effect, Shared, shared_slots
from fsm.explore.pieces import Pieces, in_turn
from fsm.explore.stands import Option, Stand
from fsm.semantics.ir import TRUE, conjunction
from fsm.semantics.lowered import Action


class _Part(Struct, frozen=True):
    """One process. `needed`: no step goes without it. `effects` of each edge, by variants. `room`:
    where its list begins; None where it has none."""

    place: int
    process: int
    stands: list[Stand]
    needed: bool
    effects: Mapping[int, list[tuple[int, Effect]]]
    room: int | None

    @property
    def touches(self) -> bool:
        """May an update fault, or touch what another may touch?"""
        return any(e.ok or e.touch != "0" for cases in self.effects.values() for _, e in cases)


class _Share(Struct, frozen=True):
    """What a process adds: `base` and `code` to the code of the step, `change` to the state,
    `touch` to the bits of what is touched, "" for nothing. `mask`: the variants in which it does,
    if not in all that are left."""

    base: int = 0
    code: str = ""
    change: str = ""
    touch: str = ""
    mask: str = ""


class Together(Pieces):
    """Writes the steps of actions that several processes mention."""

    def together(self, kind: Kind, *, ranking: bool) -> None:
        """Collect what each process can do, then combine it.

        `u` holds the variants in which every process so far has an option; `some`, where no
        process is needed, those in which at least one takes part.
        """
        assert kind.action is not None
        action = self.system.actions[kind.action]
        parts, shared = self._parts(kind.action)
        absent = next((k for k, p in enumerate(parts) if p.needed and not p.stands), None)
        if absent is not None:
            if not ranking:
                self._never(parts[:absent])
            return
        if not any(part.stands for part in parts):
            return
        free = not any(part.needed for part in parts)
        if ranking:
            parts = [part for part in parts if free or part.needed or self._may_be_noted(part)]
        else:
            self.most += prod(self._ways(part.stands, idle=not part.needed) for part in parts)
        if free:
            self.text.line("u = m", "some = 0")
        shares: list[_Share] = []
        with ExitStack() as nest:
            for k, part in enumerate(parts):
                within = "u" if any(before.needed for before in parts[:k]) else "m"
                if part.needed and len(part.stands) == 1:
                    self._begin(part.process, part.stands[0], nest)
                part = self._possible(part)
                if ranking:
                    self._sound(part, within, free=free)
                elif part.room is None:
                    shares.append(self._added(action, part, within, free=free))
                else:
                    shares.append(self._listed(action, part, within, free=free))
                if part.needed:
                    nest.enter_context(self.text.block("if u"))
            if free:
                self.text.line("u &= some")
            if action.urgent and (ranking or not self.ranked):
                self.text.line("blocked |= u")
            if ranking:
                self._rank_together(kind.action)
            else:
                self._combine(kind, parts, shares, shared)

    def _never(self, parts: list[_Part]) -> None:
        """No step comes of it, as all are needed and one of those that follow can never go along.
        What these meet when they are asked before it is noticed all the same."""
        while parts and not self._may_be_noted(parts[-1]):
            parts.pop()
        with ExitStack() as nest:
            for k, part in enumerate(parts):
                if k:
                    nest.enter_context(self.text.block("if u"))
                self._sound(self._possible(part), "u" if k else "m", free=False)

    def _begin(self, process: int, stand: Stand, nest: ExitStack) -> None:
        """The rest holds where the process stands there, and asks no more what it asks."""
        nest.enter_context(self._staying(process, stand.leaves))
        if len(stand.options) == 1:
            nest.enter_context(self._asking(stand.options[0].edge))

    def _possible(self, part: _Part) -> _Part:
        """The part with what it may do at this place."""
        here = self.here.get(part.process)
        if here is None:
            return part
        return replace(part, stands=[s for s in part.stands if here.intersection(s.leaves)])

    # --- what there is to combine -------------------------------------------------------------

    def _parts(self, number: int) -> tuple[list[_Part], Shared]:
        action = self.system.actions[number]
        groups = [self.stands(number, p) for p in action.mentioned]
        shared = shared_slots(
            self.system, ((o.edge for stand in group for o in stand.options) for group in groups)
        )
        parts, room = list[_Part](), 0
        for place, (process, group) in enumerate(zip(action.mentioned, groups, strict=True)):
            needed = action.sync_all or process == action.owner
            receptive = not needed and self.system.processes[process].receptive
            if not (needed or group or receptive):
                continue  # it never goes along
            options = [option for stand in group for option in stand.options]
            effects = {
                o.edge.number: [
                    (which, self.effects.of(o.edge, writes, shared, gathers=o.gathers))
                    for which, writes in self.updates(o.edge)
                ]
                for o in options
            }
            sole = len(options) == len(group) and all(len(e) == 1 for e in effects.values())
            sure = needed or (not receptive and all(map(self._is_sure, options)))
            parts.append(
                _Part(place, process, group, needed, effects, None if sole and sure else room)
            )
            if not (sole and sure):
                room += self._ways(group, idle=True)
        self.scratch = max(self.scratch, room)
        return parts, shared

    def _is_sure(self, option: Option) -> bool:
        """Does its guard have one value, the same in all variants?"""
        ((which, _, exists), *others) = self._cases(option.edge.enabled)
        return which == self.variants.everything and not others and exists == TRUE

    def _may_be_noted(self, part: _Part) -> bool:
        """May reading a guard meet a fault?"""
        return not all(self._has_value(o.edge) for stand in part.stands for o in stand.options)

    def _ways(self, group: Sequence[Stand], *, idle: bool) -> int:
        """How many options a process has at most, with one for staying as it is."""
        each = (sum(len(self.updates(o.edge)) for o in stand.options) for stand in group)
        return max(each, default=0) + idle

    # --- what each process can do -------------------------------------------------------------

    def _sound(self, part: _Part, within: str, *, free: bool) -> None:
        """Only in which variants it can go along, of those in which it is asked."""
        found = "u" if within == "m" else "w"
        if part.needed:
            self.text.line(f"{found} = 0")
        for stand in part.stands:
            with self._where(self._at(part.process, stand.leaves)):
                for _, name in self._enabled([option.edge for option in stand.options], within):
                    if part.needed:
                        self.text.line(f"{found} |= {name}")
                    elif free:
                        self.text.line(f"some |= {name}")
        if part.needed and found != "u":
            self.text.line(f"u = {found}")

    def _added(self, action: Action, part: _Part, within: str, *, free: bool) -> _Share:
        """What a process adds that has one option at most."""
        found = "u" if within == "m" or self._always(part) else "w"
        plain = self._plain(part)
        if not part.needed and plain is None:
            self.text.line(*(f"{name}{part.place} = 0" for name in self._kept(part)))
        elif part.needed and not self._always(part):
            self.text.line(f"{found} = 0")
        for stand in part.stands:
            (option,) = stand.options
            edge = option.edge
            tests = [self._at(part.process, stand.leaves)]
            if not part.needed:
                tests.append(self._guard(option))
            with self._where(" and ".join(filter(None, tests))):
                self.text.line(self._standing(part.process, stand))
                if part.needed:
                    if part.process == action.owner:
                        self._sole(found, edge, self._priority(action, edge))
                    else:
                        self._truth(found, edge.enabled, within, GuardFault(edge.number))
                    if plain is None:
                        with self.text.block(f"if {found}"):
                            self._keep(part, option)
                    continue
                if free:
                    self.text.line("some = m")
                if plain is None:
                    self._keep(part, option)
        if part.needed and found != "u":
            self.text.line(f"u = {found}")
        if plain is not None:
            return plain
        names, at = self._kept(part), part.place
        return _Share(
            0, f"s{at}", f"+ d{at}" if "d" in names else "", f"f{at}" if "f" in names else ""
        )

    def _always(self, part: _Part) -> bool:
        """Can it do the same in all its leaves?"""
        return len(part.stands) == 1 and not self._at(part.process, part.stands[0].leaves)

    def _plain(self, part: _Part) -> _Share | None:
        """What it adds, where that is the same whenever anything is combined."""
        if len(part.stands) != 1:
            return None
        (stand,) = part.stands
        (option,) = stand.options
        ((_, effect),) = part.effects[option.edge.number]
        if effect.ok or effect.touch != "0":
            return None
        if not part.needed and (self._at(part.process, stand.leaves) or self._guard(option)):
            return None
        return _Share(option.base, self._steps(part.process, option), effect.change)

    def _guard(self, option: Option) -> str:
        ((_, special, _),) = self._cases(option.edge.enabled)
        asked = conjunction(*self._unknown(in_turn(special)))
        return "" if asked == TRUE else self._source(asked)

    def _kept(self, part: _Part) -> str:
        """The names, of s, d and f, that the process needs: for code, change and touch."""
        changes = any(e.change for cases in part.effects.values() for _, e in cases)
        return f"s{'d' if changes else ''}{'f' if part.touches else ''}"

    def _keep(self, part: _Part, option: Option) -> None:
        ((_, effect),) = part.effects[option.edge.number]
        names = self._kept(part)
        at = part.place
        self.text.line(f"s{at} = {self._code(part.process, option)}")
        with self._where(effect.ok or ""):
            if "d" in names:
                self.text.line(f"d{at} = {effect.change.removeprefix('+ ') or '0'}")
            if "f" in names:
                self.text.line(f"f{at} = {effect.touch}")
        if effect.ok:
            with self.text.block("else"):
                self.text.line(f"f{at} = {FAULTY}")

    def _listed(self, action: Action, part: _Part, within: str, *, free: bool) -> _Share:
        """The options of a process, one after the other: its edges, and to stay as it is."""
        at, found = part.place, "u" if within == "m" else "w"
        self.text.line(f"n{at} = 0", f"{found} = 0" if part.needed else f"w{at} = m")
        for stand in part.stands:
            with self._where(self._at(part.process, stand.leaves)):
                self.text.line(self._standing(part.process, stand))
                options = {option.edge.number: option for option in stand.options}
                for edge, name in self._enabled([option.edge for option in stand.options], within):
                    if not part.needed:
                        self.text.line(f"w{at} &= ~{name}")
                    if part.process == action.owner:
                        self._below(name, self._priority(action, edge))
                    if part.needed:
                        self.text.line(f"{found} |= {name}")
                    elif free:
                        self.text.line(f"some |= {name}")
                    self._offer(part, options[edge.number], name)
        if not part.needed:
            with self.text.block(f"if w{at}"):
                self._put(part, "0", "", f"w{at}", "0")
        elif found != "u":
            self.text.line(f"u = {found}")
        touch = f"of[i{at}]" if part.touches else ""
        return _Share(0, f"oc[i{at}]", f"+ od[i{at}]", touch, f"om[i{at}]")

    def _offer(self, part: _Part, option: Option, mask: str) -> None:
        code = self._code(part.process, option)
        with self.text.block(f"if {mask}"):
            for which, effect in part.effects[option.edge.number]:
                here = self._within(mask, which)
                if here != mask:
                    self.text.line(f"x = {here}")
                found = "x" if here != mask else mask
                with self._where("x" if here != mask else ""):
                    if effect.ok is None:
                        self._put(part, code, effect.change, found, effect.touch)
                        continue
                    with self.text.block(f"if {effect.ok}"):
                        self._put(part, code, effect.change, found, effect.touch)
                    with self.text.block("else"):
                        self._put(part, code, "", found, str(FAULTY))

    def _put(self, part: _Part, code: str, change: str, mask: str, touch: str) -> None:
        at = f"{part.room} + n{part.place}" if part.room else f"n{part.place}"
        self.text.line(f"oc[{at}] = {code}", f"om[{at}] = {mask}")
        if part.touches:
            self.text.line(f"of[{at}] = {touch}")
        self.text.line(f"od[{at}] = {change.removeprefix('+ ') or '0'}", f"n{part.place} += 1")

    # --- the steps ----------------------------------------------------------------------------

    def _combine(
        self, kind: Kind, parts: Sequence[_Part], shares: Sequence[_Share], shared: Shared
    ) -> None:
        """Every choice of one option a process; the last varies fastest."""
        assert kind.action is not None
        action = self.system.actions[kind.action]
        if action.owner is None:
            self._below("u", action.priority)
        if action.strategy:
            self.text.line(f"c{kind.action} |= u")
        for part in parts:
            if not part.needed and self.system.processes[part.process].receptive:
                idle = f"w{part.place} & u"
                with self.text.block(f"if {idle}"):
                    self._notice(Ignored(part.process, action.event), idle)
        with ExitStack() as nest:
            if action.owner is None and self._allowed(action.priority) != "m":
                nest.enter_context(self.text.block("if u"))  # it may have given way
            for part in parts:
                if part.room is not None:
                    bounds = f"{part.room}, {part.room} + n{part.place}"
                    bounds = bounds if part.room else f"n{part.place}"
                    loop = f"for i{part.place} in range({bounds})"
                    nest.enter_context(self.text.block(loop))
            masks = [share.mask for share in shares if share.mask]
            if masks:
                self.text.line(f"x = {' & '.join(['u', *masks])}")
                nest.enter_context(self.text.block("if x"))
            base = kind.first + sum(share.base for share in shares)
            code = " + ".join([str(base), *(share.code for share in shares if share.code)])
            if action.owner is None and not action.sync_all:
                self.text.line(f"t = {code}")
                nest.enter_context(self.text.block(f"if t != {kind.first}"))
                code = "t"
            faulty = any(e.ok for p in parts for cases in p.effects.values() for _, e in cases)
            self._emit(code, "x" if masks else "u", shares, shared, faulty=faulty)

    def _emit(
        self, code: str, mask: str, shares: Sequence[_Share], shared: Shared, *, faulty: bool
    ) -> None:
        moved = " ".join(["p", *(share.change for share in shares if share.change)])
        touches = [share.touch for share in shares if share.touch]
        if faulty or shared.clocks:
            self.text.line(f"bits = {' | '.join(touches)}")
        tests = [f"bits & {FAULTY}"] if faulty else []
        if shared.variables:
            clash = " | ".join(f"{a} & {b}" for a, b in combinations(touches, 2))
            tests += [f"({clash}) & {shared.variables}"] if clash else []
        if tests:
            with self.text.block(f"if {' or '.join(tests)}"):
                self._add(f"-1 - SIGHTS - ({code})", "p", mask)
        with self.text.block("else") if tests else self._where(""):
            for slot in shared.clocks:
                moved += f" - ({self.effects.reset(slot)} if bits & {shared.bits[slot]} else 0)"
            self._add(code, moved, mask)

    def _rank_together(self, number: int) -> None:
        action = self.system.actions[number]
        if action.priority is not None or action.owner is None:
            self._rank(action.priority, "u")
            return
        for stand in self.stands(number, action.owner):
            with self._where(self._at(action.owner, stand.leaves)):
                for option in stand.options:
                    self._rank(option.edge.priority, f"e{option.edge.number} & u")
