"""A small refund spec, runs of it and results on it, built by hand: no loader, no engine."""

from fsm.check.results import Condition, Finding, Outcome, PropertyResult, SpecReport
from fsm.errors import Position
from fsm.expressions import (
    Apply,
    ArrayType,
    BoolType,
    DurationType,
    EnumType,
    Expr,
    Ghost,
    GhostKind,
    InState,
    IntType,
    Literal,
    Op,
    Read,
)
from fsm.model import (
    Allow,
    ConfigKind,
    ConfigVariable,
    Decision,
    Event,
    EventRef,
    Expected,
    Field,
    Formula,
    Machine,
    MachineRef,
    Pattern,
    Property,
    Rule,
    Spec,
    Text,
    Timing,
    Transition,
    Variable,
)
from fsm.model import (
    State as ModelState,
)
from fsm.semantics.trace import Delay, Move, Occurrence, Run, Snapshot, State, Step

HOUR = 3_600_000
FILE = "specs/refund.fsm.yaml"
MONEY = EnumType(("none", "paid"))


def at(line: int, column: int = 5) -> Position:
    """A place in the file of the sample."""
    return Position(FILE, line, column)


def formula(node: Expr, text: str) -> Formula:
    """An expression as the spec wrote it."""
    return Formula(node, text)


def hours(n: int) -> Formula:
    """A duration."""
    return Formula(Literal(n * HOUR, DurationType()), f"{n}h")


IN_SIGNED = InState("parcel", ("signed",), ("signed",))
PAID = Apply(Op.EQ, (Read("money", MONEY), Literal("paid", MONEY)))
LOST = formula(Apply(Op.AND, (PAID, IN_SIGNED)), "money == paid and parcel == signed")
DECIDED = formula(InState("ticket", ("refunded",), ("refunded",)), "ticket == refunded")
APPLIED = formula(Ghost(GhostKind.FIRED, "apply"), "apply")

BOTH_LOST = Property(
    "both_lost",
    Pattern.NEVER,
    LOST,
    text=Text("钱货不会两失。", "Money and goods are never both lost."),
    ref="I4",
    rules=("R26",),
    at=at(40),
)
IN_TIME = Property(
    "in_time",
    Pattern.RESPONSE,
    DECIDED,
    trigger=APPLIED,
    within=hours(24),
    text=Text("每个申请都在 24 小时内处理", "Every application is handled within 24 hours"),
    at=at(44),
)
GOODS_HOME = Property(
    "goods_home",
    Pattern.CAN_ALWAYS,
    formula(InState("parcel", ("transit",), ("transit",)), "parcel == transit"),
    expect=Expected.VIOLATED,
    because=Text("签收不可撤销", "signing is final"),
    at=at(48),
)
PAYS = Property(
    "pays",
    Pattern.REACHABLE,
    formula(PAID, "money == paid"),
    text=Text("会退款", "The buyer gets a refund"),
    at=at(52),
)
UNDECIDED = Property("some_day", Pattern.EVENTUALLY, DECIDED, at=at(56))

SPEC = Spec(
    name="refund",
    title=Text("仅退款", "Refund only"),
    machines=(
        Machine(
            "ticket",
            (
                ModelState("new", text=Text("待申请", "not yet applied"), at=at(20)),
                ModelState("applied", tags=("pending",), text=Text("已申请", "applied"), at=at(21)),
                ModelState("refunded", final=True, text=Text("已退款", "refunded"), at=at(22)),
            ),
            "new",
            (
                Transition(0, ("new",), "applied", EventRef("apply"), at=at(24)),
                Transition(
                    1,
                    ("applied",),
                    "refunded",
                    timing=Timing(hours(48), hours(48), True),
                    rules=("R26",),
                    at=at(25),
                ),
            ),
            text=Text("售后单", "Ticket"),
            at=at(18),
        ),
        Machine(
            "buyer",
            (ModelState("idle", at=at(28)),),
            "idle",
            (Transition(0, ("idle",), "", EventRef("apply"), at=at(29)),),
            text=Text("买家", "Buyer"),
            at=at(27),
        ),
        Machine(
            "parcel",
            (
                ModelState("transit", text=Text("运输中", "in transit"), at=at(32)),
                ModelState("signed", final=True, text=Text("已签收", "signed for"), at=at(33)),
            ),
            "transit",
            (Transition(0, ("transit",), "signed", EventRef("sign"), at=at(34)),),
            text=Text("包裹", "Parcel"),
            at=at(31),
        ),
    ),
    configuration=(
        ConfigVariable(
            "auto_refund",
            ConfigKind.SWITCH,
            BoolType(),
            (False, True),
            Text("自动退款", "Automatic refund"),
            at=at(5),
        ),
        ConfigVariable("small", ConfigKind.SWITCH, BoolType(), (False, True), at=at(6)),
        ConfigVariable(
            "clock",
            ConfigKind.QUESTION,
            EnumType(("runs", "pauses")),
            ("runs", "pauses"),
            Text("拦截时是否计时", "The clock during interception"),
            "A3",
            (Text("照常计时", "runs on"), Text("暂停", "pauses")),
            at(8),
        ),
    ),
    variables=(
        Variable("money", MONEY, formula(Literal("none", MONEY), "none"), Text("款项", "Money")),
        Variable("parcels", IntType(1, 2), None, Text("包裹数", "Number of parcels")),
        Variable("tried", ArrayType(BoolType(), 2), formula(Literal(False, BoolType()), "false")),
    ),
    events=(
        Event(
            "apply",
            MachineRef("buyer"),
            (Field("amount", IntType(1, 3), (1, 2, 3), Text("金额", "amount")),),
            text=Text("申请退款", "applies for a refund"),
            rules=("R8",),
            at=at(14),
        ),
        Event("sign", text=Text("签收", "the parcel is signed for"), at=at(15)),
    ),
    properties=(BOTH_LOST, IN_TIME, GOODS_HOME, PAYS, UNDECIDED),
    rules=(
        Rule(
            "R8",
            Text("商品已经发货，消费者申请已发货仅退款", "goods shipped and the buyer asks for it"),
        ),
        Rule("R22", Text("体验分", "the score"), Text("没有公式", "its formula is not public")),
        Rule(
            "R26", Text("否则系统默认进行【退款】处理", "otherwise the system refunds by default")
        ),
        Rule("R31", Text("批量处理", "batch handling"), at=at(4)),
    ),
    decisions=(Decision("A16", Text("按全额退款", "partial refunds count as none")),),
    allow=(Allow("S08", "R31", Text("以后再说", "later"), at(60)),),
    at=at(1, 1),
)

VARIANT = (("auto_refund", True), ("small", False), ("clock", "runs"))


def state(
    ticket: str, parcel: str, money: str, time: int, tried: tuple[bool, bool] = (False, False)
) -> State:
    """A state of the sample; its clocks are what no story shows."""
    return State(
        Snapshot(
            (("ticket", ticket), ("buyer", "idle"), ("parcel", parcel)),
            (("money", money), ("parcels", 1), ("tried", tried)),
        ),
        (("ticket@", time),),
    )


APPLY = Occurrence("apply", (("amount", 2),), (Move("ticket", 0), Move("buyer", 0)))
SIGN = Occurrence("sign", (), (Move("parcel", 0),))
TIME_OUT = Occurrence("", (), (Move("ticket", 1),))


def run(states: tuple[State, ...], steps: tuple[Step, ...], loop: int | None = None) -> Run:
    """A run; the times follow from the delays."""
    times = [0]
    for step in steps:
        times.append(times[-1] + (step.units if isinstance(step, Delay) else 0))
    return Run(VARIANT, states, steps, tuple(times), loop)


LOST_RUN = run(
    (
        state("new", "transit", "none", 0),
        state("applied", "transit", "none", 0),
        state("applied", "transit", "none", 1),
        state("applied", "signed", "none", 1, (False, True)),
        state("applied", "signed", "none", 2, (False, True)),
        state("applied", "signed", "none", 4, (False, True)),
        state("refunded", "signed", "paid", 4, (False, True)),
    ),
    (APPLY, Delay(1), SIGN, Delay(1), Delay(2), TIME_OUT),
)
LATE_RUN = run(
    (
        state("new", "transit", "none", 0),
        state("applied", "transit", "none", 0),
        state("applied", "transit", "none", 3),
    ),
    (APPLY, Delay(3)),
)
TRAPPED_RUN = run(
    (state("new", "transit", "none", 0), state("new", "signed", "none", 0)), (SIGN,), loop=1
)
PAYS_RUN = run((state("refunded", "transit", "paid", 0),), ())
UNIT = 12 * HOUR

NEVER = Condition((), 0, 8)
EVERY = Condition(((),), 8, 8)
SOME = Condition(((("auto_refund", (True,)), ("clock", ("runs",))),), 2, 8)

RESULTS = (
    PropertyResult(
        BOTH_LOST,
        Outcome.VIOLATED,
        SOME,
        NEVER,
        False,
        LOST_RUN,
        states=120,
        seconds=0.25,
        unexpected=Text(
            "预期成立，但在某些配置下不成立", "expected to hold, but it fails in some variants"
        ),
    ),
    PropertyResult(
        IN_TIME, Outcome.VIOLATED, EVERY, NEVER, False, LATE_RUN, states=7, seconds=0.01
    ),
    PropertyResult(GOODS_HOME, Outcome.VIOLATED, EVERY, NEVER, True, TRAPPED_RUN, states=9),
    PropertyResult(PAYS, Outcome.HOLDS, NEVER, NEVER, True, PAYS_RUN, states=4),
    PropertyResult(
        UNDECIDED,
        Outcome.UNKNOWN,
        NEVER,
        EVERY,
        None,
        states=1000,
        notes=(Text("达到上限", "the limit was reached"),),
    ),
)
FINDINGS = (
    Finding("S02", "ticket:1", Text("转移从不发生", "never fires"), at(25), condition=EVERY),
    Finding(
        "S08",
        "R31",
        Text("没有任何引用", "nothing cites it"),
        at(4),
        allowed=Text("以后再说", "later"),
    ),
)
REPORT = SpecReport(
    SPEC,
    RESULTS,
    FINDINGS,
    variants=8,
    states=12345,
    transitions=23456,
    depth=9,
    seconds=1.5,
    unit=UNIT,
    complete=False,
    limit="1000 states",
    sensitivity=(("auto_refund", ("both_lost",)), ("small", ()), ("clock", ("both_lost",))),
)
