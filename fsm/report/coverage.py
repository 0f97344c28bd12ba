"""Coverage: what each rule of the source became, and what each open question changes."""

from dataclasses import dataclass

from fsm.check.results import PropertyResult, SpecReport
from fsm.expressions import BoolType, DurationType
from fsm.model import ConfigKind, Spec
from fsm.report import verdicts
from fsm.report.bundle import Bundle, verdict_of
from fsm.report.labels import Labels
from fsm.report.paint import Paint
from fsm.report.width import columns, shorten
from fsm.report.words import Words

_TEXT = 60  # columns of a rule's text


@dataclass(frozen=True, slots=True)
class RuleCoverage:
    """Where one rule is cited, over all the specs given; `places` and `properties` in words."""

    name: str
    text: str
    places: tuple[str, ...]
    properties: tuple[str, ...]
    not_modelled: str


def coverage_text(bundle: Bundle, paint: Paint | None = None) -> str:
    """The matrix rule -> transitions -> properties -> verdict over all specs, the reasons for
    what is not modelled, decisions, questions with what they change, properties by reference."""
    paint = paint or Paint()
    words = Words(bundle.language())
    blocks = [
        _rules(bundle, words, paint),
        _decisions(bundle, words, paint),
        *(
            _sensitivity(bundle, kind, words, paint)
            for kind in (ConfigKind.QUESTION, ConfigKind.SWITCH)
        ),
        _references(bundle, words, paint),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def rule_coverage(bundle: Bundle) -> list[RuleCoverage]:
    """One entry for each rule that any of the specs declares, in natural order (R2 before R10)."""
    several = len(bundle.reports) > 1
    names = sorted({r.name for report in bundle.reports for r in report.spec.rules}, key=_natural)
    entries = []
    for name in names:
        text = reason = ""
        places: list[str] = []
        properties: list[str] = []
        for report in bundle.reports:
            labels = bundle.labels(report)
            prefix = f"{report.spec.name}/" if several else ""
            rule = labels.rules.get(name)
            if rule is not None:
                text = text or rule.text.get(labels.lang)
                reason = reason or rule.not_modelled.get(labels.lang)
            places += [prefix + place for place in _places(report.spec, name)]
            properties += [
                f"{prefix}{_property(result, labels)}"
                for result in report.results
                if name in result.property.rules
            ]
        entries.append(RuleCoverage(name, text, tuple(places), tuple(properties), reason))
    return entries


def _places(spec: Spec, rule: str) -> list[str]:
    """Where a rule is cited: `ticket:3` is a transition by number, else an event or a state."""
    found = []
    for machine in spec.all_machines():
        found += [f"{machine.name}:{t.number}" for t in machine.transitions if rule in t.rules]
        found += [f"{machine.name}.{s.name}" for s in machine.states if rule in s.rules]
    for scope in spec.scopes():
        found += [event.name for event in scope.events if rule in event.rules]
    return found


def _property(result: PropertyResult, labels: Labels) -> str:
    mark = verdicts.MARKS[verdict_of(result)]
    return f"{result.property.name} {mark} {verdicts.verdict(result, labels.words)}"


def _rules(bundle: Bundle, words: Words, paint: Paint) -> list[str]:
    entries = rule_coverage(bundle)
    if not entries:
        return []
    rows: list[tuple[str, ...]] = [
        (words("head_rule"), "", words("head_transitions"), words("head_properties"))
    ]
    for entry in entries:
        name, text = entry.name, shorten(entry.text, _TEXT)
        places = words.join(list(entry.places))
        if not entry.places and not entry.properties:
            reason = entry.not_modelled
            places = words("not_modelled", text=reason) if reason else words("uncited")
            rows.append((name, text, places))
            continue
        first, *others = entry.properties or ("",)
        rows.append((name, text, places or "-", first))
        rows += [("", "", "", other) for other in others]
    total = len(entries)
    cited = sum(1 for e in entries if e.places or e.properties)
    reasoned = sum(1 for e in entries if not (e.places or e.properties) and e.not_modelled)
    line = words("rule_total", n=cited, total=total, open=reasoned, bare=total - cited - reasoned)
    return [*_section(words("rules"), columns(rows), paint), "", f"  {line}"]


def _decisions(bundle: Bundle, words: Words, paint: Paint) -> list[str]:
    rows = [
        (_located(report, decision.name, bundle), decision.text.get(bundle.language(report)))
        for report in bundle.reports
        for decision in report.spec.decisions
    ]
    return _section(words("decisions"), columns(list(rows)), paint)


def _sensitivity(bundle: Bundle, kind: ConfigKind, words: Words, paint: Paint) -> list[str]:
    rows: list[tuple[str, ...]] = []
    for report in bundle.reports:
        labels = bundle.labels(report)
        changes = dict(report.sensitivity)
        for variable in report.spec.configuration:
            if variable.kind is not kind:
                continue
            changed = changes.get(variable.name)
            if changed is None:
                effect = labels.words("not_computed")
            elif changed:
                properties = labels.words.join(list(changed))
                effect = labels.words("matters_to", properties=properties)
            else:
                effect = labels.words("matters_not")
            values = " | ".join(map(str, variable.values))
            if isinstance(variable.type, BoolType | DurationType):
                values = " | ".join(labels.config_value(variable.name, v) for v in variable.values)
            text = shorten(variable.text.get(labels.lang), _TEXT)
            name = _located(report, variable.name, bundle)
            rows.append((variable.ref, name, values, text, effect))
    title = words("questions" if kind is ConfigKind.QUESTION else "switches")
    if not any(row[0] for row in rows):
        rows = [row[1:] for row in rows]
    return _section(title, columns(rows), paint)


def _references(bundle: Bundle, words: Words, paint: Paint) -> list[str]:
    found: list[tuple[str, tuple[str, ...]]] = []
    for report in bundle.reports:
        labels = bundle.labels(report)
        for result in report.results:
            claim = result.property
            if not claim.ref:
                continue
            because = claim.because.get(labels.lang)
            said = [
                verdicts.condition(result, labels),
                verdicts.expectation(result, labels.words),
                labels.words("because", text=because) if because else "",
            ]
            remark = labels.words("semicolon").join(part for part in said if part)
            name = _located(report, claim.name, bundle)
            mark = verdicts.MARKS[verdict_of(result)]
            verdict = verdicts.verdict(result, labels.words)
            found.append((claim.ref, (claim.ref, name, f"{mark} {verdict}", remark)))
    found.sort(key=lambda entry: _natural(entry[0]))
    return _section(words("references"), columns([row for _, row in found]), paint)


def _located(report: SpecReport, name: str, bundle: Bundle) -> str:
    return f"{report.spec.name}/{name}" if len(bundle.reports) > 1 else name


def _section(title: str, lines: list[str], paint: Paint) -> list[str]:
    return [paint("title", title), *(f"  {line}" for line in lines)] if lines else []


def _natural(name: str) -> tuple[str, int, str]:
    letters = name.rstrip("0123456789")
    digits = name[len(letters) :]
    return letters, int(digits or 0), name
