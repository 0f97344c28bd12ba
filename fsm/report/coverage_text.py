"""Coverage as text: rules with what became of them, decisions, questions, references."""

from fsm.check.results import PropertyResult, SpecReport
from fsm.expressions import DurationType
from fsm.model import ConfigKind, ConfigVariable
from fsm.report import verdicts
from fsm.report.bundle import Bundle, Verdict, verdict_of
from fsm.report.coverage import Citation, RuleCoverage, natural, rule_coverage
from fsm.report.labels import Labels
from fsm.report.paint import Paint
from fsm.report.width import columns, flow, pad
from fsm.report.words import Words

_WIDTH = 100  # columns of a line, before it is broken


def coverage_text(bundle: Bundle, paint: Paint | None = None) -> str:
    """For each rule: what cites it, and the verdicts that rest on it, over all specs; then the
    decisions, what each question and switch changes, and the properties by reference."""
    paint = paint or Paint()
    words = Words(bundle.language())
    sections = [
        (words("rules_matrix"), _rules(bundle, words, paint)),
        (words("decisions"), _decisions(bundle)),
        (words("questions"), _sensitivity(bundle, ConfigKind.QUESTION)),
        (words("switches"), _sensitivity(bundle, ConfigKind.SWITCH)),
        (words("references"), _references(bundle, paint)),
    ]
    blocks = [
        "\n".join([paint("title", title), *(f"  {line}".rstrip() for line in lines)])
        for title, lines in sections
        if lines
    ]
    return "\n\n".join(blocks) + "\n"


def _rules(bundle: Bundle, words: Words, paint: Paint) -> list[str]:
    entries = rule_coverage(bundle)
    if not entries:
        return []
    width = max(len(entry.name) for entry in entries) + 2
    several = len(bundle.reports) > 1
    lines = []
    for entry in entries:
        lines.append(pad(entry.name, width) + entry.text)
        lines += [f"{' ' * width}{line}" for line in _rule(entry, several, words, paint)]
    cited = sum(1 for e in entries if e.citations)
    reasoned = sum(1 for e in entries if not e.citations and e.not_modelled)
    bare = len(entries) - cited - reasoned
    total = words("rule_total", n=cited, total=len(entries), open=reasoned, bare=bare)
    return [*lines, "", total]


def _rule(entry: RuleCoverage, several: bool, words: Words, paint: Paint) -> list[str]:
    if not entry.citations:
        reason = entry.not_modelled
        if reason:
            return [words("not_modelled", text=reason)]
        return [paint("bad", words("uncited"))]
    lines = []
    for citation in entry.citations:
        places = list(citation.places)
        if several:
            lines.append(f"{citation.spec}{words('colon').rstrip()}")
        indent = "  " if several else ""
        lines += [indent + line for line in flow(places, _WIDTH, words("list"))]
        lines += [indent + line for line in _verdicts(citation, paint)]
    return lines


def _verdicts(citation: Citation, paint: Paint) -> list[str]:
    words = Words(citation.lang)
    return columns([(_mark(r, words, paint), r.property.name) for r in citation.results])


def _mark(result: PropertyResult, words: Words, paint: Paint) -> str:
    kind = verdict_of(result)
    mark = paint(verdicts.STYLES[kind], verdicts.MARKS[kind])
    return f"{mark} {verdicts.verdict(result, words)}"


def _decisions(bundle: Bundle) -> list[str]:
    rows = [
        (_located(report, decision.name, bundle), decision.text.get(bundle.language(report)))
        for report in bundle.reports
        for decision in report.spec.decisions
    ]
    rows.sort(key=lambda row: natural(row[0].rpartition("/")[2]))
    return columns(list(rows))


def _sensitivity(bundle: Bundle, kind: ConfigKind) -> list[str]:
    """A block for each switch or question; those that stand for an open point come in its order."""
    blocks: list[tuple[str, list[str]]] = []
    for report in bundle.reports:
        labels = bundle.labels(report)
        changes = dict(report.sensitivity)
        for variable in report.spec.configuration:
            if variable.kind is kind:
                name = _located(report, variable.name, bundle)
                head = f"{variable.ref}  {name}" if variable.ref else name
                changed = changes.get(variable.name)
                blocks.append((variable.ref, [head, *_effect(variable, changed, labels)]))
    blocks.sort(key=lambda block: natural(block[0]))
    return [line for _, lines in blocks for line in lines]


def _effect(variable: ConfigVariable, changed: tuple[str, ...] | None, labels: Labels) -> list[str]:
    """What a switch or question is, its values, and the properties that its value changes."""
    words = labels.words
    text = variable.text.get(labels.lang)
    lines = [f"    {text}"] if text else []
    if variable.answers or not isinstance(variable.values[0], bool):
        said = [labels.config_value(variable.name, value) for value in variable.values]
        if isinstance(variable.type, DurationType) or not variable.answers:
            lines += [f"    {line}" for line in flow(said, _WIDTH, " | ")]
        else:
            lines += [f"    - {answer}" for answer in said]
    if changed is None:
        return [*lines, f"    {words('not_computed')}"]
    if not changed:
        return [*lines, f"    {words('matters_not')}"]
    first, *rest = flow(list(changed), _WIDTH, words("list"))
    return [*lines, f"    {words('matters_to', properties=first)}", *(f"      {r}" for r in rest)]


def _references(bundle: Bundle, paint: Paint) -> list[str]:
    found: list[tuple[str, list[str]]] = []
    for report in bundle.reports:
        labels = bundle.labels(report)
        for result in report.results:
            if result.property.ref:
                name = _located(report, result.property.name, bundle)
                head = f"{result.property.ref}  {_mark(result, labels.words, paint)}  {name}"
                found.append((result.property.ref, [head, *_reasons(result, labels)]))
    found.sort(key=lambda entry: natural(entry[0]))
    return [line for _, lines in found for line in lines]


def _reasons(result: PropertyResult, labels: Labels) -> list[str]:
    because = result.property.because.get(labels.lang)
    expected = verdict_of(result) is Verdict.EXPECTED
    said = [
        result.property.text.get(labels.lang),
        verdicts.condition(result, labels),
        "" if expected else verdicts.expectation(result, labels.words),
        labels.words("because", text=because) if because else "",
    ]
    return [f"    {line}" for line in said if line]


def _located(report: SpecReport, name: str, bundle: Bundle) -> str:
    return f"{report.spec.name}/{name}" if len(bundle.reports) > 1 else name
