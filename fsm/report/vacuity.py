"""Why a claim holds for want of anything to hold of, in words."""

from collections.abc import Iterator

from fsm.check.results import PropertyResult, SpecReport, Vacuity
from fsm.logic.premises import Role
from fsm.report.conditions import say_condition
from fsm.report.labels import Labels
from fsm.report.phrase import phrase

REASONS = {
    "en": {
        Role.TRIGGER: "the trigger never happens: {text}",
        Role.EVENT: "what is counted never happens: {text}",
        Role.LEFT: "the left side of -> is never true: {text}",
        Role.PART: "this part is never true: {text}",
        Role.OPENS: "the scope never begins: {text}",
        Role.ENDS: "the scope never ends, so that nothing is claimed: {text}",
        Role.IDLE: "a part without effect, it holds without: {text}",
    },
    "zh": {
        Role.TRIGGER: "触发条件从不出现：{text}",
        Role.EVENT: "所数的事从不发生：{text}",
        Role.LEFT: "蕴含的前件从不为真：{text}",
        Role.PART: "这一部分从不为真：{text}",
        Role.OPENS: "范围从不开始：{text}",
        Role.ENDS: "范围的终点从不出现，因而什么也没有主张：{text}",
        Role.IDLE: "有一部分不起作用，去掉仍然成立：{text}",
    },
}


def said(vacuity: Vacuity, labels: Labels) -> str:
    """One sentence without its end: in which variants, and why."""
    words = labels.words
    text = phrase(vacuity.condition, labels)
    reason = REASONS[labels.lang][vacuity.role].format(text=text)
    where = vacuity.where
    if vacuity.role is Role.IDLE:
        if vacuity.everywhere:
            return reason
        return words("idle_when", condition=say_condition(where, labels), reason=reason)
    if where.total == 1:
        return words("vacuous_one", reason=reason)
    if vacuity.everywhere:
        return words("vacuous_all", reason=reason)
    condition = say_condition(where, labels)
    return words(
        "vacuous_when", count=where.count, total=where.total, condition=condition, reason=reason
    )


def lines(result: PropertyResult, labels: Labels, *, partly: bool = True) -> list[str]:
    """A sentence for each reason; without `partly` only for those that hold in every variant, and
    nothing about what was not measured."""
    found = [said(v, labels) for v in result.vacuous if partly or v.everywhere]
    if partly:
        open_ = (phrase(condition, labels) for condition in result.unmeasured)
        found += [labels.words("unmeasured", text=text) for text in open_]
    return found


def is_vacuous(result: PropertyResult) -> bool:
    """In every variant, for one reason?"""
    return any(v.everywhere and v.role is not Role.IDLE for v in result.vacuous)


def partly_vacuous(report: SpecReport) -> Iterator[PropertyResult]:
    """The properties that are so in some variants, but not in all."""
    return (r for r in report.results if r.vacuous and not is_vacuous(r))
