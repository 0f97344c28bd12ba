"""The codes of temporal formulas (F700 to F707), and of patterns that mean one (F755 to F759)."""

from fsm.model import Text
from fsm.spec.code import Code, example

_TOP = "events: {pay: {}, lose: {}}"


def _claim(property_: str, top: str = _TOP) -> str:
    return example(top, "{from: open, on: pay, to: closed}", properties=f"p: {{{property_}}}")


FORMULAS: dict[str, Code] = {
    "F700": Code(
        Text("时序算子只能用于公式", "a temporal operator outside a formula"),
        "G, F, X, U, W, R and M speak about what comes later. Guards, actions and the operands of "
        "patterns look at one moment.",
        _claim('never: "G ticket == closed"'),
        "Write the property under 'ltl' or 'ctl', or use a pattern such as 'eventually'.",
    ),
    "F701": Code(
        Text("没有过去时算子", "an operator that looks back"),
        "Formulas speak about the future. What has happened is watched by fired(e), count(e) and "
        "since(e), or remembered by a variable; 'before: A, must: Q' asks for an order.",
        _claim('ltl: "G (pay -> Y lose)"'),
        "Say it with fired, count or since, or use 'before' and 'must'.",
    ),
    "F702": Code(
        Text("此处不能判定时间界限", "a time bound that is not decided here"),
        "Where no other temporal operator surrounds it, an F, G, U or R may have any bound, in CTL "
        "also: F[<=48h] p, G[2h..5h] p, EF[<=2h] p. Inside G, a bound counts from each moment, and "
        "these forms are decided: G (p -> F[<=T] q), G F[<=T] q, and G (e -> G[<=T] q) for an "
        "event e; in CTL with AG and AF.",
        _claim('ltl: "G (pay -> F[>=48h] lose)"'),
        "Write one of these forms, or compare since(e) with a duration.",
    ),
    "F703": Code(
        Text("LTL 不在运行之间选择", "a choice among runs in LTL"),
        "A formula of LTL speaks about every run. AG, EF, A[p U q] and the like belong to CTL.",
        _claim('ltl: "AG EF ticket == closed"'),
        "Write it under 'ctl', or leave A and E out.",
    ),
    "F704": Code(
        Text("CTL 算子缺少 A 或 E", "a temporal operator of CTL without A or E"),
        "In CTL each temporal operator says over which runs it ranges: A for all of them, E for "
        "some, as in AG, EF and A[p U q].",
        _claim('ctl: "G ticket in live"'),
        "Put A or E before it, or write the formula under 'ltl'.",
    ),
    "F705": Code(
        Text("条件里有时序算子", "a temporal operator inside a test"),
        "Formulas are joined by ! & | -> <-> and if-then-else. Inside comparisons, sums, and "
        "all(…) or any(…) stand tests of one moment only.",
        _claim('ltl: "any(i in 0..2: F pay)"'),
        "Write the formula out, or claim the property for 'each' value.",
    ),
    "F706": Code(
        Text("条件过多", "too many conditions in a formula"),
        "An automaton lists which conditions may hold together; so a formula has at most 12 "
        "different ones. What is joined without a temporal operator or an event's name between "
        "counts as one.",
        _claim(
            'ltl: "' + " & ".join(f"F n == {k}" for k in range(13)) + '"',
            _TOP + "\nvariables: {n: {range: 0..20}}",
        ),
        "Split the property.",
    ),
    "F707": Code(
        Text("时间界限不合法", "not a bound on time"),
        "The bound of a temporal operator is one of <=, <, >= and > with a duration that is not "
        "negative, and that may depend on constants, switches and questions.",
        _claim('ltl: "F[==48h] pay"'),
        "Write F[<=48h] or G[>2h].",
    ),
    "F755": Code(
        Text("不是两段的先后", "a chain that is not one of two parts"),
        "Under 'after', 'eventually', 'before' or 'must' a list of two is a chain: first one, and "
        "later the other. One side of a property may be a chain.",
        _claim("after: pay, eventually: [lose, pay, lose]"),
        "Write [first, second].",
    ),
    "F756": Code(
        Text("范围或先后关系不能带时限", "a time bound with a scope or a chain"),
        "'within' bounds the time of a plain 'eventually'. Together with a scope or a chain it is "
        "not decided.",
        _claim("after: pay, eventually: lose, within: 48h, scope: {until: lose}"),
        "Leave one of them out.",
    ),
    "F757": Code(
        Text("数得太多", "too many to be counted by a formula"),
        "What 'times' counts, and what is counted within a scope, is counted by a formula that "
        "grows with the number: up to 8.",
        _claim("at_most: 9, times: ticket == closed"),
        "Compare count(e) with the number, or count in a variable.",
    ),
    "F758": Code(
        Text("范围没有边界", "a scope without ends"),
        "A scope is a part of a run: after something, before or until something, or both.",
        _claim("never: pay, scope: {}"),
        "Say where it begins or ends, or leave 'scope' out.",
    ),
    "F759": Code(
        Text("多余的 without", "'without' beside no chain"),
        "'without' says what does not come between the two parts of a chain under 'eventually'.",
        _claim("after: pay, eventually: lose, without: pay"),
        "Write a chain under 'eventually', or leave 'without' out.",
    ),
}
