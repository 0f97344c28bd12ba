"""Exact times from one thing to another, as text and as JSON."""

import json
from typing import Any

from fsm.check.measured import BoundsReport, Figure, Loop
from fsm.check.results import Condition
from fsm.report.bundle import mentioned
from fsm.report.conditions import say_condition
from fsm.report.duration import say_duration
from fsm.report.json import trace_data
from fsm.report.labels import Labels
from fsm.report.layout import lay_out
from fsm.report.paint import Paint
from fsm.report.story import tell

FORMAT = 1


def bounds_text(report: BoundsReport, labels: Labels, paint: Paint, *, explain: bool) -> str:
    """The two ends, each with its conditions; `explain` tells the runs that show them."""
    words = labels.words
    title = words("bounds_title", start=report.start, goal=report.goal)
    facts = [words.number("variants", report.variants), words("dense"), f"{report.seconds:.2f} s"]
    lines = [paint("title", f"{report.spec.name}{words('colon')}{title}")]
    lines.append(paint("dim", "  " + words.join(facts)))
    for key, figures in (("bounds_least", report.least), ("bounds_greatest", report.greatest)):
        for figure in figures:
            said = say_figure(figure, report, labels, longest=key == "bounds_greatest")
            lines.append(f"  {words(key)}  {said}{_when(figure.where, labels)}")
            if figure.loop is not None:
                lines.append("      " + paint("dim", say_loop(figure.loop, labels)))
            if figure.run is not None and explain:
                story = tell(figure.run, labels, report.unit, mentioned(figure.where))
                lines += lay_out(story, words, "      ")
    for key, where in (
        ("bounds_unended", report.unended), ("bounds_never", report.never),
        ("bounds_open", report.undecided),
    ):  # fmt: skip
        if where.count:
            lines.append("  " + paint("open", words(key, when=_when(where, labels))))
    return "\n".join(lines) + "\n"


def say_figure(figure: Figure, report: BoundsReport, labels: Labels, *, longest: bool) -> str:
    """One end in words."""
    if figure.units is None:
        return labels.words("bounds_none")
    approached = "bounds_below" if longest else "bounds_above"
    time = say_duration(figure.units * report.unit, labels.lang)
    return labels.words("bounds_reached" if figure.attained else approached, time=time)


def say_loop(loop: Loop, labels: Labels) -> str:
    """Why there is no bound."""
    words = labels.words
    places = dict.fromkeys(
        f"{labels.machine(machine)} {words('quote', text=labels.state(machine, state))}"
        for snapshot in loop.states
        for machine, state in snapshot.locations
    )
    states = words.join(list(places))
    if not loop.events:
        return words("bounds_stay", states=states)
    events = words.join([labels.event(event) for event in loop.events])
    return words("bounds_loop", states=states, events=events)


def _when(condition: Condition, labels: Labels) -> str:
    if condition.terms in ((), ((),)):
        return ""
    return labels.words("bounds_when", condition=say_condition(condition, labels))


def bounds_json(reports: list[tuple[BoundsReport, Labels]]) -> str:
    """The same for programs; times are in milliseconds, null for no bound."""
    data = {"format": FORMAT, "bounds": [_data(report, labels) for report, labels in reports]}
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _data(report: BoundsReport, labels: Labels) -> dict[str, Any]:
    def condition(where: Condition) -> dict[str, Any]:
        formula = say_condition(where, labels)
        return {"formula": formula, "count": where.count, "total": where.total}

    def figure(one: Figure) -> dict[str, Any]:
        story = None
        if one.run is not None:
            story = tell(one.run, labels, report.unit, mentioned(one.where))
        return {
            "milliseconds": None if one.units is None else one.units * report.unit,
            "reached": one.attained,
            "when": condition(one.where),
            "why_unbounded": None if one.loop is None else say_loop(one.loop, labels),
            "trace": trace_data(one.run, story),
        }

    return {
        "spec": report.spec.name,
        "from": report.start,
        "to": report.goal,
        "unit_milliseconds": report.unit,
        "variants": report.variants,
        "least": [figure(f) for f in report.least],
        "greatest": [figure(f) for f in report.greatest],
        "never": condition(report.never),
        "undecided": condition(report.undecided),
        "unended": condition(report.unended),
        "seconds": round(report.seconds, 3),
    }
