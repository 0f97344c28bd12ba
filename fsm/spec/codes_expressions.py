"""For each code of an expression: its Chinese title, an example, and how to mend it."""

from fsm.model import Text
from fsm.spec.code import Code, example
from fsm.spec.expression_codes import EXPRESSION_CODES

_COPIES = """machines:
  phil:
    count: 3
    states: {thinking: {}, eating: {}}
    transitions:
      - {from: thinking, to: eating}
"""


def _guard(condition: str, top: str = "") -> str:
    return example(top, f'{{from: open, to: closed, when: "{condition}"}}')


def _copies(condition: str, top: str = "") -> str:
    header = f"fsm: 1\nname: example\n{top}"
    return f'{header}{_COPIES}properties:\n  p: {{never: "{condition}"}}\n'


_PARCELS = "variables: {parcels: {range: 1..3}}"
_TRIED = "variables: {tried: {type: bool, length: 4}}"
_MONEY = "variables: {money: {values: [none, paid]}}"
_CLOCK = "clocks: {c48: {}, idle: {}}"
_EVENT = "events: {pay: {}}"
_PAY = "{from: open, on: pay, to: closed"

# Code: Chinese title, example, how to mend it.
_ROWS: dict[str, tuple[str, str, str]] = {
    "F301": ("未知的名称", _guard("parcel == 1", _PARCELS), "Correct the spelling, or declare it."),
    "F302": (
        "约束变量遮蔽已有名称",
        _guard(
            "any(parcels in 0..3: tried[parcels])",
            "variables: {parcels: {range: 1..3}, tried: {type: bool, length: 4}}",
        ),
        "Choose another name.",
    ),
    "F303": ("不是该枚举的值", _guard("money == payed", _MONEY), "Use one of the enum's names."),
    "F304": (
        "没有这个状态",
        example(properties="p: {never: ticket == refunded}"),
        "Correct the spelling, or declare the state.",
    ),
    "F305": ("没有这个成员", _guard("ticket.amount == 3"), "Correct the spelling, or declare it."),
    "F306": (
        "未指明副本",
        _copies("phil == eating"),
        "Say which one: phil[0], or any(i in 0..2: …).",
    ),
    "F307": (
        "没有副本",
        example(properties='p: {never: "ticket[0] == closed"}'),
        "Delete the index, or give the machine a 'count'.",
    ),
    "F308": ("没有这个副本", _copies("phil[3] == eating"), "Copies are numbered from 0."),
    "F309": (
        "状态机不是值",
        example(properties="p: {never: ticket}"),
        "Compare it with a state: ticket == closed.",
    ),
    "F310": (
        "事件不是值",
        example(_EVENT, f"{_PAY}}}", properties="p: {never: pay and ticket == open}"),
        "Write fired(pay).",
    ),
    "F311": (
        "组不是值",
        "fsm: 1\nname: example\ngroups:\n  desk:\n    machines:\n"
        "      clerk: {states: {idle: {}}}\nproperties:\n  p: {never: desk}\n",
        "Name a member of the group: desk.clerk == idle.",
    ),
    "F312": (
        "不是事件",
        example(properties="p: {at_most: 1, event: ticket == open}"),
        "Name an event.",
    ),
    "F313": (
        "不是变量",
        example("constants: {n: 3}", "{from: open, to: closed, set: {n: 4}}"),
        "Assign to variables only.",
    ),
    "F314": (
        "不是时钟",
        example(_PARCELS, "{from: open, to: closed, reset: parcels}"),
        "Name a clock, or declare one under 'clocks'.",
    ),
    "F401": ("语法错误", _guard("parcels ==", _PARCELS), "Complete or correct the expression."),
    "F402": (
        "表达式过长",
        _guard(" or ".join(["parcels == 1"] * 300), _PARCELS),
        "Split it, or use all, any or count over a range.",
    ),
    "F403": (
        "表达式嵌套过深",
        _guard(" or ".join(["parcels == 1"] * 110), _PARCELS),
        "Use all, any or count over a range.",
    ),
    "F404": ("无意义的字符", _guard("parcels ＝＝ 1", _PARCELS), "Use ASCII operators and names."),
    "F405": (
        "数字过大",
        _guard("parcels < 99999999999999999999", _PARCELS),
        "Use a smaller number.",
    ),
    "F406": (
        "比较不能连写",
        _guard("1 < parcels < 3", _PARCELS),
        "Write 1 < parcels and parcels < 3.",
    ),
    "F407": ("不是条件", _guard("parcels + 1", _PARCELS), "Compare it: parcels + 1 == 3."),
    "F408": ("运算对象不符", _guard("parcels + true == 2", _PARCELS), "Use numbers or durations."),
    "F409": ("不可比较", _guard("parcels == 48h", _PARCELS), "Compare values of one type."),
    "F410": (
        "永假",
        _guard("parcels > 3", _PARCELS),
        "Correct the value, or the variable's range.",
    ),
    "F411": ("永真", _guard("parcels >= 1", _PARCELS), "Correct the value, or leave it out."),
    "F412": ("空集", _guard("parcels in {}", _PARCELS), "Say what can be in it."),
    "F413": ("集合内重复", _guard("parcels in {1, 2, 1}", _PARCELS), "Delete one of them."),
    "F414": ("不是数组", _guard("parcels[0] == 1", _PARCELS), "Delete the index."),
    "F415": (
        "下标个数不符",
        _guard("grid[1]", "variables: {grid: {type: bool, length: [2, 3]}}"),
        "Give one index for each dimension.",
    ),
    "F416": ("下标越界", _guard("tried[4]", _TRIED), "Elements are numbered from 0."),
    "F417": (
        "仅限性质中使用",
        example(_EVENT, f"{_PAY}, when: count(pay) == 1}}"),
        "Keep a variable that remembers it.",
    ),
    "F418": ("时钟只能比较", _guard("c48 + 1h > 2h", _CLOCK), "Compare the clock with a duration."),
    "F419": ("两个时钟", _guard("c48 > idle", _CLOCK), "Compare each with a duration."),
    "F420": (
        "时间界限会变化",
        _guard("c48 > parcels * 1h", f"{_PARCELS}\n{_CLOCK}"),
        "Use a constant or a switch; or tell the cases apart: a and c > 1h or b and c > 2h.",
    ),
    "F421": (
        "值超出范围",
        example(_PARCELS, "{from: open, to: closed, set: {parcels: 7}}"),
        "Assign a value of the range, or widen the range.",
    ),
    "F422": (
        "值的类型不符",
        example(_PARCELS, "{from: open, to: closed, set: {parcels: true}}"),
        "Assign a value of the variable's type.",
    ),
    "F423": (
        "范围不是常量",
        _guard("any(i in 0..parcels: i == 2)", _PARCELS),
        "Use the largest value there is, and a condition: all(i in 0..3: i < n -> …).",
    ),
    "F424": ("范围过大", _guard("any(i in 0..100000: i == parcels)", _PARCELS), "Make it smaller."),
    "F425": ("除以零", _guard("parcels // 0 == 1", _PARCELS), "Divide by something else."),
    "F426": (
        "读取了状态",
        example(
            "variables: {a: {range: 1..3}, b: {range: 1..3, initial: a}}",
        ),
        "Use constants: only guards, assignments and properties may read the state.",
    ),
    "F427": (
        "读取了配置",
        example("switches: {limit: 1..3}\nvariables: {b: {range: 1..3, initial: limit}}"),
        "Use constants; for initial values, write 'any' and relate them by 'initial_where'.",
    ),
    "F428": (
        "没有值",
        example("constants: {n: 1000000000 * 1000000000 * 1000000000}"),
        "Correct the expression.",
    ),
    "F429": (
        "if 两侧类型不同",
        _guard("(if ticket == open then 1 else true) == 1"),
        "Give both sides the same type.",
    ),
}

EXPRESSIONS: dict[str, Code] = {
    code: Code(Text(_ROWS[code][0], title), meaning, _ROWS[code][1], _ROWS[code][2])
    for code, (title, meaning) in EXPRESSION_CODES.items()
}
