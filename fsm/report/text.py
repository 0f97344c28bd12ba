"""The report for people: a line a property, stories, findings, and what it all amounts to."""

from collections.abc import Mapping

from fsm.check.results import Finding, PropertyResult, SpecReport, Stats
from fsm.report import verdicts
from fsm.report.bundle import Bundle, Totals, Verdict, mentioned, verdict_of
from fsm.report.conditions import say_condition
from fsm.report.duration import say_duration
from fsm.report.labels import Labels
from fsm.report.layout import lay_out
from fsm.report.paint import Paint
from fsm.report.story import tell
from fsm.report.strength import told as stronger
from fsm.report.vacuity import is_vacuous, partly_vacuous
from fsm.report.vacuity import lines as vacuous_lines
from fsm.report.width import display_width, pad, pad_left
from fsm.report.words import Words


def report_text(
    bundle: Bundle, *, explain: bool = False, quiet: bool = False, vacuity: bool = False,
    paint: Paint | None = None,
) -> str:  # fmt: skip
    """The whole report, ending in a newline.

    `explain` tells expected violations and witnesses as stories too; `quiet` leaves out whatever
    is as expected; `vacuity` names each property that holds vacuously in some variants only.
    """
    paint = paint or Paint()
    blocks = []
    for report in bundle.reports:
        block = spec_text(
            report, bundle.labels(report), explain=explain, quiet=quiet, paint=paint,
            vacuity=vacuity,
        )  # fmt: skip
        if block:
            blocks.append(block)
    blocks.append(summary(bundle, paint))
    return "\n\n".join(blocks) + "\n"


def spec_text(
    report: SpecReport, labels: Labels, *, explain: bool, quiet: bool, paint: Paint,
    vacuity: bool = False,
) -> str:  # fmt: skip
    """The report on one spec, without a newline at the end; "" where quiet finds nothing to say."""
    words = labels.words
    results = [r for r in report.results if not (quiet and verdict_of(r) is Verdict.EXPECTED)]
    findings = [f for f in report.findings if not (quiet and f.allowed is not None)]
    if quiet and not results and not findings and report.complete:
        return ""
    lines = [
        *_header(report, labels, paint),
        *_table(report, results, labels, paint, vacuity=vacuity),
    ]
    if not report.results:
        lines.append(f"  {words('no_properties')}")
    partly = sum(1 for _ in partly_vacuous(report))
    if partly and not vacuity and not quiet:
        told = words("aside", text="--vacuity")
        lines.append(paint("dim", f"  {words.number('vacuous_somes', partly)}{told}"))
    for result in results:
        unexpected = verdict_of(result) is Verdict.UNEXPECTED
        if result.run is not None and (explain or unexpected):
            lines += ["", *_story(result, report, labels, paint)]
    lines += findings_lines(report, findings, labels, paint)
    return "\n".join(lines)


def _header(report: SpecReport, labels: Labels, paint: Paint) -> list[str]:
    spec, words = report.spec, labels.words
    title = spec.title.get(labels.lang)
    name = title + words("aside", text=spec.name) if title else spec.name
    if report.unit is None:
        time = words("untimed")
    elif report.time == "dense":
        time = words("dense")
    else:
        time = words("unit", time=say_duration(report.unit, labels.lang))
    facts = [
        words.number("variants", report.variants),
        words.number("states", report.states),
        words.number("transitions", report.transitions),
        time,
        f"{report.seconds:.2f} s",
    ]
    lines = [paint("title", name), paint("dim", "  " + words.join(facts))]
    if report.stats is not None:
        lines.append(paint("dim", f"  {words.join(_stats(report, report.stats, words))}"))
    if report.remembered:
        lines.append(paint("dim", "  " + words("remembered")))
    if not report.complete:
        lines.append("  " + paint("open", verdicts.incomplete(report, words)))
    lines += [f"  {note.get(labels.lang)}" for note in report.notes]
    lines += [
        paint("dim", f"  {words('reduced')}{r.told.get(labels.lang)}{r.saved.get(labels.lang)}")
        for r in report.reductions
    ]
    return lines


def _stats(report: SpecReport, stats: Stats, words: Words) -> list[str]:
    """What the search counted and cost, apart from what the line above says already."""
    parts = []
    if report.depth is not None:
        parts.append(words("depth", n=f"{report.depth:,}"))
    if stats.deadlocks is not None:
        parts.append(words("deadlocks_met", n=f"{stats.deadlocks:,}"))
    if stats.trying:
        parts.append(words("trying", n=f"{stats.trying:.2f}"))
    if stats.compiling is not None:
        parts.append(words("compiling", n=f"{stats.compiling:.2f}"))
    if stats.searching is not None:
        parts.append(words("searching", n=f"{stats.searching:.2f}"))
    parts.append(words.number("threads", stats.threads))
    if stats.searching:
        parts.append(words("rate", n=f"{report.states / stats.searching:,.0f}"))
    return [*parts, words("peak", n=f"{stats.peak / 1e6:,.0f}")]


def _table(
    report: SpecReport, results: list[PropertyResult], labels: Labels, paint: Paint, *,
    vacuity: bool,
) -> list[str]:  # fmt: skip
    words = labels.words
    name_width = max((display_width(r.property.name) for r in report.results), default=0)
    verdict_width = max((display_width(verdicts.verdict(r, words)) for r in results), default=0)
    counts = {id(r): words.number("states", r.states) for r in results}
    count_width = max(map(display_width, counts.values()), default=0)
    time_width = max((len(f"{r.seconds:.2f}") for r in results), default=0)
    shared = _shared_notes(results, labels)
    lines = []
    for result in results:
        kind = verdict_of(result)
        style = verdicts.STYLES[kind]
        mark = verdicts.MARKS[kind]
        if kind is Verdict.EXPECTED and is_vacuous(result):
            style, mark = "open", verdicts.EMPTY
        cells = [
            "  " + paint(style, mark) + " " + pad(result.property.name, name_width),
            paint(style, pad(verdicts.verdict(result, words), verdict_width)),
            paint("dim", pad_left(counts[id(result)], count_width)),
            paint("dim", f"{result.seconds:>{time_width}.2f} s"),
            _remark(result, labels),
        ]
        lines.append("  ".join(cells).rstrip())
        lines += ["      " + paint("dim", note) for note in _notes(result, shared, labels)]
        style = "open" if is_vacuous(result) else "dim"
        told = vacuous_lines(result, labels, partly=vacuity)
        lines += ["      " + paint(style, line) for line in told]
        for how, _, claim in stronger(result, labels):
            lines.append(f"      {words('stronger', text=how)}")
            lines += [f"      {line}" for line in claim]
    for note, names in shared.items():
        lines.append(paint("dim", f"  {words('note_on', names=words.join(names), note=note)}"))
    return lines


def _remark(result: PropertyResult, labels: Labels) -> str:
    words = labels.words
    kind = verdict_of(result)
    parts = [verdicts.condition(result, labels)]
    if kind is Verdict.UNEXPECTED:
        parts = [words("not_expected"), *parts, verdicts.difference(result, words)]
    elif kind is Verdict.EXPECTED and result.violated.terms:
        parts.append(words("as_expected"))
    elif kind is Verdict.UNDECIDED:
        parts.append(verdicts.expectation(result, words))
    return words("semicolon").join(part for part in parts if part)


def _notes(
    result: PropertyResult, shared: Mapping[str, list[str]], labels: Labels
) -> list[str]:  # fmt: skip
    """What stands under the line of a property."""
    because = result.property.because.get(labels.lang)
    said = [labels.words("because", text=because)] if because else []
    notes = (note.get(labels.lang) for note in result.notes)
    return [*said, *(note for note in notes if note not in shared)]


def _shared_notes(results: list[PropertyResult], labels: Labels) -> dict[str, list[str]]:
    """What is said of several properties, once, with their names."""
    names: dict[str, list[str]] = {}
    for result in results:
        for note in result.notes:
            names.setdefault(note.get(labels.lang), []).append(result.property.name)
    return {note: of for note, of in names.items() if len(of) > 1}


def _story(result: PropertyResult, report: SpecReport, labels: Labels, paint: Paint) -> list[str]:
    story = verdicts.story_of(result, report, labels)
    assert story is not None
    style = verdicts.STYLES[verdict_of(result)]
    title = "  " + paint(style, verdicts.story_title(result, labels))
    return [title, *lay_out(story, labels.words, "    ")]


def findings_lines(
    report: SpecReport, findings: list[Finding], labels: Labels, paint: Paint
) -> list[str]:
    """What was found in the structure, each with its story, under a heading; [] for nothing."""
    if not findings:
        return []
    words = labels.words
    lines = ["", "  " + paint("title", words("findings"))]
    for finding in findings:
        mark = "✗" if finding.allowed is None else "✓"
        style = "bad" if finding.allowed is None else "good"
        message = finding.message.get(labels.lang)
        if finding.condition is not None and finding.condition.terms not in ((), ((),)):
            when = words("finding_when", condition=say_condition(finding.condition, labels))
            message += words("aside", text=when)
        subject = f"{finding.subject}{words('colon')}" if finding.subject else ""
        lines.append(f"  {paint(style, mark)} {finding.code}  {finding.at}  {subject}{message}")
        if finding.allowed is not None:
            lines.append(f"      {words('allowed', text=finding.allowed.get(labels.lang))}")
        elif finding.run is not None:
            story = tell(finding.run, labels, report.unit, mentioned(finding.condition))
            lines += lay_out(story, words, "      ")
    return lines


def summary(bundle: Bundle, paint: Paint) -> str:
    """The last line: how many of what."""
    words, totals = Words(bundle.language()), bundle.totals()
    parts = [words.number("total_specs", totals.specs)]
    properties = totals.expected + totals.unexpected + totals.undecided
    parts.append(words.number("properties", properties))
    parts += _counts(totals, words, paint)
    if bundle.interrupted:
        parts.append(paint("open", words("interrupted")))
    return words.join(parts)


def _counts(totals: Totals, words: Words, paint: Paint) -> list[str]:
    parts = []
    if totals.expected:
        parts.append(paint("good", words("total_ok", n=totals.expected)))
    if totals.unexpected:
        parts.append(paint("bad", words("total_bad", n=totals.unexpected)))
    if totals.undecided:
        parts.append(paint("open", words("total_open", n=totals.undecided)))
    if totals.findings:
        parts.append(paint("bad", words.number("total_findings", totals.findings)))
    if totals.allowed:
        parts.append(words.number("total_alloweds", totals.allowed))
    if totals.errors:
        parts.append(paint("bad", words.number("total_errors", totals.errors)))
    return parts
