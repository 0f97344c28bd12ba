"""What an imported machine is claimed to do: properties to begin with, named `generated_…`.

A `transitions.Machine` states no properties. These are what its author most likely wants, that it
can always end and that timeouts fire; and each machine gets one that runs can show.
"""

from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct

from fsm.interop.transitions_order import dead_ends, places
from fsm.interop.transitions_reading import Edge, MachineRead, Path, StateRead, is_in, related
from fsm.spec.unparse import duration_text

Claims = dict[str, object]


class Words(Struct, frozen=True):
    """How the spec calls things. `ids` of states, `rests` of outer states that enter no inner one,
    `triggers`; `flags` say whether the timer of a state runs, `calls` what it tries when it calls;
    `start` is the state that only chooses where to begin, "" if there is none."""

    name: str
    ids: Mapping[Path, str]
    rests: Mapping[Path, str]
    triggers: Mapping[str, str]
    flags: Mapping[Path, str]
    calls: Mapping[Path, tuple[Edge, ...]]
    start: str
    descent: Callable[[Path], Path]  # the innermost state that is entered with a state


def claims(read: MachineRead, words: Words) -> Claims:
    """The properties, as a spec has them; {} for a machine that never does anything."""
    return {**_ends(read, words), **_timeouts(read, words)}


def _ends(read: MachineRead, words: Words) -> Claims:
    """It can end, and always still can; or else begin anew, if nothing is an end."""
    ends = [s.path for s in read.states if s.final] or dead_ends(read)
    wanted = ends or [read.starts[0]]
    if _everywhere(wanted, read):
        return _acts(read, words)  # it never is elsewhere, so that would say nothing
    if ends:
        where = f"{words.name} in {{{', '.join(words.rests.get(p, words.ids[p]) for p in ends)}}}"
        return {
            "generated_can_end": {
                "zh": "能够结束（自动生成）", "en": "It can come to an end (generated)",
                "reachable": where},
            "generated_can_always_end": {
                "zh": "无论何时都仍能结束（自动生成）",
                "en": "It can always still come to an end (generated)",
                "can_always": where},
        }  # fmt: skip
    starts = [words.ids[path] for path in read.starts]
    first, around = starts[0], ", ".join([words.start, *starts] if words.start else starts)
    leave: Claims = {"generated_can_leave_its_start": {
        "zh": "能够离开起点（自动生成）", "en": "It can leave where it starts (generated)",
        "reachable": f"not ({words.name} in {{{around}}})"}}  # fmt: skip
    return {
        **(_acts(read, words) if _everywhere(read.starts, read) else leave),
        "generated_can_always_begin_anew": {
            "zh": "无论何时都仍能回到起点（自动生成）",
            "en": "It can always come back to where it starts (generated)",
            "can_always": f"{words.name} in {{{first}}}"},
    }  # fmt: skip


def _everywhere(states: Iterable[Path], read: MachineRead) -> bool:
    """Is the machine in one of these states, wherever it is?"""
    return all(any(is_in(state, place) for state in states) for place in places(read))


def _acts(read: MachineRead, words: Words) -> Claims:
    triggers = dict.fromkeys(edge.trigger for edge in read.edges)
    if not triggers:
        return {}
    return {"generated_can_do_something": {
        "zh": "会有触发器起作用（自动生成）", "en": "Some trigger does something (generated)",
        "reachable": " or ".join(f"fired({words.triggers[t]})" for t in triggers)}}  # fmt: skip


def _timeouts(read: MachineRead, words: Words) -> Claims:
    """A state is left in time, or its timer is off by then. Where a trigger enters it anew, so that
    its timer begins anew, that trigger will do as well."""
    found: Claims = {}
    for state in read.states:
        edges = words.calls.get(state.path, ())
        again = _entered_anew(state, read, words)
        if not edges or any(edge.trigger not in words.triggers for edge in edges if edge in again):
            continue  # no deadline; or entered anew by a generated trigger, which is no event
        own, time = words.ids[state.path], duration_text(state.timeout)
        flag = words.flags.get(state.path)
        parts = [f"{words.name} in {{{own}}}", *([f"{words.name}.{flag}"] if flag else [])]
        if flag and not words.start and _everywhere([state.path], read):
            del parts[0]  # it goes without saying
        here = " and ".join(parts)
        triggers = dict.fromkeys(words.triggers[edge.trigger] for edge in again)
        over = " or ".join([f"not ({here})", *(f"fired({trigger})" for trigger in triggers)])
        found[f"generated_{own}_times_out"] = {
            "zh": f"「{state.words}」的定时器在 {time} 内起作用（自动生成）",
            "en": f"The timer of {state.words} fires within {time} (generated)",
            "after": here, "eventually": over, "within": time,
        }  # fmt: skip
    return found


def _entered_anew(state: StateRead, read: MachineRead, words: Words) -> list[Edge]:
    """What may enter the state from within, its own timer included."""
    edges = [*read.edges, *words.calls.get(state.path, ())]
    return [
        edge
        for edge in edges
        if edge.target
        and related(edge.source, state.path)
        and is_in(edge.target, state.path)
        and is_in(state.path, words.descent(edge.target))
    ]
