"""What a trial found, in words and as JSON."""

import json
from typing import Any

from fsm.check.results import Condition, Outcome, PropertyResult
from fsm.errors import Position
from fsm.model import Transition
from fsm.report.conclusion import conclude
from fsm.report.json import trace_data
from fsm.report.labels import Labels
from fsm.report.layout import lay_out
from fsm.report.paint import Paint
from fsm.report.story import Story, tell
from fsm.report.verdicts import story_title
from fsm.report.width import columns
from fsm.testing.coverage import AROUND, Boundary
from fsm.testing.trial import Result, Told, TrialReport

FORMAT = 1
_NOWHERE = Condition((), 0, 0)
_EN = {
    "passed": "not broken",
    "broken": "broken",
    "shown": "shown",
    "not shown": "not shown",
    "needs proof": "runs cannot tell; fsm check can",
    "unexpected": "not expected",
    "expected": "as expected",
    "unlike": "the spec expects a violation",
    "runs": "{runs} runs, {steps} steps, seed {seed}, {seconds:.1f} s",
    "interrupted": "interrupted: what follows is what was done by then",
    "coverage": "Coverage",
    "states": "states",
    "transitions": "transitions",
    "instants": "instants at deadlines",
    "of": "{done} of {total}",
    "missing": "not visited",
    "boundaries": "around each deadline (times that a run stopped there)",
    "before": "1 unit before",
    "at": "exactly",
    "after": "1 unit after",
    "impossible": "time cannot pass",
    "lower": "from then on",
    "upper": "until then",
    "both": "at that time",
}
_ZH = {
    "passed": "未被破坏",
    "broken": "被破坏",
    "shown": "已出现",
    "not shown": "未出现",
    "needs proof": "运行无法判断；请用 fsm check 证明",
    "unexpected": "与预期不符",
    "expected": "与预期一致",
    "unlike": "规约预期它会被破坏",
    "runs": "{runs} 次运行，{steps} 步，种子 {seed}，{seconds:.1f} 秒",
    "interrupted": "已中断：以下只是到中断为止的结果",
    "coverage": "覆盖情况",
    "states": "状态",
    "transitions": "迁移",
    "instants": "时限附近的时刻",
    "of": "{done} / {total}",
    "missing": "未到达",
    "boundaries": "每个时限附近（运行停在该时刻的次数）",
    "before": "早一个单位",
    "at": "恰好",
    "after": "晚一个单位",
    "impossible": "时间不能流逝到此",
    "lower": "从此时起",
    "upper": "到此时止",
    "both": "在此时",
}
_WORDS = {"en": _EN, "zh": _ZH}
_STYLE = {Told.NOT_SHOWN: "open", Told.NEEDS_PROOF: "dim"}


def trial_text(report: TrialReport, labels: Labels, paint: Paint | None = None) -> str:
    """A line a property, the story of each surprise, and the coverage; ends in a newline."""
    paint, words = paint or Paint(), _WORDS[labels.lang]
    lines = [paint("title", report.spec.title.get(labels.lang, report.spec.name))]
    if report.interrupted:
        lines.append(paint("open", words["interrupted"]))
    lines += columns([_row(result, words, paint) for result in report.results])
    lines += ["", _effort(report, words)]
    for result in report.results:
        if not result.as_expected:
            claim = story_title(_as_checked(result), labels)
            lines += ["", "  " + paint("bad", claim)]
            lines += lay_out(story_of(report, result, labels), labels.words, "    ")
    return "\n".join([*lines, "", *_coverage(report, labels, words, paint)]) + "\n"


def trial_json(report: TrialReport, labels: Labels) -> str:
    """The same for programs: every property, the runs of what is broken, and all counts."""
    data = {
        "format": FORMAT,
        "spec": report.spec.name,
        "seed": report.plan.seed,
        "runs": report.coverage.runs,
        "steps": report.coverage.steps,
        "interrupted": report.interrupted,
        "properties": [_result_data(result, report, labels) for result in report.results],
        "coverage": _coverage_data(report),
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def story_of(report: TrialReport, result: Result, labels: Labels) -> Story:
    """The run of a result as a story."""
    assert result.run is not None
    conclusion = conclude(_as_checked(result), result.run, labels, report.unit)
    return tell(result.run, labels, report.unit, (), conclusion)


def _as_checked(result: Result) -> PropertyResult:
    """The result in the shape that stories are told of."""
    outcome = Outcome.HOLDS if result.told is Told.SHOWN else Outcome.VIOLATED
    return PropertyResult(
        result.property, outcome, _NOWHERE, _NOWHERE, result.as_expected, result.run, result.each
    )


def _row(result: Result, words: dict[str, str], paint: Paint) -> tuple[str, ...]:
    style = _STYLE.get(result.told, "good") if result.as_expected else "bad"
    mark = {"good": "✓", "bad": "✗", "open": "?", "dim": "·"}[style]
    remark = ""
    if not result.as_expected:
        remark = words["unexpected"]
    elif result.told is Told.BROKEN:
        remark = words["expected"]
    return f"  {paint(style, mark)} {result.property.name}", words[result.told.value], remark


def _effort(report: TrialReport, words: dict[str, str]) -> str:
    coverage = report.coverage
    return "  " + words["runs"].format(
        runs=f"{coverage.runs:,}", steps=f"{coverage.steps:,}",
        seed=report.plan.seed, seconds=report.seconds,
    )  # fmt: skip


def _coverage(
    report: TrialReport, labels: Labels, words: dict[str, str], paint: Paint
) -> list[str]:
    states, transitions, boundaries = report.recorder.goals()
    seen = report.coverage
    lines = ["  " + paint("title", words["coverage"])]
    instants = [(b, k) for b in boundaries for k in AROUND if not (b.forced and k > 0)]
    counted = (
        ("states", sum(s in seen.states for s in states), len(states)),
        ("transitions", sum(t in seen.transitions for t in transitions), len(transitions)),
        ("instants", sum(i in seen.boundaries for i in instants), len(instants)),
    )
    lines += columns(
        [
            ("    " + words[key], words["of"].format(done=done, total=total))
            for key, done, total in counted
            if total
        ]
    )
    missed = [f"{m}.{s}" for m, s in states if (m, s) not in seen.states]
    missed += [
        f"{_place(report, m, n)} {m}:{n}" for m, n in transitions if (m, n) not in seen.transitions
    ]
    if missed:
        lines += ["    " + paint("open", words["missing"]), *(f"      {name}" for name in missed)]
    if boundaries:
        lines += ["    " + words["boundaries"]]
        head = ("", "", words["before"], words["at"], words["after"])
        rows = [head, *(_boundary(b, report, words) for b in boundaries)]
        lines += ["      " + line for line in columns(rows)]
    return lines


def _boundary(boundary: Boundary, report: TrialReport, words: dict[str, str]) -> tuple[str, ...]:
    counts = []
    for offset in AROUND:
        count = report.coverage.boundaries[boundary, offset]
        impossible = boundary.forced and offset > 0 and not count
        counts.append(words["impossible"] if impossible else str(count))
    name = f"{boundary.machine}:{boundary.transition}"
    return name, words[boundary.end], *counts


def _place(report: TrialReport, machine: str, number: int) -> str:
    at = _transition(report, machine, number).at
    return f"{at.file}:{at.line}:{at.column}"


def _transition(report: TrialReport, machine: str, number: int) -> Transition:
    found = next(m for m in report.spec.all_machines() if m.name == machine)
    return found.transitions[number]


def _result_data(result: Result, report: TrialReport, labels: Labels) -> dict[str, Any]:
    story = story_of(report, result, labels) if result.run is not None else None
    return {
        "name": result.property.name,
        "told": result.told.value,
        "as_expected": result.as_expected,
        "each": dict(result.each),
        "at": _position(result.property.at),
        "trace": trace_data(result.run, story),
    }


def _coverage_data(report: TrialReport) -> dict[str, Any]:
    states, transitions, boundaries = report.recorder.goals()
    seen = report.coverage
    return {
        "states": [
            {"machine": m, "state": s, "visits": seen.states[m, s]} for m, s in states
        ],
        "transitions": [
            {"machine": m, "transition": n, "taken": seen.transitions[m, n],
             "at": _position(_transition(report, m, n).at)}
            for m, n in transitions
        ],
        "deadlines": [
            {"machine": b.machine, "transition": b.transition, "end": b.end, "forced": b.forced,
             "before": seen.boundaries[b, -1], "exactly": seen.boundaries[b, 0],
             "after": seen.boundaries[b, 1]}
            for b in boundaries
        ],
    }  # fmt: skip


def _position(at: Position) -> dict[str, str | int]:
    return {"file": at.file, "line": at.line, "column": at.column}
