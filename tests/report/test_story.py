"""Stories, word for word, in both languages."""

import pytest
from msgspec.structs import replace

from fsm.check.check import check_spec
from fsm.expressions import Apply, BoolType, ClockRead, Config, Op
from fsm.model import Clock, Formula, Pattern, Text
from fsm.report.conclusion import conclude
from fsm.report.labels import Labels
from fsm.report.layout import lay_out
from fsm.report.story import tell
from fsm.report.verdicts import story_of
from fsm.semantics.trace import Delay, Move, Occurrence, Run
from fsm.spec.load import parse_spec
from tests.report.samples import (
    APPLIED,
    APPLY,
    DECIDED,
    LATE_RUN,
    LOST_RUN,
    REPORT,
    RESULTS,
    SIGN,
    SPEC,
    TIME_OUT,
    TRAPPED_RUN,
    UNIT,
    hours,
    run,
    state,
)

BOTH_LOST, IN_TIME, GOODS_HOME, PAYS, _ = RESULTS


def story(number: int, lang: str) -> str:
    labels = Labels(SPEC, lang)
    told = story_of(RESULTS[number], REPORT, labels)
    assert told is not None
    return "\n".join(lay_out(told, labels.words, ""))


def test_a_violation_in_english() -> None:
    assert story(0, "en") == (
        "Configuration:\n"
        "  Automatic refund (auto_refund): on\n"
        "  The clock during interception (clock): runs on (runs)\n"
        "At the start: Number of parcels is 1\n"
        "1. start  Buyer: applies for a refund (amount 2)\n"
        "            Ticket: not yet applied → applied\n"
        "            R8: goods shipped and the buyer asks for it\n"
        "2. +12 h  outside world: the parcel is signed for\n"
        "            Parcel: in transit → signed for\n"
        "            tried[1]: no → yes\n"
        "3. +48 h  Ticket: time is up after 48 h in “applied” (36 h later)\n"
        "            Ticket: applied → refunded\n"
        "            Money: none → paid\n"
        "            R26: otherwise the system refunds by default\n"
        "In the end Money is “paid”, Parcel is “signed for”. "
        "This breaks “Money and goods are never both lost” (both_lost)."
    )


def test_a_violation_in_chinese() -> None:
    assert story(0, "zh") == (
        "配置：\n"
        "  自动退款（auto_refund）：开\n"
        "  拦截时是否计时（clock）：照常计时（runs）\n"
        "开始时：包裹数为 1\n"
        "1. 开始      买家：申请退款（金额 2）\n"
        "               售后单：待申请 → 已申请\n"
        "               R8：商品已经发货，消费者申请已发货仅退款\n"
        "2. +12 小时  外界：签收\n"
        "               包裹：运输中 → 已签收\n"
        "               tried[1]：否 → 是\n"
        "3. +48 小时  售后单：在“已申请”停留满 48 小时，到期（36 小时之后）\n"
        "               售后单：已申请 → 已退款\n"
        "               款项：none → paid\n"
        "               R26：否则系统默认进行【退款】处理\n"
        "最终，款项为“paid”，包裹为“已签收”。这违反了“钱货不会两失”（both_lost）。"
    )


def test_time_that_runs_out_is_a_step_of_its_own() -> None:
    assert story(1, "en").splitlines()[-2:] == [
        "2. +36 h  nothing happens for 36 h",
        "Within 24 h after “applies for a refund” it has not come to this: Ticket is “refunded”. "
        "In the end Ticket is “applied”. "
        "This breaks “Every application is handled within 24 hours” (in_time).",
    ]
    assert story(1, "zh").splitlines()[-2:] == [
        "2. +36 小时  经过 36 小时，其间什么也没有发生",
        "“申请退款”之后 24 小时之内没有出现这样的情形：售后单为“已退款”。最终，售后单为“已申请”。"
        "这违反了“每个申请都在 24 小时内处理”（in_time）。",
    ]


def test_an_end_is_told() -> None:
    assert story(2, "en").splitlines()[-2:] == [
        "After that nothing can happen any more.",
        "From here it can never come to this again: Parcel is “in transit”. "
        "In the end Parcel is “signed for”. This breaks “goods_home”.",
    ]
    assert "此后再也不会发生任何事。" in story(2, "zh")


def test_a_witness_is_not_called_a_violation() -> None:
    assert story(3, "en").endswith(
        "This is so from the start.\n"
        "In the end Money is “paid”. This shows that “The buyer gets a refund” (pays) can happen."
    )


def plain(run_: Run, lang: str = "en", unit: int | None = UNIT) -> list[str]:
    labels = Labels(SPEC, lang)
    return lay_out(tell(run_, labels, unit), labels.words, "")


def lasso(loop: int) -> Run:
    states = tuple(state("new", "transit", "none", 0) for _ in range(4))
    return run(states, (SIGN, Delay(2), SIGN), loop)


def test_a_loop_is_marked_where_it_starts() -> None:
    assert plain(lasso(1))[2:] == [
        "1. start  outside world: the parcel is signed for",
        "            Parcel: enters “in transit” anew",
        "and then for ever:",
        "2. +24 h  outside world: the parcel is signed for",
        "            Parcel: enters “in transit” anew",
    ]


def test_a_loop_that_starts_while_time_passes_keeps_the_time_before_it() -> None:
    assert plain(lasso(2))[4:] == [
        "2. +24 h  nothing happens for 24 h",
        "and then for ever:",
        "3. +24 h  outside world: the parcel is signed for",
        "            Parcel: enters “in transit” anew",
    ]


def test_a_loop_in_which_only_time_passes() -> None:
    states = tuple(state("new", "transit", "none", 0) for _ in range(3))
    assert plain(run(states, (SIGN, Delay(1)), 1))[-2:] == [
        "and then for ever:",
        "2. +12 h  nothing happens for 12 h",
    ]


def test_without_time_there_is_no_clock() -> None:
    assert plain(TRAPPED_RUN, unit=None)[2] == "1. outside world: the parcel is signed for"


def test_delays_that_follow_each_other_are_one() -> None:
    assert sum("later" in line for line in plain(LOST_RUN)) == 1
    assert [line[:2] for line in plain(LOST_RUN) if line[0].isdigit()] == ["1.", "2.", "3."]


def test_only_what_matters_of_the_configuration_is_told() -> None:
    labels = Labels(SPEC, "en")
    quiet = replace(
        LATE_RUN, variant=(("auto_refund", False), ("small", False), ("clock", "pauses"))
    )
    assert tell(quiet, labels, UNIT).setting[0] == "Configuration: every switch off"
    assert tell(quiet, labels, UNIT, ("clock", "small")).setting[:3] == (
        "Configuration:",
        "  small: off",
        "  The clock during interception (clock): pauses",
    )


def test_entering_a_state_anew_and_resetting_a_clock_are_changes() -> None:
    ticket, *others = SPEC.machines
    again = replace(ticket.transitions[0], sources=("applied",), resets=(ClockRead("c48"),))
    ticket = replace(ticket, transitions=(again,))
    clock = Clock("c48", text=Text("处理时限", "the handling clock"))
    labels = Labels(replace(SPEC, machines=(ticket, *others), clocks=(clock,)), "en")
    here = state("applied", "transit", "none", 0)
    story_ = tell(run((here, here), (APPLY,)), labels, UNIT)
    assert story_.steps[0].changes == (
        "Ticket: enters “applied” anew",
        "the handling clock starts again from zero",
    )


def test_who_acts_is_the_owner_or_all_or_nobody() -> None:
    labels = Labels(SPEC, "en")
    assert [step.actor for step in tell(LOST_RUN, labels, UNIT).steps] == [
        "Buyer",
        "outside world",
        "Ticket",
    ]
    apply, sign = SPEC.events
    together = replace(SPEC, events=(apply, replace(sign, sync_all=True)))
    step = Occurrence("sign", (), (Move("parcel", 0), Move("buyer", 0)))
    here = state("new", "transit", "none", 0)
    told = tell(run((here, here), (step,)), Labels(together, "en"), UNIT)
    assert told.steps[0].actor == "Parcel and Buyer"


def test_steps_know_their_place_in_the_spec() -> None:
    steps = tell(LOST_RUN, Labels(SPEC, "en"), UNIT).steps
    assert [step.at.line for step in steps if step.at is not None] == [29, 34, 25]
    assert [step.state for step in steps] == [1, 3, 6]
    assert TIME_OUT in LOST_RUN.steps


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_conclusion_names_the_instance_of_each(lang: str) -> None:
    result = replace(BOTH_LOST, each=(("i", 2),))
    assert "i = 2" in conclude(result, LOST_RUN, Labels(SPEC, lang), UNIT)


def test_what_the_run_reads_of_the_configuration_is_told() -> None:
    ticket, *others = SPEC.machines
    small = Formula(Apply(Op.NOT, (Config("small", BoolType()),)), "not small")
    guarded = replace(ticket.transitions[0], guard=small)
    ticket = replace(ticket, transitions=(guarded, *ticket.transitions[1:]))
    labels = Labels(replace(SPEC, machines=(ticket, *others)), "en")
    assert tell(LATE_RUN, labels, UNIT).setting[1:3] == (
        "  Automatic refund (auto_refund): on",
        "  small: off",
    )
    pausing = replace(SPEC, clocks=(Clock("c48", small),))
    assert "  small: off" in tell(LATE_RUN, Labels(pausing, "en"), UNIT).setting
    assert "  small: off" not in tell(TRAPPED_RUN, Labels(pausing, "en"), UNIT).setting


def concluded(pattern: Pattern, **changes: object) -> str:
    claim = replace(BOTH_LOST.property, pattern=pattern, **changes)
    result = replace(BOTH_LOST, property=claim)
    said = conclude(result, LOST_RUN, Labels(SPEC, "en"), UNIT)
    return said.split("In the end")[0].strip()


def test_every_pattern_says_what_went_wrong() -> None:
    late = hours(24)
    assert concluded(Pattern.NEVER) == ""
    assert concluded(Pattern.EVENTUALLY, subject=DECIDED) == (
        "It never comes to this: Ticket is “refunded”."
    )
    assert concluded(Pattern.EVENTUALLY, subject=DECIDED, within=late) == (
        "24 h after the start it has not come to this: Ticket is “refunded”."
    )
    assert concluded(Pattern.RESPONSE, subject=DECIDED, trigger=APPLIED) == (
        "After “applies for a refund” it never comes to this: Ticket is “refunded”."
    )
    assert concluded(Pattern.PRECEDENCE, subject=APPLIED, trigger=DECIDED) == (
        "It comes to Ticket is “refunded”, although before that it has never come to this: "
        "“applies for a refund”."
    )
    assert concluded(Pattern.AT_MOST, subject=APPLIED, bound=2).startswith(
        "“applies for a refund” has now happened 3 times; at most 2 are allowed. "
    )
    assert concluded(Pattern.CAN_ALWAYS, subject=DECIDED) == (
        "From here it can never come to this again: Ticket is “refunded”."
    )


@pytest.mark.parametrize("clock, timing, said", [
    ("", "between: [1h, 3h]", {
        "en": "moves on, between 1 h and 3 h after entering “new”",
        "zh": "进入“new”后 1 小时至 3 小时之间，自行推进",
    }),
    ("clocks: {age: }", "between: [1h, 3h], clock: age", {
        "en": "moves on, age of ticket being between 1 h and 3 h",
        "zh": "ticket 的age计满 1 小时至 3 小时之间，自行推进",
    }),
    ("", "between: [3h, 3h]", {
        "en": "time is up after 3 h in “new”", "zh": "在“new”停留满 3 小时，到期",
    }),
])  # fmt: skip
def test_what_may_happen_earlier_is_no_deadline(
    clock: str, timing: str, said: dict[str, str]
) -> None:  # fmt: skip
    """A transition that is forced only later was taken within its time."""
    spec = parse_spec(f"""
fsm: 1
name: t
machines:
  ticket:
    {clock}
    states: {{new: , old: {{final: true}}}}
    transitions: [{{from: new, {timing}, to: old}}]
properties: {{p: {{reachable: ticket == old}}}}
""")
    report = check_spec(spec)
    for lang, words in said.items():
        labels = Labels(spec, lang)
        told = story_of(report.results[0], report, labels)
        assert told is not None
        assert words in "\n".join(lay_out(told, labels.words, ""))
