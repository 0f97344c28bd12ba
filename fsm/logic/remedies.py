"""Which weak fairness, if the spec stated it, would make a liveness property hold."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from msgspec import Struct

from fsm.semantics.lowered import System

C = TypeVar("C")  # what fairness is to an engine


class Party(Struct, frozen=True):
    """What a spec may call fair: an event as it is declared, with all its copies, or a machine."""

    name: str
    machine: bool = False


Remedy = tuple[Party, ...]  # those whose weak fairness would remove every violation; () if none


def parties(
    system: System, of_event: Callable[[int], C], of_process: Callable[[int], C],
    obliges: Callable[[C], bool],
) -> dict[Party, list[C]]:  # fmt: skip
    """All for which the spec states no fairness, events first, each with what it would oblige to:
    a constraint for each copy, but for those that oblige to nothing."""
    found: dict[Party, list[C]] = {}
    for number, event in enumerate(system.events):
        if event.fair is None:
            found.setdefault(Party(event.declared), []).append(of_event(number))
    for process in system.processes:
        if process.fair is None:
            party = Party(process.machine, machine=True)
            found.setdefault(party, []).append(of_process(process.slot))
    kept = {party: [c for c in all_ if obliges(c)] for party, all_ in found.items()}
    return {party: constraints for party, constraints in kept.items() if constraints}


def remedies(
    of: Mapping[Party, Sequence[C]], removed_by: Callable[[Sequence[C]], bool],
    hopeless: Callable[[Sequence[C]], bool] | None = None,
) -> Remedy:  # fmt: skip
    """The parties whose weak fairness would remove every violation; () if none would.

    A single one where one is enough, an event before a machine. Else a set from which none can be
    left out: of events alone, or, where that is smaller or there is none such, with machines.
    `hopeless` may tell for less that even all of it removes too little, where to add fairness never
    brings a violation back (which it may, for a formula of CTL).
    Complexity: at most three questions for each party.
    """

    def asked(chosen: Sequence[Party]) -> list[C]:
        return [constraint for party in chosen for constraint in of[party]]

    def enough(chosen: Sequence[Party]) -> bool:
        return removed_by(asked(chosen))

    def needed(chosen: Sequence[Party]) -> Sequence[Party]:
        # Invariant: what is chosen is enough. Whoever comes first is left out first.
        for party in list(chosen):
            rest = [other for other in chosen if other != party]
            if enough(rest):
                chosen = rest
        return chosen

    if not enough([*of]) if hopeless is None else hopeless(asked([*of])):
        return ()
    for party in of:
        if enough([party]):
            return (party,)
    if hopeless is not None and not enough([*of]):
        return ()
    with_machines = tuple(needed([*of]))
    events = [party for party in of if not party.machine]
    alone = tuple(needed(events)) if enough(events) else ()
    return alone if alone and len(alone) <= len(with_machines) else with_machines
