"""The words of every structural finding, in both languages."""

from fsm.model import Machine, Text, Transition

_WORDS = {
    "S01": Text("任何配置下都到不了状态 {subject}", "no variant reaches the state {subject}"),
    "S02": Text("转移从不发生：{what}", "this transition never fires: {what}"),
    "S03": Text(
        "死路：再也没有事情可以发生，而 {subject} 不在终止状态",
        "a dead end: nothing can happen any more, and {subject} is in no final state",
    ),
    "S03 no final": Text(
        "运行会停在这里，而规格没有声明任何终止状态",
        "a run can end here, and the spec declares no final state",
    ),
    "S04": Text(
        "时间锁死：{subject} 不许时间流逝，却什么也不能发生",
        "timelock: {subject} lets no time pass, and nothing can happen",
    ),
    "S05": Text(
        "芝诺循环：步骤无限重复，时间再也不能前进",
        "a Zeno loop: steps repeat for ever, and time can never pass again",
    ),
    "S06 range": Text(
        "{subject} 会被赋值 {value}，超出其范围{where}",
        "{subject} would become {value}, outside its range{where}",
    ),
    "S06 index": Text(
        "{subject} 的下标 {value} 越界{where}", "index {value} lies outside {subject}{where}"
    ),
    "S06 conflict": Text(
        "同一步里两次写入 {subject}{where}", "two writes to {subject} in one step{where}"
    ),
    "S06 division": Text("除以零{where}", "division by zero{where}"),
    "S07": Text(
        "两条策略同时可用，先后未定：{first} 与 {second}",
        "two strategies compete and nothing says which comes first: {first} and {second}",
    ),
    "S08": Text(
        "没有任何转移或性质引用规则 {subject}",
        "no transition and no property cites the rule {subject}",
    ),
    "S09": Text("开关 {subject} 不影响任何结论", "the switch {subject} changes no verdict"),
    "S10": Text(
        "问题 {subject} 的答案不影响任何性质",
        "the answer to the question {subject} matters to no property",
    ),
    "S11": Text(
        "{machine} 声明不漏事件，却在某状态忽略了 {event}",
        "{machine} is receptive, yet ignores {event} in a reachable state",
    ),
    "S13": Text(
        "这些配置下没有任何运行可以开始，其结论没有意义",
        "no run can start in these variants, so that their verdicts say nothing",
    ),
    "S14 trigger": Text(
        "空洞成立，任何配置下触发条件都从不出现：{condition}",
        "holds vacuously: in no variant does the trigger ever happen: {condition}",
    ),
    "S14 event": Text(
        "空洞成立，任何配置下所数的事都从不发生：{condition}",
        "holds vacuously: in no variant does what is counted ever happen: {condition}",
    ),
    "S14 left": Text(
        "空洞成立，任何配置下蕴含的前件都从不为真：{condition}",
        "holds vacuously: in no variant is the left side of -> ever true: {condition}",
    ),
    "S14 part": Text(
        "空洞成立，任何配置下其中一部分都从不为真：{condition}",
        "holds vacuously: in no variant is this part of it ever true: {condition}",
    ),
    "S14 opens": Text(
        "空洞成立，任何配置下其范围都从不开始：{condition}",
        "holds vacuously: in no variant does its scope ever begin: {condition}",
    ),
    "S14 ends": Text(
        "空洞成立，任何配置下其范围的终点都从不出现：{condition}",
        "holds vacuously: in no variant does its scope ever end: {condition}",
    ),
    "S15": Text(
        "期限永远轮不到：{what}；等待期间总有别的期限先到：{others}",
        "this deadline never comes: {what}; while it is waited for, another always comes first: "
        "{others}",
    ),
    "S16": Text(
        "两个期限在同一时刻到期，先后有别：{one} 与 {other}；前者先发生，则后者{first}；"
        "后者先发生，则前者{second}",
        "two deadlines at the same instant, and their order matters: {one} and {other}; if the "
        "first comes first, the second {first}; if the second does, the first {second}",
    ),
    "S16 left": Text("仍会发生", "still happens"),
    "S16 lost": Text("不再发生", "does not happen any more"),
    "S17 true": Text(
        "时间条件 {test} 在起作用之处总为真：{what}",
        "the comparison {test} is always true where it matters: {what}",
    ),
    "S17 false": Text(
        "时间条件 {test} 在起作用之处总为假：{what}",
        "the comparison {test} is never true where it matters: {what}",
    ),
    "S17 time in": Text("在 {state} 中的时间", "time in {state}"),
    "S17 time": Text("时间", "time"),
    "S18": Text(
        "期限过后仍可能发生（条件到那时才成立）：{what}",
        "this can happen after its time is over, since its guard may become true only then: {what}",
    ),
    "S12": Text(
        "allow 没有对应的发现：{subject}", "this allow matches no finding: {subject}"
    ),
}  # fmt: skip


def say(code: str, **values: object) -> Text:
    """The message of a finding, filled in; values may be texts themselves."""
    words = _WORDS[code]
    zh = {name: v.zh if isinstance(v, Text) else v for name, v in values.items()}
    en = {name: v.en if isinstance(v, Text) else v for name, v in values.items()}
    return Text(words.zh.format(**zh), words.en.format(**en))


def describe(machine: Machine, transition: Transition) -> str:
    """`ticket: applied --request--> intercepting`, as the spec writes it."""
    sources = ", ".join(transition.sources) or "*"
    event = "" if transition.event is None else transition.event.event
    target = f" {transition.target}" if transition.target else ""
    return f"{machine.name}: {sources} --{event}-->{target}"
