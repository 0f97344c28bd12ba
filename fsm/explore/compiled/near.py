"""Which states may lead to a given one in a single step: those that differ from it in few slots. A
cheap test, before steps are computed, for whoever goes back."""

from fsm.explore.packing import Packing
from fsm.explore.text import Text
from fsm.semantics.lowered import Edge, System

AT_ONCE = 4  # slots that are compared before it is asked whether too many differ


def most_changed(system: System) -> int:
    """In how many slots a step changes a state at most. O(edges + what actions mention)."""
    most: dict[tuple[int | None, int], int] = {}  # by action and process
    for edge in system.edges:
        taken = edge.action, edge.process
        most[taken] = max(most.get(taken, 0), _changed(edge))
    alone = [changed for (action, _), changed in most.items() if action is None]
    together = [
        sum(most.get((number, process), 0) for process in action.mentioned)
        for number, action in enumerate(system.actions)
    ]
    return max([*alone, *together, len(system.clocks)])


def _changed(edge: Edge) -> int:
    moved = edge.target != edge.leaf
    return moved + len(edge.writes) + len(edge.restarts) + len(edge.resets)


def write_near(system: System, packing: Packing) -> str:
    """`near(p, t)`: may a step lead from p to t, as far as their slots tell?"""
    text = Text()
    most = most_changed(system)
    read = [place.read() for place in packing.fields]
    digits = [digit for digit in read if "p" in digit]
    with text.block("def near(p, t)"):
        text.line("d = 0")
        for first in range(0, len(digits), AT_ONCE):
            differ = (f"({d} != {d.replace('p', 't')})" for d in digits[first : first + AT_ONCE])
            text.line(f"d += {' + '.join(differ)}")
            if first + AT_ONCE > most:
                with text.block(f"if d > {most}"):
                    text.line("return 0")
        text.line("return 1")
    return str(text)


ANY = "def near(p, t):\n    return 1\n"  # where nothing is known
