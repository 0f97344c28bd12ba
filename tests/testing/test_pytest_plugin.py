"""Specs under pytest, as users run it: what is collected, what fails and how it says so."""

import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from msgspec.structs import replace

from fsm.check.check import CheckOptions, check_spec
from fsm.check.results import SpecReport
from fsm.cli.usage import USAGE_CODES
from fsm.explore import space
from fsm.model import Spec
from fsm.spec.load import parse_spec
from fsm.testing import pytest_items, pytest_settings

pytest_plugins = ["pytester"]
ROOT = Path(__file__).parents[2]

DOOR = """\
fsm: 1
name: door
lang: en
rules: {R9: doors stay shut}
switches: {alarm: bool}
machines:
  door:
    states: {shut: {}, ajar: {}, open: {}}
    transitions:
      - {from: shut, on: push, to: ajar}
      - {from: ajar, on: push, when: not alarm, to: open}
      - {from: ajar, after: 3h, to: shut}
      - {from: open, on: pull, to: shut}
events: {push: {}, pull: {}}
properties:
  never_open: {never: door == open, zh: 门从不敞开, en: The door is never open, rules: [R9]}
  opens: {reachable: door == open}
  shuts: {after: door == ajar, eventually: 'door in {shut, open}', within: 3h}
  late:
    {after: door == ajar, eventually: 'door in {shut, open}', within: 2h, expect: violated}
  hole: {never: door == ajar, expect: {violated_when: alarm}}
"""
GOOD = """\
fsm: 1
name: lamp
machines: {lamp: {states: {off: {}, on: {}}, transitions: [
  {from: off, on: press, to: on}, {from: on, on: press, to: off}]}}
events: {press: {}}
properties: {can_go_out: {can_always: lamp == off}}
"""
BROKEN = GOOD.replace("on: press, to: off", "on: pres, to: off")


@pytest.fixture(scope="module", autouse=True)
def loaded() -> None:
    """`runpytest_inprocess` forgets what a run has imported: so everything is imported before."""
    check_spec(parse_spec(DOOR))


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("COLUMNS", "120")


@pytest.fixture
def folder(pytester: pytest.Pytester) -> pytest.Pytester:
    write(pytester, "door", DOOR)
    write(pytester, "specs/lamp", GOOD)
    return pytester


def write(pytester: pytest.Pytester, name: str, text: str) -> None:
    file = pytester.path / f"{name}.fsm.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def project(pytester: pytest.Pytester, table: str, options: str = "") -> None:
    text = f"[tool.pytest.ini_options]\n{options}\n[tool.fsm]\n{table}\n"
    (pytester.path / "pyproject.toml").write_text(text, encoding="utf-8")


def run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    """In this process, without plugins that take seconds to load."""
    quick = ("-p", "no:xdist", "-p", "no:hypothesispytest")
    return pytester.runpytest_inprocess(*quick, *arguments, no_reraise_ctrlc=True)


def collected(pytester: pytest.Pytester, *arguments: str) -> list[str]:
    lines = run(pytester, "--collect-only", "-q", *arguments).outlines
    return [line for line in lines if "::" in line]


# --- items and verdicts ---------------------------------------------------------------------------


def test_an_item_for_each_property_and_one_for_the_structure(folder: pytest.Pytester) -> None:
    assert collected(folder) == [
        *(f"door.fsm.yaml::{name}" for name in
          ("never_open", "opens", "shuts", "late", "hole", "structural-findings")),
        "specs/lamp.fsm.yaml::can_go_out",
        "specs/lamp.fsm.yaml::structural-findings",
    ]  # fmt: skip
    run(folder).assert_outcomes(passed=6, failed=2)


def test_the_story_is_the_failure_text(folder: pytest.Pytester) -> None:
    result = run(folder)
    result.stdout.fnmatch_lines([
        "*door: never_open*",
        "door.fsm.yaml:16:3: violated exactly when not alarm (1 of 2 variants); expected to hold*",
        "  How “The door is never open” (never_open) is broken",
        "    Configuration: alarm: off",
        "    1. start*push*",
        "*In the end door is “open”*",
        "*door: hole*",
        "door.fsm.yaml:21:3: *also violated when not alarm",
        "FAILED door.fsm.yaml::never_open - violated exactly when *",
        "FAILED door.fsm.yaml::hole - *",
    ])  # fmt: skip
    text = result.stdout.str()
    assert "Traceback" not in text
    assert "pytest_items" not in text
    assert "Unmet" not in text


def test_findings_fail_unless_they_are_allowed(pytester: pytest.Pytester) -> None:
    unreached = DOOR.replace("open: {}}", "open: {}, gone: {}}")
    write(pytester, "door", unreached)
    result = run(pytester, "-k", "structural")
    result.assert_outcomes(failed=1, deselected=5)
    result.stdout.fnmatch_lines(
        ["door.fsm.yaml:8:44: S01 *", "*S01  door.fsm.yaml:8:44  door.gone*"]
    )
    allowed = unreached + "allow: [{code: S01, subject: door.gone, because: later}]\n"
    write(pytester, "door", allowed)
    run(pytester, "-k", "structural").assert_outcomes(passed=1, deselected=5)


def test_what_is_undecided_fails(folder: pytest.Pytester) -> None:
    project(folder, "limit = 3")
    result = run(folder, "door.fsm.yaml")
    result.assert_outcomes(failed=5, passed=1)  # a witness counts, however little was explored
    result.stdout.fnmatch_lines([
        "door.fsm.yaml:18:3: undecided*", "*the limit of 3 states was reached*",
        "*raise `limit` or `timeout` of [[]tool.fsm]",
        "FAILED door.fsm.yaml::structural-findings - undecided*",
    ])  # fmt: skip


def test_a_broken_spec_is_a_collection_error(pytester: pytest.Pytester) -> None:
    write(pytester, "broken", BROKEN)
    result = run(pytester)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines([
        "*ERROR collecting broken.fsm.yaml*",
        "broken.fsm.yaml:4:50: F301 nobody declared 'pres'",
        "*^", "  hint: did you mean 'press'?",
    ])  # fmt: skip
    assert "Traceback" not in result.stdout.str()
    assert ".py:" not in result.stdout.str()


def test_a_spec_that_claims_nothing_is_an_error(pytester: pytest.Pytester) -> None:
    write(pytester, "mute", GOOD.partition("properties:")[0])
    result = run(pytester)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["mute.fsm.yaml:1:1: F604 *", "  hint: add a property*"])


def test_a_spec_that_cannot_be_decided_says_why_in_each_item(pytester: pytest.Pytester) -> None:
    text = GOOD.replace("machines:", "variables: {n: {range: 0..3}}\nmachines:")
    write(pytester, "nan", text.replace("can_always: lamp == off", "never: 3 // n == 1"))
    result = run(pytester)
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["nan.fsm.yaml:1:1: F609 *", "  hint: guard the expression*"])
    assert "Traceback" not in result.stdout.str()


# --- what is usual with pytest --------------------------------------------------------------------


def test_selecting_by_name_rule_and_mark(folder: pytest.Pytester) -> None:
    assert collected(folder, "-k", "late or opens") == [
        "door.fsm.yaml::opens", "door.fsm.yaml::late"]  # fmt: skip
    assert collected(folder, "-k", "R9") == ["door.fsm.yaml::never_open"]
    assert collected(folder, "-k", "lamp and not structural") == [
        "specs/lamp.fsm.yaml::can_go_out"]  # fmt: skip
    folder.makepyfile("def test_it(): pass")
    assert len(collected(folder, "-m", "fsm", "--strict-markers")) == 8
    assert len(collected(folder, "-m", "not fsm")) == 1
    run(folder, "door.fsm.yaml::late").assert_outcomes(passed=1)


def test_a_file_is_checked_once_for_what_is_selected(
    folder: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, ...]] = []

    def check(spec: Spec, options: CheckOptions) -> SpecReport:
        asked.append(options.properties)
        return check_spec(spec, options)

    monkeypatch.setattr(pytest_items, "check_spec", check)
    run(folder, "--collect-only")
    assert asked == []
    run(folder, "door.fsm.yaml", "-k", "late or opens")
    assert asked == [("opens", "late")]
    run(folder, "door.fsm.yaml")
    assert asked[1:] == [()]


def test_the_first_failure_ends_the_run_and_the_last_failed_come_again(
    folder: pytest.Pytester,
) -> None:
    run(folder, "-x").assert_outcomes(failed=1)
    run(folder).assert_outcomes(failed=2, passed=6)
    again = run(folder, "--lf", "-v")
    again.assert_outcomes(failed=2)
    write(folder, "door", DOOR.replace("never: door == open", "always: true"))
    run(folder, "--lf").assert_outcomes(failed=1, passed=1)


def test_xdist_and_junit(folder: pytest.Pytester) -> None:
    file = folder.path / "report.xml"
    project(folder, 'specs = ["specs", "door.fsm.yaml"]', 'testpaths = ["nothing"]')
    (folder.path / "nothing").mkdir()
    done = folder.runpytest_subprocess("-n2", "-p", "no:hypothesispytest", f"--junitxml={file}")
    done.assert_outcomes(passed=6, failed=2)
    done.stdout.fnmatch_lines(["door.fsm.yaml:16:3: violated exactly when not alarm*"])
    suite = ElementTree.parse(file).getroot()[0]
    cases = {case.get("name"): case for case in suite if case.get("classname") == "door.fsm.yaml"}
    failure = cases["never_open"].find("failure")
    assert failure is not None
    assert failure.get("message", "").startswith("violated exactly when not alarm")
    assert failure.text is not None
    assert "In the end door is “open”" in failure.text
    told = {p.get("name"): p.get("value") for p in cases["late"].iter("property")}
    assert told == {"outcome": "violated", "violated_when": "always"}


def test_interrupting_stops_pytest(
    folder: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The search answers ^C with a report that is cut short; the run must end nevertheless."""

    def interrupted(*arguments: Any) -> SpecReport:
        return replace(check_spec(*arguments), complete=False, limit=space.INTERRUPTED)

    monkeypatch.setattr(pytest_items, "check_spec", interrupted)
    assert run(folder).ret == pytest.ExitCode.INTERRUPTED


# --- settings -------------------------------------------------------------------------------------


def test_only_specs_that_are_named_are_collected(folder: pytest.Pytester) -> None:
    write(folder, "tests/fixtures/broken", BROKEN)
    write(folder, "specs/.hidden/broken", BROKEN)
    folder.path.joinpath("tests", "test_it.py").write_text("def test_it(): pass\n")
    lamp = ["specs/lamp.fsm.yaml::can_go_out", "specs/lamp.fsm.yaml::structural-findings"]
    python = ["tests/test_it.py::test_it"]
    project(folder, 'specs = ["specs"]')
    assert collected(folder) == lamp + python  # the whole folder is collected, but these only
    project(folder, 'specs = ["specs/*.fsm.yaml"]', 'testpaths = ["tests"]')
    assert collected(folder) == python + lamp  # named, though no testpath leads there
    assert collected(folder, "tests") == python
    assert collected(folder, "specs") == lamp
    assert collected(folder, "--ignore=specs") == python
    assert len(collected(folder, "door.fsm.yaml")) == 6  # asked for by name
    project(folder, "specs = []")
    assert collected(folder) == python
    project(folder, 'specs = ["specs"]')
    assert collected(folder, "-o", "fsm_specs=door.fsm.yaml", "-k", "opens") == [
        "door.fsm.yaml::opens"]  # fmt: skip


def test_opting_out(folder: pytest.Pytester) -> None:
    assert run(folder, "-p", "no:fsm").ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_a_subfolder_is_collected_alone(
    folder: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    project(folder, 'specs = ["specs"]', 'testpaths = ["tests"]')
    (folder.path / "tests").mkdir()
    monkeypatch.chdir(folder.path / "tests")
    assert collected(folder) == []


def test_language_and_variant(folder: pytest.Pytester) -> None:
    project(folder, 'lang = "zh"\nvariant = {alarm = true}\ntimeout = 60\nlimit = 1_000')
    result = run(folder, "-k", "not structural")
    result.assert_outcomes(passed=5, failed=1, deselected=2)
    result.stdout.fnmatch_lines(["door.fsm.yaml:1*不可达*"])
    others = run(
        folder, "-o", "fsm_lang=en", "-o", "fsm_variant=alarm=false", "-k", "opens or hole"
    )
    others.assert_outcomes(passed=1, failed=1, deselected=6)
    others.stdout.fnmatch_lines(["door.fsm.yaml:21:3: violated; *"])


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ("langs = 'zh'", "pyproject.toml:4:1: F680 [[]tool.fsm] has no setting 'langs'"),
        ("lang = 'fr'", "pyproject.toml:4:1: F680 lang: 'fr' is no language*"),
        ("limit = 0", "pyproject.toml:4:1: F680 limit: it must be a whole number*"),
        ("  limit = true", "pyproject.toml:4:3: F680 limit: True is no number"),
        ("limit = 1\ntimeout = -1.5", "pyproject.toml:5:1: F680 timeout: it must be*"),
        ("timeout = 'soon'", "pyproject.toml:4:1: F680 timeout: 'soon' is no number"),
        ("timeout = inf", "pyproject.toml:4:1: F680 timeout: inf is no number"),
        ("specs = 'specs'", "pyproject.toml:4:1: F680 specs: it must be a list*"),
        ("specs = ['spec']", "pyproject.toml:4:1: F681 specs: there is no spec at 'spec'"),
        ("specs = ['*.yml']", "pyproject.toml:4:1: F681 specs: there is no spec at '[*].yml'"),
        ("variant = ['alarm']", "pyproject.toml:4:1: F680 variant: 'alarm' chooses no value*"),
        ("variant = {alarm = [1]}", "pyproject.toml:4:1: F680 variant: [[]1] is no value*"),
        ("variant = {alarn = true}", "pyproject.toml:4:1: F603 no spec that was collected has*"),
    ],
)
def test_wrong_settings(folder: pytest.Pytester, table: str, says: str) -> None:
    project(folder, table)
    result = run(folder)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {says}", "  hint: *"])
    assert "Traceback" not in result.stderr.str()


def test_a_value_that_the_switch_cannot_have(folder: pytest.Pytester) -> None:
    project(folder, "variant = {alarm = 'perhaps'}")
    result = run(folder)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["door.fsm.yaml:1:1: F603 'alarm' cannot be 'perhaps'"])


def test_a_choice_for_another_spec_is_no_mistake(folder: pytest.Pytester) -> None:
    project(folder, "variant = {alarm = true}")
    run(folder, "specs").assert_outcomes(passed=2)


def test_settings_of_pytest_itself_and_of_a_table_that_is_none(folder: pytest.Pytester) -> None:
    (folder.path / "pyproject.toml").write_text("[tool]\nfsm = 3\n", encoding="utf-8")
    (folder.path / "pytest.ini").write_text("[pytest]\nfsm_limit = many\n", encoding="utf-8")
    run(folder).stderr.fnmatch_lines(["ERROR: pyproject.toml:2:1: F680 [[]tool.fsm] is no table"])
    (folder.path / "pyproject.toml").unlink()
    run(folder).stderr.fnmatch_lines(["ERROR: pytest.ini:2:1: F680 limit: 'many' is no number"])


# --- what it costs others -------------------------------------------------------------------------


def test_the_plugin_imports_nothing_until_a_spec_is_met(pytester: pytest.Pytester) -> None:
    """Every run of every user loads it: it may bring nothing along but the empty package rooms."""
    code = (
        "import sys, pytest; before = set(sys.modules); import fsm.testing.pytest_plugin;"
        "print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["fsm", "fsm.testing", "fsm.testing.pytest_plugin"]
    pytester.makepyfile(
        """
        import sys

        def test_it():
            loaded = {name for name in sys.modules if name.startswith("fsm")}
            assert loaded == {"fsm", "fsm.testing", "fsm.testing.pytest_plugin"}
        """
    )
    pytester.runpytest_subprocess("-p", "no:hypothesispytest").assert_outcomes(passed=1)


def test_this_repository_collects_what_its_settings_name() -> None:
    """Hundreds of specs below tests/ are fixtures, and wrong on purpose."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider",
               "tests/spec/malformed", "tests/known_answers", "specs"]  # fmt: skip
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    files = {line.partition("::")[0] for line in done.stdout.splitlines() if ".fsm.yaml::" in line}
    assert files == {"specs/douyin/assistant_access.fsm.yaml"}


def test_the_codes_of_the_settings_are_explained() -> None:
    assert {"F680", "F681"} <= set(USAGE_CODES)
    assert pytest_settings.STATES == 2_000_000  # as `fsm check --limit` has it
