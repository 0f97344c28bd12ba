"""The report for build servers: JUnit XML, in the dialect of the Jenkins xUnit plugin.

A property is a test case: as expected, it passes; not as expected, it is a failure that tells the
story; undecided, it is an error, never skipped and never passed. Findings and wrong input are
test cases too.
"""

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from fsm.check.results import Finding, PropertyResult, SpecReport
from fsm.errors import Diagnostic
from fsm.report import verdicts
from fsm.report.bundle import Bundle, Verdict, mentioned, subject_of, verdict_of
from fsm.report.labels import Labels
from fsm.report.layout import lay_out
from fsm.report.story import tell
from fsm.report.vacuity import lines as vacuous_lines
from fsm.report.words import Words


def report_junit(bundle: Bundle) -> str:
    """The whole report as XML, ending in a newline."""
    root = Element("testsuites", name="fsm check")
    for report in bundle.reports:
        root.append(_suite(report, bundle.labels(report)))
    words = Words(bundle.language())
    if bundle.errors or bundle.interrupted:
        root.append(_input_suite(bundle, words))
    for key in ("tests", "failures", "errors"):
        root.set(key, str(sum(int(suite.get(key, "0")) for suite in root)))
    root.set("time", f"{sum(report.seconds for report in bundle.reports):.3f}")
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _suite(report: SpecReport, labels: Labels) -> Element:
    suite = Element("testsuite", name=report.spec.name, file=report.spec.at.file)
    properties = SubElement(suite, "properties")
    for name, value in (
        ("variants", report.variants),
        ("states", report.states),
        ("transitions", report.transitions),
        ("engine", report.engine),
        ("complete", str(report.complete).lower()),
    ):
        SubElement(properties, "property", name=name, value=str(value))
    for result in report.results:
        suite.append(_case(result, report, labels))
    for finding in report.findings:
        suite.append(_finding(finding, report, labels))
    if not report.complete:
        text = verdicts.incomplete(report, labels.words)
        _problem(_element(report.spec.name, "complete", 0.0, suite), "error", "incomplete", text)
    return _counted(suite, report.seconds)


def _case(result: PropertyResult, report: SpecReport, labels: Labels) -> Element:
    case = _element(report.spec.name, result.property.name, result.seconds)
    headline = verdicts.headline(result, labels)
    match verdict_of(result):
        case Verdict.EXPECTED:
            pass
        case Verdict.UNEXPECTED:
            lines = [f"{result.property.at}: {headline}"]
            story = verdicts.story_of(result, report, labels)
            lines += lay_out(story, labels.words) if story is not None else []
            _problem(case, "failure", result.outcome.value, headline, "\n".join(lines))
        case Verdict.UNDECIDED:
            notes = [note.get(labels.lang) for note in result.notes]
            text = "\n".join([f"{result.property.at}: {headline}", *notes])
            _problem(case, "error", "undecided", headline, text)
    vacuous = vacuous_lines(result, labels)
    if vacuous:
        SubElement(case, "system-out").text = _clean("\n".join(vacuous))
    return case


def _finding(finding: Finding, report: SpecReport, labels: Labels) -> Element:
    case = _element(report.spec.name, f"{finding.code}{subject_of(finding)}", 0.0)
    message = finding.message.get(labels.lang)
    if finding.allowed is not None:
        text = labels.words("allowed", text=finding.allowed.get(labels.lang))
        SubElement(case, "system-out").text = _clean(f"{message}\n{text}")
        return case
    lines = [f"{finding.at}: {finding.code} {message}"]
    if finding.run is not None:
        story = tell(finding.run, labels, report.unit, mentioned(finding.condition))
        lines += lay_out(story, labels.words)
    _problem(case, "failure", finding.code, message, "\n".join(lines))
    return case


def _input_suite(bundle: Bundle, words: Words) -> Element:
    suite = Element("testsuite", name="input")
    for error in bundle.errors:
        suite.append(_input_error(error))
    if bundle.interrupted:
        case = _element("input", "interrupted", 0.0, suite)
        _problem(case, "error", "interrupted", words("interrupted"))
    return _counted(suite, 0.0)


def _input_error(error: Diagnostic) -> Element:
    case = _element(error.at.file, f"{error.code} {error.at}", 0.0)
    lines = [f"{error.at}: {error.code} {error.message}", error.source, error.hint]
    _problem(case, "error", error.code, error.message, "\n".join(line for line in lines if line))
    return case


def _element(group: str, name: str, seconds: float, parent: Element | None = None) -> Element:
    attributes = {"name": _clean(name), "classname": _clean(group), "time": f"{seconds:.3f}"}
    if parent is None:
        return Element("testcase", attributes)
    return SubElement(parent, "testcase", attributes)


def _problem(case: Element, tag: str, type_: str, message: str, text: str = "") -> None:
    problem = SubElement(case, tag, type=type_, message=_clean(message))
    problem.text = _clean(text or message)


def _counted(suite: Element, seconds: float) -> Element:
    suite.set("tests", str(len(suite.findall("testcase"))))
    suite.set("failures", str(len(suite.findall("testcase/failure"))))
    suite.set("errors", str(len(suite.findall("testcase/error"))))
    suite.set("time", f"{seconds:.3f}")
    return suite


def _clean(text: str) -> str:
    """Without the characters that XML 1.0 cannot express, not even escaped (section 2.2)."""
    return "".join(c if _allowed(ord(c)) else "\N{REPLACEMENT CHARACTER}" for c in text)


def _allowed(code: int) -> bool:
    return (
        code in (0x9, 0xA, 0xD)
        or 0x20 <= code <= 0xD7FF
        or 0xE000 <= code <= 0xFFFD
        or code >= 0x10000
    )
