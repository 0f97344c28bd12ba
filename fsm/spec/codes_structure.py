"""What can be wrong with declarations (F32x) and with how the parts fit together (F5xx)."""

from fsm.model import Text
from fsm.spec.code import Code, example

_PAY = "events: {pay: {by: shop}}"
_SHOP = """machines:
  shop:
    states: {ready: {}}
    transitions:
      - {on: pay}
  ticket:
    states: {open: {}, closed: {}}
    transitions:
"""


def _machines(text: str, top: str = "") -> str:
    return f"fsm: 1\nname: example\n{top}machines:\n{text}"


STRUCTURE_CODES: dict[str, Code] = {
    "F321": Code(
        Text("名称重复", "a name declared twice"),
        "Constants, switches, questions, variables, clocks, events, machines and groups share one "
        "set of names, so that each name means one thing.",
        example("switches: {paid: bool}\nvariables: {paid: bool}"),
        "Rename one of them.",
    ),
    "F322": Code(
        Text("局部名称与外层重复", "a local name repeats an outer one"),
        "What is declared in a machine or group may not have the name of something declared "
        "around it. Two machines may have variables of the same name.",
        example("variables: {paid: bool}", machine="variables: {paid: bool}"),
        "Rename one of them.",
    ),
    "F323": Code(
        Text("状态重复", "a state declared twice"),
        "The names of states are unique within a machine, whatever their depth.",
        _machines("  ticket:\n    states: {open: {states: {new: {}}}, new: {}}\n"),
        "Rename one of them.",
    ),
    "F324": Code(
        Text("未知的状态", "unknown state"),
        "'from', 'to' and 'initial' name states of their own machine; a tag will not do.",
        example("", "{from: open, to: closd}"),
        "Correct the spelling, or declare the state.",
    ),
    "F325": Code(
        Text("未知的状态机", "unknown machine"),
        "'by' names the machine that decides when the event happens: 'clerk', one copy of it as "
        "'clerk[2]', or 'desk[2].clerk'.",
        example("events: {pay: {by: tickt}}", "{from: open, on: pay, to: closed}"),
        "Correct the spelling, declare the machine, or leave 'by' out.",
    ),
    "F326": Code(
        Text("未声明的规则", "a rule that is not declared"),
        "'rules' cites sentences of the source document; they stand under 'rules' at the top.",
        example("", "{from: open, to: closed, rules: [R1]}"),
        "Quote the rule under 'rules', or correct the citation.",
    ),
    "F327": Code(
        Text("保留字", "a word with a meaning of its own"),
        "true, false, and, or, not, in, if, then, else, any and index cannot be names.",
        example("variables: {index: bool}"),
        "Choose another name.",
    ),
    "F501": Code(
        Text("不能强制他人的事件", "a deadline on someone else's event"),
        "'after' and 'between' force an event to happen in time. Only the machine that owns the "
        "event can be forced; a listener cannot make it happen.",
        f"fsm: 1\nname: example\n{_PAY}\n{_SHOP}      - {{from: open, on: pay, after: 1h}}\n",
        "Move the time to the owner's transition, or use 'not_before' and 'not_after'.",
    ),
    "F502": Code(
        Text("时间写法互斥", "bounds on time that exclude each other"),
        "A transition has one of 'after' and 'between', or 'not_before' and 'not_after'.",
        example("", "{from: open, to: closed, after: 1h, between: [1h, 2h]}"),
        "Say it once: between: [a, b].",
    ),
    "F503": Code(
        Text("时间上下界颠倒", "bounds on time the wrong way round"),
        "The lower bound is later than the upper one: it could never happen.",
        example("", "{from: open, to: closed, between: [3h, 2h]}"),
        "Write the earlier time first.",
    ),
    "F504": Code(
        Text("时间须为正", "not a time"),
        "A bound on time is not negative, and the unit is longer than zero.",
        example("", "{from: open, to: closed, after: 1h - 2h}"),
        "Use a duration of zero or more.",
    ),
    "F505": Code(
        Text("未计时的时钟", "a clock without a bound"),
        "'clock' says on which clock the bounds of a transition are measured; there are none.",
        example("clocks: {c: {}}", "{from: open, to: closed, clock: c}"),
        "Add 'after', 'between', 'not_before' or 'not_after', or delete 'clock'.",
    ),
    "F506": Code(
        Text("没有内层状态", "no inner states to begin in"),
        "'initial' of a state names the inner state that is entered with it; it has none.",
        _machines("  ticket:\n    states: {open: {initial: new}, new: {}}\n"),
        "Add 'states', or delete 'initial'.",
    ),
    "F507": Code(
        Text("不是直接内层状态", "not directly inside"),
        "'initial' names a state one level below; a deeper one follows from the 'initial' of the "
        "states between.",
        _machines("  ticket:\n    initial: new\n    states: {open: {states: {new: {}}}}\n"),
        "Name the enclosing state, and give that an 'initial' of its own.",
    ),
    "F508": Code(
        Text("终态含内层状态", "a final state with inner states"),
        "A final state is one in which the machine may rest for ever; only innermost states are.",
        _machines("  ticket:\n    states: {open: {final: true, states: {new: {}}}}\n"),
        "Mark the inner states as final.",
    ),
    "F509": Code(
        Text("副本数不合法", "not a number of copies"),
        "A machine or group has from 1 to 1,000 copies.",
        example(machine="count: 0"),
        "Choose a number from 1 to 1,000, or leave 'count' out.",
    ),
    "F510": Code(
        Text("副本嵌套", "copies within copies"),
        "The machines of a group have as many copies as the group; they have no 'count' of their "
        "own.",
        "fsm: 1\nname: example\ngroups:\n  desk:\n    count: 2\n    machines:\n"
        "      clerk: {count: 2, states: {idle: {}}}\n",
        "Put 'count' on the group, or the machine outside it.",
    ),
    "F511": Code(
        Text("取值过多", "too many values"),
        "A variable has at most 2^31 values, an event's fields 2^20 combinations, a transition's "
        "choices 10,000, a switch 2^20 values.",
        example("variables: {parcels: {range: 1..3000000000}}"),
        "Make the range smaller: a few values usually show every behaviour.",
    ),
    "F512": Code(
        Text("数组长度不合法", "not the length of an array"),
        "An array has from 1 to 10,000 elements, all dimensions together; at most 8 dimensions.",
        example("variables: {tried: {type: bool, length: 0}}"),
        "Choose another length.",
    ),
    "F513": Code(
        Text("一步内重复赋值", "set twice in one step"),
        "All assignments of a step take effect together; two to the same variable contradict each "
        "other.",
        example(
            "variables: {tried: {type: bool, length: 4}}",
            '{from: open, set: {"tried[1]": true, "tried[2 - 1]": false}}',
        ),
        "Keep one of them.",
    ),
    "F514": Code(
        Text("无人提及的事件", "an event that nothing mentions"),
        "No transition goes with the event, so it can never happen.",
        example("events: {pay: {}}"),
        "Use it in 'on' of some transition, or delete it.",
    ),
    "F515": Code(
        Text("拥有者没有对应转移", "an owner without a transition"),
        "An event happens by a transition of its owner; the owner has none on it, so that it can "
        "never happen, whoever listens.",
        _machines(
            "  shop: {states: {ready: {}}}\n"
            "  ticket: {states: {open: {}}, transitions: [{on: pay, to: open}]}\n",
            f"{_PAY}\n",
        ),
        "Add a transition to the owner, or name another owner.",
    ),
    "F516": Code(
        Text("性质不完整", "an incomplete property"),
        "A property claims something by one of: never, always, reachable, eventually, after with "
        "eventually, before with must, at_most with event or times, can_always, ltl, ctl.",
        example(properties="decided: {within: 48h}"),
        "Add the key that says what is claimed.",
    ),
    "F517": Code(
        Text("性质模式冲突", "two claims in one property"),
        "A property makes one claim.",
        example(properties="decided: {never: ticket == open, always: ticket == open}"),
        "Make two properties of it.",
    ),
    "F518": Code(
        Text("与该模式不符的键", "a key that does not go with the pattern"),
        "'within' goes with 'eventually', 'in' with 'reachable', 'without' with a response, and "
        "'scope' with all but reachable, can_always and formulas.",
        example(properties="decided: {never: ticket == open, within: 48h}"),
        "Delete the key, or choose another pattern.",
    ),
    "F519": Code(
        Text("未知的结构性发现", "unknown structural finding"),
        "'allow' accepts the findings S01 to S18; `fsm explain` lists them.",
        example("allow: [{code: S99, because: a reason}]"),
        "Use the code that the finding shows.",
    ),
    "F520": Code(
        Text("空范围", "an empty range"),
        "The lower end of the range is above the upper one.",
        example("variables: {parcels: {range: 3..1}}"),
        "Write the lower end first.",
    ),
    "F521": Code(
        Text("没有状态机", "no machine"),
        "A spec describes at least one machine, and a group holds at least one.",
        "fsm: 1\nname: example\n",
        "Add a machine.",
    ),
    "F522": Code(
        Text("变体过多", "too many variants"),
        "Every property is decided for every choice of switches and questions; there are at most "
        "2^20 choices.",
        example("switches: {a: 1..1000, b: 1..1000, c: 1..1000}"),
        "Make some switches constants, or give them fewer values.",
    ),
    "F523": Code(
        Text("规模过大", "too large a system"),
        "There are at most 2,000 machines and 100,000 scalar variables, copies counted.",
        "fsm: 1\nname: example\ngroups:\n  desk:\n    count: 1000\n    machines:\n"
        "      a: {states: {idle: {}}}\n      b: {states: {idle: {}}}\n"
        "      c: {states: {idle: {}}}\n",
        "Use fewer copies: two or three usually show every behaviour.",
    ),
    "F524": Code(
        Text("列表形状不对", "a list of the wrong shape"),
        "An initial value has as many elements as the array; elements of a constant and answers of "
        "a question are all of one kind.",
        example("variables: {tried: {type: bool, length: 3, initial: [true, false]}}"),
        "Give every element its value, all of one type.",
    ),
    "F525": Code(
        Text("步长不合法", "not a step"),
        "A range of durations needs a step; a step is larger than zero and leads from one end of "
        "the range exactly to the other.",
        example("switches: {window: {range: 24h..72h, step: 30h}}"),
        "Choose a step that divides the distance of the two ends.",
    ),
    "F526": Code(
        Text("没有作用的转移", "a transition that does nothing"),
        "It has none of 'on', 'to', 'set' and 'reset'.",
        example("", "{from: open, after: 1h}"),
        "Say where it leads, what it sets, or with which event it goes.",
    ),
    "F527": Code(
        Text("此处不能用时长", "no place for durations"),
        "Events' fields, chosen values and the names of 'each' are truth values, names or whole "
        "numbers. Time is measured by clocks, and parameters may be durations.",
        example("", "{from: open, to: closed, choose: {d: {range: 1h..2h, step: 1h}}}"),
        "Use numbers, or a switch with a range of durations.",
    ),
}
