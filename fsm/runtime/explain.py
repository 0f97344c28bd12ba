"""Why something is not possible now, in words of both languages, with the rules that say so."""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from fsm.errors import UsageError
from fsm.expressions import Scalar
from fsm.model import Text
from fsm.report.duration import say_duration
from fsm.runtime.deadlines import Block
from fsm.runtime.errors import NotPossible, TimeStuck, told
from fsm.runtime.memory import Memory
from fsm.runtime.options import Arm, Ear
from fsm.runtime.plan import Plan
from fsm.runtime.possible import measured
from fsm.semantics.instances import Faulted
from fsm.semantics.trace import Occurrence

_MOST_NAMED = 12  # events that a hint lists


class _Reason(Struct, frozen=True):
    """Why one transition does not happen."""

    text: Text
    rules: tuple[str, ...]


def unknown_event(plan: Plan, event: str, fields: Mapping[str, Scalar]) -> UsageError:
    """F640: the spec has no such event, or the event no such field or value."""
    occasion = plan.by_event.get(event)
    if occasion is None:
        names = ", ".join(plan.by_event) or "none"
        return UsageError("F640", f"there is no event '{event}'", f"events: {names}")
    for name, value in fields.items():
        values = next((f.values for f in occasion.event.event.fields if f.name == name), None)
        if values is None:
            names = ", ".join(f.name for f in occasion.event.event.fields) or "none"
            return UsageError("F640", f"'{event}' has no field '{name}'", f"fields: {names}")
        if value not in values:
            shown = ", ".join(map(str, values[:_MOST_NAMED]))
            return UsageError("F640", f"'{name}' cannot be '{value}'", f"it is one of {shown}")
    raise AssertionError("the event has these fields")


def not_possible(
    plan: Plan, memory: Memory, request: Occurrence, possible: tuple[str, ...], lang: str
) -> NotPossible:
    """F641: where the machines are that have to take part, why each of their transitions does not
    happen, and what can happen instead."""
    occasion = plan.by_event.get(request.event)
    wanted = {move.machine for move in request.moves}
    if occasion is None:
        ears = [ear for ear in plan.alone if ear.process.name in wanted]
    elif occasion.owner is None:
        ears = list(occasion.ears)
    else:
        ears = [e for e in occasion.ears if e.must or e.process.name == occasion.owner]
    told_of: list[Text] = []
    for ear in ears:
        place = memory.locations[ear.process.name]
        for reason in list(_reasons(ear, memory, request)) or [_elsewhere(ear)]:
            cited = f" ({', '.join(reason.rules)})" if reason.rules else ""
            told_of.append(Text(
                f"{ear.process.name} 处于 {place}：{reason.text.zh}{cited}",
                f"{ear.process.name} is in {place}: {reason.text.en}{cited}",
            ))  # fmt: skip
    what = told(request)
    named = ", ".join(possible[:_MOST_NAMED]) + (" …" if len(possible) > _MOST_NAMED else "")
    return NotPossible(Text(
        "\n  ".join([f"`{what}` 现在不能发生", *(text.zh for text in told_of)]),
        "\n  ".join([f"`{what}` cannot happen now", *(text.en for text in told_of)]),
    ), Text(
        f"现在可以发生：{named or '没有事件'}", f"possible now: {named or 'no event'}"
    ), possible, lang)  # fmt: skip


def _elsewhere(ear: Ear) -> _Reason:
    """The machine has no transition for it where it is: where it has some."""
    sources = dict.fromkeys(s for o, _ in ear.heard for s in o.transition.sources)
    rules = dict.fromkeys(r for o, _ in ear.heard for r in o.transition.rules)
    places = ", ".join(sources)
    if not places:
        return _Reason(Text("此处没有相应的转移", "no transition goes with it"), ())
    return _Reason(Text(f"只能从 {places} 发生", f"it happens only from {places}"), tuple(rules))


def _reasons(ear: Ear, memory: Memory, request: Occurrence) -> Iterable[_Reason]:
    """Why each transition of the machine that leaves from where it is does not happen."""
    seen = set()
    choices = ear.choices()
    wanted, moves = set(request.fields), set(request.moves)
    for fields in choices:
        if not wanted <= set(fields):
            continue
        for arm in (a for level in ear.levels(memory.locations[ear.process.name], fields)
                    for a in level):  # fmt: skip
            if moves and arm.move not in moves:
                continue
            text = _reason(arm, memory)
            if (arm.move.transition, text) not in seen:
                seen.add((arm.move.transition, text))
                yield _Reason(text, arm.part.transition.rules)


def _reason(arm: Arm, memory: Memory) -> Text:
    option = arm.option
    try:
        if option.lower is not None or option.upper is not None:
            shown = measured(arm, memory)
            lower = 0 if option.lower is None else int(option.lower(memory, arm.names))
            upper = None if option.upper is None else int(option.upper(memory, arm.names))
            if shown < lower:
                wait = lower - shown
                return Text(f"太早，还差 {say_duration(wait, 'zh')}",
                            f"too early, possible in {say_duration(wait, 'en')}")  # fmt: skip
            if upper is not None and shown > upper and not option.forced:
                late = shown - upper
                return Text(f"太晚，已过 {say_duration(late, 'zh')}",
                            f"too late, by {say_duration(late, 'en')}")  # fmt: skip
        guard = arm.part.transition.guard
        if guard is not None and option.guard is not None and not option.guard(memory, arm.names):
            return Text(f"条件不成立：{guard.text}", f"its guard is false: {guard.text}")
    except Faulted as fault:
        why = fault.message
        return Text(f"条件没有值：{why.zh}", f"its guard has no value: {why.en}")
    return Text(
        "它可以，但所请求的方式不行，或别的机器必须先行，或有优先级更高的步骤",
        "it could, but not as asked, or another machine cannot, or a higher priority comes first",
    )


def stuck(memory: Memory, block: Block, lang: str) -> TimeStuck:
    """F644: no time may pass and nothing can happen."""
    due = [f"{machine}:{number}" for machine, number in sorted(block.due)]
    waits = ", ".join([*sorted(block.events), *sorted(block.machines), *due])
    places = ", ".join(f"{name} = {place}" for name, place in memory.locations.items())
    return TimeStuck("F644", Text(
        f"时间锁死：时间不能流逝，也没有任何步骤可以发生（等待 {waits}）；{places}",
        f"timelock: no time may pass, and nothing can happen (waiting for {waits}); {places}",
    ), Text(
        "fsm check 会以 S04 报告它：给该状态一个出口，或去掉 urgent 或期限",
        "fsm check reports it as S04: give the state a way out, or drop the urgency or deadline",
    ), lang)  # fmt: skip


def zeno(memory: Memory, steps: int, lang: str) -> TimeStuck:
    """F645: steps go on and on at one instant."""
    places = ", ".join(f"{name} = {place}" for name, place in memory.locations.items())
    return TimeStuck("F645", Text(
        f"同一时刻发生了 {steps} 步，时间仍不能流逝；{places}",
        f"{steps} steps at one instant, and time may still not pass; {places}",
    ), Text(
        "fsm check 会以 S05 报告芝诺循环：让循环耗时，或换一个 choose",
        "fsm check reports a Zeno loop as S05: let the loop take time, or choose differently",
    ), lang)  # fmt: skip
