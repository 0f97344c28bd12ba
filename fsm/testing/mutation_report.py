"""What the rules of a spec do not pin down, in words and as JSON."""

import json
from collections import Counter
from typing import Any

from fsm.report.labels import Labels
from fsm.report.paint import Paint
from fsm.report.width import columns
from fsm.testing.mutation.judge import Fate, Outcome
from fsm.testing.mutation.mutant import Mutant, Operator
from fsm.testing.mutation.run import MutationReport

FORMAT = 1
_LISTED = (Fate.SURVIVED, Fate.STRUCTURE, Fate.IDLE, Fate.UNDECIDED)
_EN = {
    "noticed": "noticed by a property",
    "structure": "noticed by structure only",
    "survived": "not noticed",
    "idle": "only events that change nothing",
    "equivalent": "no difference at all (proved)",
    "undecided": "undecided",
    "operator": "what was changed",
    "all": "all",
    "title": "{spec}: {judged} mutants judged of {total}, {seconds:.0f} s",
    "interrupted": "interrupted: {judged} of {chosen} mutants were judged by then",
    "head survived": "What no property pins down",
    "head structure": "What only the structure notices (no property does)",
    "head idle": "What allows or forbids only events that change nothing",
    "head undecided": "Undecided: the limit was reached first",
    "if": "if {change}, no property would notice",
    "if structure": "if {change}, no property would notice; findings that come or go: {by}",
    "if idle": "if {change}, only events that change nothing would differ",
    "if undecided": "if {change}: undecided ({by})",
    "pinned": "Every change that makes a difference is noticed.",
    "where": "{machine}: “{event}”{way}",
    "from": " from {sources}",
    "to": " to {target}",
    "itself": "its own step",
    "quote": "“{text}”",
    "drop_transition": "{where} never happened",
    "drop_listener": "{machine} did not take part in “{event}” at all",
    "redirect": "{where} led to “{after}” instead",
    "stay": "{where} left the machine where it is",
    "drop_guard": "{where} were possible without any condition (left out: {before})",
    "negate_guard": "{where} were possible exactly where it should not be (not: {before})",
    "drop_conjunct": "{where} were possible without: {before}",
    "drop_disjunct": "{where} were not also possible through: {before}",
    "flip_comparison": "the condition of {where} said `{after}` instead of `{before}`",
    "shift_constant": "{where} went by `{after}` instead of `{before}`",
    "move_deadline": "the time for {where} were {after} instead of {before}",
    "drop_assignment": "{where} did not set {before}",
    "drop_reset": "{where} did not restart {before}",
    "drop_priority": "{subject} had no priority (it has {before})",
    "swap_priority": "{subject} had the priority {after} instead of {before}",
    "not_urgent": "time could pass before {subject}",
    "not_urgent state": "time could pass in {subject}",
    "not_fair": "{subject} could be put off for ever",
}
_ZH = {
    "noticed": "有性质发现",
    "structure": "仅结构检查发现",
    "survived": "无人发现",
    "idle": "只影响不改变任何事的事件",
    "equivalent": "毫无差别（已证明）",
    "undecided": "未决",
    "operator": "改动",
    "all": "合计",
    "title": "{spec}：共 {total} 个变异，检查了 {judged} 个，{seconds:.0f} 秒",
    "interrupted": "已中断：{chosen} 个变异中检查了 {judged} 个",
    "head survived": "没有任何性质约束的地方",
    "head structure": "只有结构检查能发现的地方（没有性质约束）",
    "head idle": "只影响「不改变任何事的事件」的地方",
    "head undecided": "未决：先达到了上限",
    "if": "假如{change}，没有任何性质会发现",
    "if structure": "假如{change}，没有任何性质会发现；出现或消失的结构问题：{by}",
    "if idle": "假如{change}，只有不改变任何事的事件会不同",
    "if undecided": "假如{change}：未决（{by}）",
    "pinned": "凡是有影响的改动，都会被发现。",
    "where": "{machine}：“{event}”{way}",
    "from": "（自{sources}）",
    "to": "（至{target}）",
    "itself": "自身的一步",
    "quote": "“{text}”",
    "drop_transition": "{where}从不发生",
    "drop_listener": "{machine}完全不参与“{event}”",
    "redirect": "{where}改为通向“{after}”",
    "stay": "{where}之后仍留在原状态",
    "drop_guard": "{where}不需要任何条件（去掉：{before}）",
    "negate_guard": "{where}恰在不该发生时才能发生（不满足：{before}）",
    "drop_conjunct": "{where}不需要条件：{before}",
    "drop_disjunct": "{where}不能再凭此发生：{before}",
    "flip_comparison": "{where}的条件写成 `{after}` 而不是 `{before}`",
    "shift_constant": "{where}按 `{after}` 而不是 `{before}`",
    "move_deadline": "{where}的时间是 {after} 而不是 {before}",
    "drop_assignment": "{where}没有设置 {before}",
    "drop_reset": "{where}没有重置 {before}",
    "drop_priority": "{subject}没有优先级（现为 {before}）",
    "swap_priority": "{subject}的优先级是 {after} 而不是 {before}",
    "not_urgent": "{subject}之前时间可以流逝",
    "not_urgent state": "在{subject}中时间可以流逝",
    "not_fair": "{subject}可以被永远推迟",
}
_TABLES = {"en": _EN, "zh": _ZH}


def mutation_text(report: MutationReport, labels: Labels, paint: Paint = Paint()) -> str:
    """The report as text: how many of each kind, then every gap as a sentence with its place."""
    say = _TABLES[labels.lang]
    title = say["title"].format(
        spec=report.spec.title.get(labels.lang, report.spec.name), judged=len(report.outcomes),
        total=report.total, seconds=report.seconds,
    )  # fmt: skip
    lines = [paint("title", title)]
    if report.interrupted:
        told = say["interrupted"].format(judged=len(report.outcomes), chosen=report.chosen)
        lines.append(paint("warn", told))
    lines += ["", *("  " + row for row in _table(report, say))]
    for fate in _LISTED:
        if found := report.of(fate):
            lines += ["", paint("title", say[f"head {fate.value}"])]
            for outcome in found:
                lines.append(f"  {outcome.mutant.at.file}:{outcome.mutant.at.line}")
                lines.append(f"    {sentence(outcome, labels)}")
                lines.append("    " + paint("dim", f"[{outcome.mutant.id}]"))
    if not report.interrupted and not report.of(Fate.SURVIVED) and not report.of(Fate.UNDECIDED):
        lines += ["", paint("good", say["pinned"])]
    return "\n".join(lines) + "\n"


def sentence(outcome: Outcome, labels: Labels) -> str:
    """“if the 48 h were 72 h, no property would notice”."""
    say = _TABLES[labels.lang]
    fate = outcome.fate
    key = "if" if fate is Fate.SURVIVED else f"if {fate.value}"
    return say[key].format(change=change(outcome.mutant, labels), by=outcome.by)


def change(mutant: Mutant, labels: Labels) -> str:
    """What is different, as a clause that can follow “if”."""
    say = _TABLES[labels.lang]
    machine = labels.machine(mutant.machine) if mutant.machine else ""
    key, subject, event, after = mutant.operator.value, "", "", mutant.after
    if mutant.operator is Operator.DROP_LISTENER:
        event = labels.event(mutant.subject)
    elif mutant.number is not None:
        subject = _where(mutant, labels)
    elif mutant.machine:  # a state
        key = f"{key} state"
        label = labels.state(mutant.machine, mutant.subject)
        subject = f"{machine} {say['quote'].format(text=label)}"
    else:
        subject = say["quote"].format(text=labels.event(mutant.subject))
    if mutant.operator is Operator.REDIRECT:
        key = "redirect" if after else "stay"
        after = labels.state(mutant.machine, after) if after else ""
    return say[key].format(
        where=subject, subject=subject, machine=machine, event=event, before=mutant.before,
        after=after,
    )  # fmt: skip


def mutation_json(report: MutationReport) -> str:
    """The report as JSON; every sentence in both languages."""
    counts = Counter(outcome.fate for outcome in report.outcomes)
    data = {
        "format": FORMAT,
        "spec": report.spec.name,
        "total": report.total,
        "chosen": report.chosen,
        "judged": len(report.outcomes),
        "interrupted": report.interrupted,
        "seconds": round(report.seconds, 3),
        "counts": {fate.value: counts[fate] for fate in Fate},
        "mutants": [_data(report, outcome) for outcome in report.outcomes],
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _data(report: MutationReport, outcome: Outcome) -> dict[str, Any]:
    mutant = outcome.mutant
    words = {lang: change(mutant, Labels(report.spec, lang)) for lang in ("zh", "en")}
    return {
        "id": mutant.id,
        "operator": mutant.operator.value,
        "machine": mutant.machine or None,
        "transition": mutant.number,
        "subject": mutant.subject or None,
        "at": {"file": mutant.at.file, "line": mutant.at.line, "column": mutant.at.column},
        "before": mutant.before,
        "after": mutant.after,
        "change": words,
        "fate": outcome.fate.value,
        "by": outcome.by or None,
        "variants": outcome.variants,
    }


def _table(report: MutationReport, say: dict[str, str]) -> list[str]:
    fates = [fate for fate in Fate if report.of(fate)]
    counts = Counter((o.mutant.operator, o.fate) for o in report.outcomes)
    rows = [(say["operator"], *(say[fate.value] for fate in fates), say["all"])]
    for operator in Operator:
        numbers = [counts[operator, fate] for fate in fates]
        if sum(numbers):
            rows.append((operator.value, *map(str, numbers), str(sum(numbers))))
    sums = [len(report.of(fate)) for fate in fates]
    rows.append((say["all"], *map(str, sums), str(sum(sums))))
    return columns(rows)


def _where(mutant: Mutant, labels: Labels) -> str:
    """The transition in words: whose, on what, from where to where."""
    say = _TABLES[labels.lang]
    machine = labels.machines[mutant.machine]
    transition = machine.transitions[mutant.number or 0]

    def quoted(state: str) -> str:
        return say["quote"].format(text=labels.state(machine.name, state))

    sources = labels.words.join([quoted(s) for s in transition.sources])
    way = say["from"].format(sources=sources) if sources else ""
    if transition.target:
        way += say["to"].format(target=quoted(transition.target))
    named = transition.text.get(labels.lang)
    event = "" if transition.event is None else labels.event(transition.event.event)
    return say["where"].format(
        machine=labels.machine(machine.name), event=named or event or say["itself"], way=way
    )
