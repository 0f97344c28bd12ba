"""The words of every structural finding, in both languages."""

from fsm.model import Text

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
    "S12": Text(
        "allow 没有对应的发现：{subject}", "this allow matches no finding: {subject}"
    ),
}  # fmt: skip


def say(code: str, **values: object) -> Text:
    """The message of a finding, filled in."""
    words = _WORDS[code]
    return Text(words.zh.format(**values), words.en.format(**values))
