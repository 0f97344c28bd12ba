"""What all results together amount to."""

import pytest
from msgspec.structs import replace

from fsm.check.results import SpecReport
from fsm.errors import Diagnostic
from fsm.report.bundle import Bundle, Totals
from tests.report.samples import FINDINGS, REPORT, RESULTS, SPEC, at

BOTH_LOST, IN_TIME, GOODS_HOME, PAYS, SOME_DAY = RESULTS
OPEN, ALLOWED = FINDINGS
ERROR = Diagnostic(at(3), "F301", "unknown name")


def report(*results: object, findings: object = (), complete: bool = True) -> SpecReport:
    return replace(REPORT, results=results, findings=findings, complete=complete)


def test_totals() -> None:
    assert Bundle((REPORT,), (ERROR,)).totals() == Totals(
        specs=1, expected=2, unexpected=2, undecided=1, findings=1, allowed=1, errors=1
    )


@pytest.mark.parametrize(
    ("bundle", "code"),
    [
        (Bundle((report(PAYS, GOODS_HOME),)), 0),
        (Bundle((report(PAYS, findings=(ALLOWED,)),)), 0),
        (Bundle((report(PAYS, findings=(OPEN,)),)), 1),
        (Bundle((report(PAYS, IN_TIME),)), 1),
        (Bundle((report(SOME_DAY),)), 3),
        (Bundle((report(PAYS, complete=False),)), 3),
        (Bundle((report(SOME_DAY, IN_TIME, complete=False),)), 1),
        (Bundle((report(IN_TIME),), (ERROR,)), 2),
        (Bundle((report(SOME_DAY),), (ERROR,)), 2),
        (Bundle((), (ERROR,)), 2),
        (Bundle((report(IN_TIME),), (ERROR,), interrupted=True), 130),
    ],
)
def test_the_gravest_exit_code_counts(bundle: Bundle, code: int) -> None:
    assert bundle.exit_code() == code


def test_language_comes_from_the_caller_then_the_spec_then_the_locale() -> None:
    chinese = replace(REPORT, spec=replace(SPEC, lang="zh"))
    assert Bundle((chinese,), lang="en").language(chinese) == "en"
    assert Bundle((chinese,), fallback="en").language(chinese) == "zh"
    assert Bundle((REPORT,), fallback="zh").language(REPORT) == "zh"
    assert Bundle((chinese,)).language() == "zh"
    assert Bundle((chinese, REPORT)).language() == "en"
    assert Bundle((), fallback="zh").language() == "zh"
