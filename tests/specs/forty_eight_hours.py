"""The page on the flagship's 48 hours: four open points of its source, answered in dense time.

    python -m tests.specs.forty_eight_hours

writes `specs/douyin/forty_eight_hours.md`; a test tells whether it is in step with the spec.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from fsm.check.check import CheckOptions, decide_family
from fsm.check.conditions import condition_of
from fsm.explore.variants import make_variants
from fsm.expressions import Scalar
from fsm.model import Pattern, Spec
from fsm.semantics.lower import lower
from fsm.spec.asked import read_operand
from fsm.spec.load import load_spec
from fsm.timed.bounds import Measurement
from fsm.timed.measure import Question
from tests.specs.worst_cases import FLAGSHIP, SPECS, _length, _where

PAGE = SPECS / "douyin" / "forty_eight_hours.md"


@dataclass(frozen=True, slots=True)
class Row:
    """One answer to an open point. `free` names the switches and questions that vary (None: all of
    them); `fixed` sets others, and what is left has its first value. A property, or a measurement
    from the application to a goal (`least`: at least; else at most)."""

    ref: str
    property: str = ""
    goal: str = ""
    least: bool = False
    free: tuple[str, ...] | None = ()
    fixed: tuple[tuple[str, Scalar], ...] = ()


DECIDED, INTERCEPT = "not (ticket in pending)", ("courier_intercept", "clock_while_intercepting")
REFUSAL = ("refund_after_refusal", "clock_after_flag")
ROWS = (
    Row("A3", "i14_decided_within_48h", free=INTERCEPT),
    Row("A3", "slow_intercept", free=INTERCEPT),
    Row("A4", goal=DECIDED, free=REFUSAL),
    Row("A4", "i05_refusal_protects_from_the_clock", free=REFUSAL),
    Row("A4", "r22_refused_parcel_does_not_wait", free=REFUSAL),
    Row("A6", goal=DECIDED, free=("modification_restarts_clock",)),
    Row("A11", goal="timeout48", least=True),
    Row("A11", "not_before_48h", free=None),
    Row("A11", "merchant_may_act_at_exactly_48h"),
    Row("A3, A4, A6", "i14_decided_within_48h", free=None),
    Row("A3, A4, A6", "i14_paid_within_48h", free=None),
)
HEAD = """\
# 48 小时 · The 48 hours

原文没有写明的四点（A3、A4、A6、A11），以稠密时间逐一回答。本页由 \
`python -m tests.specs.forty_eight_hours` 从规约算出，请勿手工修改；测试会发现它过期。\
未列出的开关与问题取第一个值；“所有配置”指全部开关与问题的每一种组合。
Four points that the source leaves open (A3, A4, A6, A11), each answered in dense time. This page is
computed from the spec by `python -m tests.specs.forty_eight_hours`; a test finds it stale.
Switches and questions that are not named have their first value; "every variant" is each
combination of all of them.

| 问题 · Open point | 问什么 · Asked | 在何处 · Over | 答案 · Answer |
|---|---|---|---|
"""


def page() -> str:
    """The whole page. Complexity: one or more searches of zones for each row."""
    return HEAD + "".join(line for row in ROWS for line in lines(row))


def lines(row: Row) -> Iterator[str]:
    """The lines of one row; a measurement has one for each bound."""
    spec = load_spec(SPECS / f"{FLAGSHIP}.fsm.yaml")
    over = "所有配置 · every variant"
    if row.free is not None:
        over = ", ".join(f"`{name}`" for name in row.free) or "字面解释 · read literally"
    said = _decided(spec, row) if row.property else _measured(spec, row)
    for asked, answer in said:
        yield f"| {_point(spec, row.ref)} | {asked} | {over} | {answer} |\n"


def _fixed(spec: Spec, row: Row) -> dict[str, Scalar]:
    if row.free is None:
        return {}
    first = {c.name: c.values[0] for c in spec.configuration if c.name not in row.free}
    return first | dict(row.fixed)


def _decided(spec: Spec, row: Row) -> Iterator[tuple[str, str]]:
    options = CheckOptions((row.property,), tuple(_fixed(spec, row).items()), time="dense")
    family = decide_family(spec, options)
    assert family.engine == "zones" and not family.undecided, row
    property_ = next(p for p in spec.properties if p.name == row.property)
    asked = f"{property_.text.zh} · {property_.text.en} (`{row.property}`)"
    condition = condition_of(family.variants, family.violated)
    reachable = property_.pattern is Pattern.REACHABLE
    if not family.violated:
        answer = "能 · yes" if reachable else "成立 · holds"
    elif family.violated == family.variants.everything:
        answer = "不能 · no" if reachable else "不成立 · violated"
    else:
        answer = f"当且仅当此时不成立 · violated exactly when `{condition}`"
    yield asked, answer


def _measured(spec: Spec, row: Row) -> Iterator[tuple[str, str]]:
    system, lowering = lower(spec)
    codes = lowering.codes
    variants = make_variants(spec.configuration, codes, range(len(codes)), _fixed(spec, row))
    question = Question(read_operand(spec, "apply", "--from"), read_operand(spec, row.goal, "--to"))
    found = Measurement(system, lowering, variants, question).bounds()
    assert not found.undecided, row
    most = "至少 · at least" if row.least else "至多 · at most"
    for bound in found.least if row.least else found.greatest:
        where = _where(spec, variants, bound.mask)
        length = _length(bound.units, bound.attained, system.unit or 1)
        asked = f"从申请到 `{row.goal}` · from the application to it"
        yield asked, f"{most} {length}" + ("" if where == "—" else f": {where}")


def _point(spec: Spec, refs: str) -> str:
    """The open point: the question of the spec, or the decision that settles it."""
    if "," in refs:
        return refs
    question = next((c for c in spec.configuration if c.ref == refs), None)
    text = question.text if question is not None else None
    if text is None:
        text = next((d.text for d in spec.decisions if d.name == refs), None)
    return refs if text is None else f"{refs}: {text.zh} · {text.en}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
