"""Facts about graphs in words, Chinese or English, and as plain data for JSON."""

from typing import Any

from fsm.interop.facts import Facts
from fsm.report.duration import say_duration
from fsm.report.labels import Labels
from fsm.report.paint import Paint
from fsm.report.width import columns

_AND = " · "  # labels have commas of their own

_EN = {
    "machine": "Graph of {machine}: {states} states, {steps} transitions",
    "space": "{machine} in the explored space of {states} states and {steps} steps",
    "no finals": "no final state",
    "never": "no path leads there",
    "direct": "nothing between",
    "to": "to {state}",
    "must": "every path passes {states}",
    "way": "shortest: {path}",
    "soonest": "after {time} at the earliest",
    "all": "to any final state",
    "cuts": "cut states",
    "cut": "{state} (without it, no {ends})",
    "cycles": "cycles",
    "longest": "longest path",
    "steps": "{path} ({n} states)",
    "bound": "{path} ({n} states; not proved longest, at most {most})",
    "unreachable": "unreachable",
    "traps": "traps",
    "none": "none",
    "note machine": "Graph facts ignore guards, values and other machines: what every path\n"
    "passes, what is unreachable and what is a trap holds for every run, but a path or a cycle\n"
    "may be impossible. `fsm show --graph --space` looks at what can happen.",
    "note space": "These hold exactly, for every run of this variant{choices}",
}
_ZH = {
    "machine": "{machine}的图：{states} 个状态，{steps} 个转移",
    "space": "展开空间中的{machine}：空间共 {states} 个状态、{steps} 步",
    "no finals": "没有终止状态",
    "never": "没有路径到达",
    "direct": "中间没有必经状态",
    "to": "到{state}",
    "must": "每条路径必经 {states}",
    "way": "最短：{path}",
    "soonest": "最早在 {time}后",
    "all": "到任一终止状态",
    "cuts": "割点状态",
    "cut": "{state}（没有它就到不了{ends}）",
    "cycles": "环",
    "longest": "最长路径",
    "steps": "{path}（{n} 个状态）",
    "bound": "{path}（{n} 个状态；未证明最长，至多 {most} 个）",
    "unreachable": "不可达",
    "traps": "陷阱",
    "none": "无",
    "note machine": "图上的结论不考虑守卫条件、变量和其他状态机。\n"
    "必经、不可达和陷阱对每次运行都成立；路径和环则未必真能发生。\n"
    "`fsm show --graph --space` 考察真正会发生的情形。",
    "note space": "以上对这一配置下的每次运行都精确成立{choices}",
}


def facts_text(found: Facts, labels: Labels, paint: Paint) -> str:
    """The facts about one machine, ending in a newline."""
    words = _ZH if labels.lang == "zh" else _EN

    def names(states: tuple[str, ...], between: str = _AND) -> str:
        said = (labels.state(found.machine, s) for s in states)
        return between.join(said) or words["none"]

    rows: list[tuple[str, ...]] = []
    for ending in found.endings:
        parts = [words["never"]]
        if ending.path:
            must = ending.must_pass
            parts = [words["must"].format(states=names(must)) if must else words["direct"]]
            parts.append(words["way"].format(path=names(ending.path, " → ")))
        if ending.soonest:
            parts.append(words["soonest"].format(time=say_duration(ending.soonest, labels.lang)))
        rows.append((words["to"].format(state=names((ending.state,))), "; ".join(parts)))
    if sum(bool(e.path) for e in found.endings) > 1:
        must = found.must_pass
        said = words["must"].format(states=names(must)) if must else words["direct"]
        rows.append((words["all"], said))
    if not found.endings:
        rows.append((words["no finals"], ""))
    else:
        cuts = (words["cut"].format(state=names((s,)), ends=names(e)) for s, e in found.cuts)
        rows.append((words["cuts"], "; ".join(cuts) or words["none"]))
    rows.append((words["cycles"], "; ".join(map(names, found.cycles)) or words["none"]))
    if found.longest is not None:
        longest = found.longest
        key = "steps" if longest.exact else "bound"
        path, n = names(longest.path, " → "), len(longest.path)
        rows.append((words["longest"], words[key].format(path=path, n=n, most=longest.at_most)))
    rows.append((words["unreachable"], names(found.unreachable)))
    if found.endings:
        rows.append((words["traps"], names(found.traps)))
    title = words["space" if found.space else "machine"].format(
        machine=labels.machine(found.machine), states=found.states, steps=found.steps
    )
    title = paint("title", title)
    return "\n".join([title, *(f"  {line}" for line in columns(rows))]) + "\n"


def facts_note(found: Facts, labels: Labels) -> str:
    """What such facts mean and what they do not, and in which variant, ending in a newline."""
    words = _ZH if labels.lang == "zh" else _EN
    if not found.space:
        return words["note machine"] + "\n"
    lines = [f"  {name} = {labels.config_value(name, value)}" for name, value in found.variant]
    colon = labels.words("colon") if lines else ""
    return "\n".join([words["note space"].format(choices=colon.rstrip()), *lines]) + "\n"


def facts_data(found: Facts) -> dict[str, Any]:
    """The facts as plain data, with the names of the spec; times in milliseconds."""
    longest = found.longest
    return {
        "spec": found.spec,
        "machine": found.machine,
        "graph": "space" if found.space else "machine",
        "variant": dict(found.variant),
        "states": found.states,
        "steps": found.steps,
        "initial": found.initial,
        "endings": [
            {
                "state": e.state,
                "reached": bool(e.path),
                "must_pass": list(e.must_pass),
                "shortest": list(e.path),
                "soonest_ms": e.soonest,
            }
            for e in found.endings
        ],
        "must_pass": list(found.must_pass),
        "cuts": {state: list(ends) for state, ends in found.cuts},
        "cycles": [list(c) for c in found.cycles],
        "longest": None
        if longest is None
        else {"path": list(longest.path), "at_most": longest.at_most, "exact": longest.exact},
        "unreachable": list(found.unreachable),
        "traps": list(found.traps),
    }
