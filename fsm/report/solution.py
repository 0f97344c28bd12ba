"""For which values a property holds, in words and as JSON."""

import json
from typing import Any

from fsm.check.results import Condition
from fsm.report.conditions import say_condition
from fsm.report.duration import say_duration
from fsm.report.labels import Labels
from fsm.report.paint import Paint
from fsm.report.width import columns
from fsm.solve.lattice import Axis
from fsm.solve.solution import Region, Solution, Status

FORMAT = 1
_MOST_TERMS = 24  # lines of one formula; the JSON report has them all
STYLES = {
    Status.HOLDS: "good", Status.SOME: "open", Status.FAILS: "bad", Status.UNDECIDED: "open",
    Status.WRONG: "open",
}  # fmt: skip
_EN = {
    "exactly": "{claim} holds exactly when",
    "always": "{claim} holds for all of these values",
    "never": "{claim} holds for none of these values",
    "proved": "{claim} is proved to hold when",
    "nothing": "{claim} is proved to hold for none of these values; not all are decided",
    "axis": "{name} from {low} to {high} in steps of {step} ({n} values)",
    "axis uneven": "{name} in {{{values}}}",
    "axis one": "{name} = {low}",
    "asked": "Asked: {axes}: {points} points, {variants} variants of the rest",
    "asked one": "Asked: {axes}: {points} points",
    "holds": "holds",
    "some": "violated in {n} of {total} variants, when {condition}",
    "fails": "violated",
    "fails all": "violated in every variant",
    "undecided": "undecided",
    "wrong": "no spec with these values ({wrong})",
    "points": "{n} points",
    "point": "1 point",
    "where": "where {formula}",
    "everywhere": "everywhere",
    "or": "or {term}",
    "more": "… and {n} more (--json has all)",
    "also open": "; undecided when {condition}",
    "own": "With the values of the spec ({values}): {status}.",
    "verified": "Boundary: each of its {n} points was decided again by a plain check.",
    "corners": "No boundary: the {n} corners were decided again by a plain check.",
    "unverified": "Boundary: only {done} of its {n} points were decided again by a plain check.",
    "together": "{n} points by one search of all",
    "checked": "{n} plain checks",
    "inferred": "{n} points between two with the same answer ({names}: proved monotone)",
    "how": "How: {how}; largest search {states} states, {seconds:.1f} s.",
    "lattice": "The answer is exact for these values and says nothing about others.",
    "limit": "Not everything is decided: {limit}.",
    "time": "the time was over",
    "interrupted": "it was interrupted",
    "states": "a search reached its limit of {n} states",
    "comma": ", ",
    "semicolon": "; ",
}
_ZH = {
    "exactly": "{claim}成立，当且仅当",
    "always": "{claim}在所有这些取值下都成立",
    "never": "{claim}在所有这些取值下都不成立",
    "proved": "已证明{claim}在以下条件下成立",
    "nothing": "没有已证明{claim}成立的取值；并非全部都已判定",
    "axis": "{name} 从 {low} 到 {high}，步长 {step}（{n} 个值）",
    "axis uneven": "{name} 取 {{{values}}}",
    "axis one": "{name} = {low}",
    "asked": "范围：{axes}：{points} 个点，其余开关与问题 {variants} 种配置",
    "asked one": "范围：{axes}：{points} 个点",
    "holds": "成立",
    "some": "{total} 种配置中有 {n} 种违反，条件：{condition}",
    "fails": "违反",
    "fails all": "所有配置下都违反",
    "undecided": "未决",
    "wrong": "取这些值时规约有误（{wrong}）",
    "points": "{n} 个点",
    "point": "1 个点",
    "where": "条件：{formula}",
    "everywhere": "处处如此",
    "or": "或 {term}",
    "more": "……另有 {n} 项（全部见 --json）",
    "also open": "；未决的条件：{condition}",
    "own": "取规约中的值（{values}）：{status}。",
    "verified": "边界：全部 {n} 个点各由一次普通检查复核。",
    "corners": "没有边界：{n} 个角点各由一次普通检查复核。",
    "unverified": "边界：{n} 个点中只有 {done} 个由普通检查复核。",
    "together": "一次搜索判定 {n} 个点",
    "checked": "普通检查 {n} 次",
    "inferred": "{n} 个点夹在答案相同的两点之间（{names}：已证明单调）",
    "how": "方法：{how}；最大的一次搜索 {states} 个状态，{seconds:.1f} 秒。",
    "lattice": "结论对这些取值精确，对其他取值不作任何断言。",
    "limit": "未能全部判定：{limit}。",
    "time": "时间已到",
    "interrupted": "被中断",
    "states": "有一次搜索达到了 {n} 个状态的上限",
    "comma": "，",
    "semicolon": "；",
}


class Sayings:
    """The words of one solution in one language."""

    def __init__(self, solution: Solution, labels: Labels) -> None:
        self.solution, self.labels = solution, labels
        self.table = _ZH if labels.lang == "zh" else _EN

    def __call__(self, key: str, **blanks: object) -> str:
        return self.table[key].format(**blanks)

    def head(self) -> str:
        """What the formula answers."""
        solution = self.solution
        claim = self.labels.claim(solution.claim)
        if any(region.undecided.count for region in solution.regions):
            return self("proved" if solution.formula.terms else "nothing", claim=claim)
        if solution.formula.kind == "constant":
            return self("always" if solution.formula.terms else "never", claim=claim)
        return self("exactly", claim=claim)

    def terms(self) -> list[str]:
        """The formula, a line for each part; nothing where the head says it."""
        formula = self.solution.formula
        if formula.kind == "constant":
            return []
        return self._lines(formula.said())

    def _lines(self, said: tuple[str, ...]) -> list[str]:
        first, *others = said
        lines = [first, *(self("or", term=term) for term in others)]
        if len(lines) <= _MOST_TERMS:
            return lines
        return [*lines[:_MOST_TERMS], self("more", n=len(lines) - _MOST_TERMS)]

    def value(self, axis: Axis, value: int) -> str:
        """A value of an axis."""
        return say_duration(value, self.labels.lang) if axis.duration else str(value)

    def axis(self, axis: Axis) -> str:
        """Which values of it were asked about."""
        first, last = axis.values[0], axis.values[-1]
        if first == last:
            return self("axis one", name=axis.name, low=self.value(axis, first))
        if not axis.step:
            values = ", ".join(self.value(axis, v) for v in axis.values)
            return self("axis uneven", name=axis.name, values=values)
        return self(
            "axis", name=axis.name, low=self.value(axis, first), high=self.value(axis, last),
            step=self.value(axis, axis.step), n=len(axis.values),
        )  # fmt: skip

    def status(self, region: Region) -> str:
        """What is said about the points of a region."""
        total = self.solution.rest.everything.bit_count()
        match region.status:
            case Status.SOME:
                violated = region.violated
                text = self("some", n=violated.count, total=total, condition=self._when(violated))
                if region.undecided.count:
                    text += self("also open", condition=self._when(region.undecided))
                return text
            case Status.FAILS:
                return self("fails all" if total > 1 else "fails")
            case Status.WRONG:
                return self("wrong", wrong=region.wrong)
            case status:
                return self(status.value)

    def _when(self, condition: Condition) -> str:
        return say_condition(condition, self.labels)

    def own(self) -> str:
        """What is said about the values that the spec has; "" where they were not asked about."""
        axes = self.solution.lattice.axes
        point = tuple(axis.own if axis.own is not None else -1 for axis in axes)
        region = next((r for r in self.solution.regions if point in r.points), None)
        if region is None or any(axis.own is None for axis in axes):
            return ""
        said = [f"{a.name} = {self.value(a, v)}" for a, v in zip(axes, point, strict=True)]
        return self("own", values=self("comma").join(said), status=self.status(region))

    def count(self, region: Region) -> str:
        """How many points it has."""
        n = len(region.points)
        return self("point") if n == 1 else self("points", n=f"{n:,}")

    def where(self, region: Region) -> list[str]:
        """The formula of a region."""
        if region.formula.kind == "constant":
            return [self("everywhere")]
        first, *others = self._lines(region.formula.said())
        return [self("where", formula=first), *others]


def solution_text(solution: Solution, labels: Labels, paint: Paint = Paint()) -> str:
    """The answer, the regions behind it, and what it rests on; ends in a newline."""
    say = Sayings(solution, labels)
    lines = [paint("title", f"{solution.spec.name}: ") + say.head()]
    lines += ["    " + paint("title", term) for term in say.terms()]
    total = solution.rest.everything.bit_count()
    axes = say("semicolon").join(say.axis(axis) for axis in solution.lattice.axes)
    points = f"{len(solution.lattice):,}"
    key = "asked" if total > 1 else "asked one"
    lines += ["  " + say(key, axes=axes, points=points, variants=f"{total:,}")]
    if len(solution.regions) > 1 or solution.formula.kind == "constant":
        lines += _regions(solution, say, paint)
    lines += ["  " + line for line in _basis(solution, say)]
    return "\n".join(lines) + "\n"


def _regions(solution: Solution, say: Sayings, paint: Paint) -> list[str]:
    rows: list[tuple[str, ...]] = []
    lines: list[str] = []
    for region in solution.regions:
        first, *others = say.where(region)
        rows.append((f"  {say.count(region)}", first))
        rows += [("", other) for other in others]
    placed = iter(columns(rows))
    for region in solution.regions:
        lines.append("  " + paint(STYLES[region.status], say.status(region)))
        lines += [f"  {next(placed)}" for _ in say.where(region)]
    return lines


def _basis(solution: Solution, say: Sayings) -> list[str]:
    """What the answer rests on."""
    lines = [own] if (own := say.own()) else []
    count, done = len(solution.boundary), len(solution.boundary & solution.checked)
    if solution.unverified:
        lines.append(say("unverified", n=count, done=done))
    elif count:
        lines.append(say("corners" if len(solution.regions) == 1 else "verified", n=count))
    how = []
    if solution.together:
        how.append(say("together", n=f"{solution.together:,}"))
    if solution.inferred:
        names = say("comma").join(name for name, _ in solution.monotone)
        how.append(say("inferred", n=f"{solution.inferred:,}", names=names))
    how.append(say("checked", n=f"{len(solution.checked):,}"))
    lines.append(
        say("how", how=say("comma").join(how), states=f"{solution.states:,}",
            seconds=solution.seconds)
    )  # fmt: skip
    if solution.limit:
        number, _, unit = solution.limit.partition(" ")
        known = solution.limit in say.table
        limit = say("states", n=number) if unit == "states" else solution.limit
        lines.append(say("limit", limit=say(solution.limit) if known else limit))
    lines.append(say("lattice"))
    return lines


def solution_json(solution: Solution) -> str:
    """All of it as indented JSON, ending in a newline; durations in milliseconds."""
    axes = solution.lattice.axes
    data: dict[str, Any] = {
        "format": FORMAT,
        "spec": solution.spec.name,
        "file": solution.spec.at.file,
        "property": solution.claim.name,
        "exit_code": solution.exit_code(),
        "holds_when": str(solution.formula),
        "form": solution.formula.kind,
        "axes": [
            {
                "name": axis.name,
                "kind": "constant" if axis.constant else "parameter",
                "type": "duration" if axis.duration else "integer",
                "values": list(axis.values),
                "own": axis.own,
            }
            for axis in axes
        ],
        "variants": solution.rest.everything.bit_count(),
        "regions": [
            {
                "status": region.status.value,
                "violated_when": str(region.violated),
                "violated": region.violated.count,
                "undecided_when": str(region.undecided),
                "undecided": region.undecided.count,
                "wrong": region.wrong,
                "where": str(region.formula),
                "points": [list(point) for point in sorted(region.points)],
            }
            for region in solution.regions
        ],
        "boundary": {
            "points": [list(point) for point in sorted(solution.boundary)],
            "verified": len(solution.boundary & solution.checked),
        },
        "method": {
            "together": solution.together,
            "plain_checks": len(solution.checked),
            "inferred": solution.inferred,
            "monotone": dict(solution.monotone),
        },
        "states": solution.states,
        "seconds": round(solution.seconds, 3),
        "limit": solution.limit,
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"
