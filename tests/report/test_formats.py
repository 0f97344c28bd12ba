"""The machine formats: valid against their schemas, and saying what the verdicts say."""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
from lxml import etree
from msgspec.structs import replace

from fsm.check.results import Stats
from fsm.errors import Diagnostic, Position
from fsm.model import Text
from fsm.report.bundle import Bundle
from fsm.report.json import report_json
from fsm.report.junit import report_junit
from fsm.report.sarif import report_sarif
from tests.report.samples import REPORT, RESULTS, at

SCHEMAS = Path(__file__).parent / "schemas"
ERROR = Diagnostic(at(3), "F301", "unknown name 'closd'", "did you mean 'closed'?", "to: closd")
FULL = Bundle((REPORT,), (ERROR,), lang="en", interrupted=True)
BUNDLES = [
    FULL,
    Bundle((REPORT,), lang="zh"),
    Bundle((), (ERROR,)),
    Bundle((replace(REPORT, unit=None, results=(), limit=""),)),
    Bundle((replace(REPORT, stats=Stats(3, 0.3, 0.1, 0.2, 1 << 20)),)),
    Bundle((replace(REPORT, stats=Stats(None, 0.0, None, None, 0), remembered=True),)),
    Bundle(()),
]


def schema(name: str) -> Any:
    return json.loads((SCHEMAS / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("bundle", BUNDLES)
@pytest.mark.parametrize("coverage", [False, True])
def test_json_is_valid(bundle: Bundle, coverage: bool) -> None:
    shipped = files("fsm.report") / "report.schema.json"
    rules = json.loads(shipped.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(rules)
    data = json.loads(report_json(bundle, coverage=coverage))
    jsonschema.validate(data, rules)
    assert data["exit_code"] == bundle.exit_code()
    assert ("coverage" in data) is coverage


@pytest.mark.parametrize("bundle", BUNDLES)
def test_sarif_is_valid(bundle: Bundle) -> None:
    jsonschema.validate(
        json.loads(report_sarif(bundle, "1.0", Path.cwd())), schema("sarif-2.1.0.json")
    )


@pytest.mark.parametrize("bundle", BUNDLES)
def test_junit_is_valid(bundle: Bundle) -> None:
    rules = etree.XMLSchema(etree.parse(SCHEMAS / "junit-10.xsd"))
    rules.assertValid(etree.fromstring(report_junit(bundle).encode("utf-8")))


def test_json_has_verdict_condition_and_trace() -> None:
    both_lost, *_, undecided = json.loads(report_json(FULL))["specs"][0]["properties"]
    assert both_lost["verdict"] == "violated"
    assert both_lost["status"] == "unexpected"
    assert both_lost["violated"] == {
        "formula": "auto_refund and clock == runs",
        "terms": [{"auto_refund": [True], "clock": ["runs"]}],
        "count": 2,
        "total": 8,
    }
    trace = both_lost["trace"]
    assert trace["states"][-1]["time"] == 4
    assert trace["states"][-1]["variables"] == {
        "money": "paid",
        "parcels": 1,
        "tried": [False, True],
    }
    assert trace["steps"][1] == {"delay": 1}
    assert trace["story"]["steps"][0]["actor"] == "Buyer"
    assert undecided["status"] == "undecided"
    assert undecided["trace"] is None


def test_sarif_levels_kinds_and_places() -> None:
    (run,) = json.loads(report_sarif(FULL, "1.0", Path.cwd()))["runs"]
    found = {r["ruleId"]: r for r in run["results"]}
    assert {rule: (r["kind"], r["level"]) for rule, r in found.items()} == {
        "F301": ("fail", "error"),
        "refund/both_lost": ("fail", "error"),
        "refund/in_time": ("fail", "error"),
        "refund/goods_home": ("informational", "none"),
        "refund/pays": ("pass", "none"),
        "refund/some_day": ("fail", "warning"),
        "S02": ("fail", "error"),
        "S08": ("fail", "error"),
    }
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
    messages = {rule: r["message"]["text"].splitlines()[0] for rule, r in found.items()}
    assert messages["refund/pays"] == "The buyer gets a refund: reachable"
    assert messages["refund/some_day"] == "some_day: undecided in every variant"
    assert found["S08"]["suppressions"] == [{"kind": "inSource", "justification": "later"}]
    assert "suppressions" not in found["S02"]
    lost = found["refund/both_lost"]
    assert lost["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "specs/refund.fsm.yaml"},
        "region": {"startLine": 40, "startColumn": 5},
    }
    steps = lost["codeFlows"][0]["threadFlows"][0]["locations"]
    assert [s["location"]["physicalLocation"]["region"]["startLine"] for s in steps] == [29, 34, 25]
    assert run["invocations"][0]["executionSuccessful"] is False
    assert run["invocations"][0]["exitCode"] == 130


def test_sarif_names_files_relative_to_the_base_and_escapes(tmp_path: Path) -> None:
    inside, outside = tmp_path / "a b" / "售.yaml", tmp_path.parent / "other.yaml"
    errors = tuple(replace(ERROR, at=Position(str(f), 1, 1)) for f in (inside, outside))
    data = json.loads(report_sarif(Bundle((), errors), "1.0", tmp_path))
    uris = [
        r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for r in data["runs"][0]["results"]
    ]
    assert uris == ["a%20b/%E5%94%AE.yaml", outside.as_uri()]


def test_junit_outcomes() -> None:
    root = ElementTree.fromstring(report_junit(FULL))
    cases = {case.get("name", ""): [child.tag for child in case] for case in root.iter("testcase")}
    assert cases == {
        "both_lost": ["failure"],
        "in_time": ["failure"],
        "goods_home": [],
        "pays": [],
        "some_day": ["error"],
        "S02 ticket:1": ["failure"],
        "S08 R31": ["system-out"],
        "complete": ["error"],
        "F301 specs/refund.fsm.yaml:3:5": ["error"],
        "interrupted": ["error"],
    }
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("10", "3", "4")
    story = root.findtext(".//testcase[@name='both_lost']/failure") or ""
    assert "+48 h  Ticket: time is up" in story
    assert "skipped" not in report_junit(FULL)


def test_junit_survives_what_xml_cannot_say() -> None:
    odd = replace(ERROR, message="a \x00 and \x1b and \ud800 <&>", source="\x07")
    text = report_junit(Bundle((), (odd,)))
    assert ElementTree.fromstring(text).find(".//error") is not None
    text.encode("utf-8")


def test_an_expected_verdict_is_never_a_failure_and_undecided_never_a_pass() -> None:
    for result in RESULTS:
        report = replace(REPORT, results=(result,), findings=(), complete=True)
        bundle = Bundle((report,), lang="en")
        suite = ElementTree.fromstring(report_junit(bundle))[0]
        (entry,) = json.loads(report_sarif(bundle, "1", Path.cwd()))["runs"][0]["results"]
        bad = int(suite.get("failures", "")) + int(suite.get("errors", ""))
        assert (bad == 0) is (result.as_expected is True)
        assert (entry["level"] == "none") is (result.as_expected is True)


def test_notes_are_told_in_the_language_asked_for() -> None:
    noted = replace(RESULTS[4], notes=(Text("达到上限", "limit"),))
    bundle = Bundle((replace(REPORT, results=(noted,)),), lang="zh")
    assert "达到上限" in report_junit(bundle)
