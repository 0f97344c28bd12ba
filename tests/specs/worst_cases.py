"""The page that compares the worst cases of the shipped lifecycles, by exact bounds.

    python -m tests.specs.worst_cases

writes `specs/peers/worst_cases.md`; a test tells whether it is in step with the specs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fsm.check.conditions import condition_of
from fsm.explore.variants import Variants, make_variants
from fsm.expressions import DurationType, Scalar
from fsm.model import Spec
from fsm.report.duration import say_duration
from fsm.report.labels import Labels
from fsm.report.phrase import phrase
from fsm.semantics.lower import lower
from fsm.spec.asked import read_operand
from fsm.spec.load import load_spec
from fsm.timed.bounds import Measurement
from fsm.timed.measure import Question

SPECS = Path(__file__).parents[2] / "specs"
PAGE = SPECS / "peers" / "worst_cases.md"


@dataclass(frozen=True, slots=True)
class Row:
    """One question. `silence` is the event that comes if nobody does anything in time; `free`
    names the configuration that varies, where the rest is fixed to its first values."""

    spec: str
    start: str
    goal: str
    silence: str = ""
    free: tuple[str, ...] | None = None


FLAGSHIP, R22 = "douyin/shipped_refund_only", ("refund_after_refusal", "clock_after_flag")
WECHAT, ZENDESK = "peers/wechat_after_sale", "peers/zendesk_ticket"
PAYPAL, STRIPE = "peers/paypal_dispute", "peers/stripe_dispute"
ROWS = (
    Row(FLAGSHIP, "ticket in pending", "not (ticket in pending)", "default_refund", R22),
    Row(FLAGSHIP, "ticket == applied", "ticket != applied", free=R22),
    Row(FLAGSHIP, "ticket == refused", "ticket != refused", free=R22),
    Row(WECHAT, "ticket == merchant_processing", "ticket != merchant_processing",
        "merchant_overdue"),
    Row(WECHAT, "ticket in undecided", "not (ticket in undecided)"),
    Row(WECHAT, "ticket == merchant_reject", "ticket != merchant_reject", "escalation_overdue"),
    Row(ZENDESK, "ticket == solved", "ticket != solved", "auto_close"),
    Row(ZENDESK, "ticket == pending", "ticket != pending"),
    Row(PAYPAL, "dispute in inquiry", "not (dispute in inquiry)", "lapse"),
    Row(PAYPAL, "dispute == awaiting_seller", "dispute != awaiting_seller", "default_judgment"),
    Row(PAYPAL, "dispute == under_review", "dispute != under_review"),
    Row(STRIPE, "dispute in inquiry", "not (dispute in inquiry)"),
    Row(STRIPE, "dispute == needs_response", "dispute != needs_response", "time_is_up"),
    Row(STRIPE, "dispute in chargeback", "not (dispute in chargeback)"),
)  # fmt: skip
HEAD = """\
# 最长时间与沉默的结果 · Worst cases, and what silence leads to

本页由 `python -m tests.specs.worst_cases` 从规约算出，请勿手工修改；测试会发现它过期。\
时间是稠密时间下的精确界：“可达”指确能恰好这么久，“无界”指可以无限期拖延。\
旗舰规约取字面解释（各问题的第一个答案、其他策略关闭）。
This page is computed from the specs by `python -m tests.specs.worst_cases`; a test finds it stale.
The times are exact bounds in dense time; "reached" means that it can last exactly as long,
"unbounded" that it can last for ever. The flagship is read literally (the first answer to each
question, the other strategies off).

| 规约 · Spec | 何时 · While | 最长 · At most | 条件 · Where | 沉默的结果 · Silence leads to |
|---|---|---|---|---|
"""


def page() -> str:
    """The whole page. Complexity: a search of zones for each row."""
    return HEAD + "".join(line for row in ROWS for line in lines(row))


def lines(row: Row) -> Iterator[str]:
    """The lines of one question, a line for each bound, the greatest first."""
    for cells in _cells(row):
        yield f"| {' | '.join(cells)} |\n"


def _cells(row: Row) -> Iterator[tuple[str, ...]]:
    spec = load_spec(SPECS / f"{row.spec}.fsm.yaml")
    system, lowering = lower(spec)
    codes = lowering.codes
    fixed: dict[str, Scalar] = (
        {} if row.free is None
        else {c.name: c.values[0] for c in spec.configuration if c.name not in row.free}
    )  # fmt: skip
    variants = make_variants(spec.configuration, codes, range(len(codes)), fixed)
    start = read_operand(spec, row.start, "--from")
    goal = read_operand(spec, row.goal, "--to")
    bounds = Measurement(system, lowering, variants, Question(start, goal)).bounds()
    assert not bounds.undecided, row
    zh, en = (phrase(start, Labels(spec, lang)) for lang in ("zh", "en"))
    silence = _silence(spec, row.silence)
    for bound in bounds.greatest:
        yield (
            f"`{spec.name}`",
            f"{zh} · {en}",
            _length(bound.units, bound.attained, system.unit or 1),
            _where(spec, variants, bound.mask),
            "—" if bound.units is None else silence,
        )


def _length(units: int | None, attained: bool, unit: int) -> str:
    if units is None:
        return "无界 · unbounded"
    zh, en = (say_duration(units * unit, lang) for lang in ("zh", "en"))
    if attained:
        return f"{zh}（可达） · {en} (reached)"
    return f"{zh}（不可达） · {en} (not reached)"


def _where(spec: Spec, variants: Variants, mask: int) -> str:
    durations = {c.name for c in spec.configuration if isinstance(c.type, DurationType)}

    def say(name: str, value: Scalar) -> str:
        return say_duration(int(value), "en") if name in durations else str(value)

    condition = condition_of(variants, mask).formula(say)
    return "—" if condition == "always" else f"`{condition}`"


def _silence(spec: Spec, event: str) -> str:
    """The state to which the event leads, in both languages."""
    if not event:
        return "—"
    machine, states = next(
        (m, [t.target for t in m.transitions if t.event and t.event.event == event and t.target])
        for m in spec.machines
        if any(t.event and t.event.event == event and t.target for t in m.transitions)
    )
    labels = [Labels(spec, lang) for lang in ("zh", "en")]
    return "；".join(
        " · ".join(words.state(machine.name, state) for words in labels)
        for state in dict.fromkeys(states)
    )


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
