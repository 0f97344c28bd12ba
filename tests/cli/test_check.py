"""`fsm check`: exit codes, filters, files, interruption."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from msgspec.structs import replace

import fsm.check.check as fsm_check
import fsm.spec.load as fsm_load
from fsm.check.results import SpecReport
from fsm.cli.parallel import FORKED
from fsm.model import Spec
from tests.cli.conftest import BAD, GOOD, MUTE, WRONG, Call, write
from tests.known_answers.families import text


def test_all_as_expected(fsm: Call, good: Path) -> None:
    answer = fsm("check", good)
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.splitlines()[0] == "good"
    assert "✓ opens      reachable" in answer.out
    assert answer.out.endswith("\n1 spec, 3 properties, 3 as expected\n")


def test_specs_is_the_default_folder(fsm: Call, folder: Path) -> None:
    (folder / "specs" / "deep").mkdir(parents=True)
    write(folder / "specs" / "deep", GOOD)
    assert fsm("check").code == 0


def test_an_unexpected_violation_is_told(fsm: Call, wrong: Path) -> None:
    answer = fsm("check", wrong)
    assert answer.code == 1
    assert "How “The door is never open” (never_open) is broken" in answer.out
    assert "1. +2 h  door: time is up after 2 h in “shut”" in answer.out
    assert "In the end door is “open”. This breaks" in answer.out


def test_chinese_by_option_and_by_locale(
    fsm: Call, wrong: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "最终，door 为“开”" in fsm("check", wrong, "--lang", "zh").out
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert "最终，door 为“开”" in fsm("check", wrong).out
    assert "In the end" in fsm("check", wrong, "--lang", "en").out


def test_errors_in_a_spec_have_a_place_and_do_not_hide_other_specs(fsm: Call, folder: Path) -> None:
    write(folder, BAD)
    write(folder, WRONG)
    answer = fsm("check", ".")
    assert answer.code == 2
    assert "bad.fsm.yaml:13:" in answer.err
    assert "F3" in answer.err
    assert "^" in answer.err
    assert "✗ never_open" in answer.out
    assert "1 error in the input" in answer.out


@pytest.mark.parametrize(
    ("path", "code"), [("nowhere", "F101"), ("nowhere/x.fsm.yaml", "F101"), ("empty", "F601")]
)
def test_no_spec_is_wrong_input(fsm: Call, folder: Path, path: str, code: str) -> None:
    (folder / "empty").mkdir()
    answer = fsm("check", path)
    assert answer.code == 2
    assert f"{path}:1:1: {code}" in answer.err
    assert fsm("check").code == 2


def test_nothing_claimed_is_not_a_success(fsm: Call, folder: Path) -> None:
    answer = fsm("check", write(folder, MUTE))
    assert answer.code == 2
    assert "F604" in answer.err


def test_a_finding_counts_even_where_nothing_is_claimed(fsm: Call, folder: Path) -> None:
    unreached = MUTE.replace("states: {", "states: {lost: {}, ")
    answer = fsm("check", write(folder, unreached))
    assert answer.code == 1
    assert "S01" in answer.out


def test_a_limit_means_undecided(fsm: Call, good: Path) -> None:
    answer = fsm("check", good, "--limit", 1)
    assert answer.code == 3
    assert "undecided" in answer.out


def test_wrong_input_counts_before_a_violation_and_that_before_undecided(
    fsm: Call, folder: Path
) -> None:
    write(folder, WRONG)
    write(folder, GOOD)
    assert fsm("check", ".", "--limit", 4).code == 1
    write(folder, BAD)
    assert fsm("check", ".", "--limit", 4).code == 2


def test_property_filter(fsm: Call, folder: Path) -> None:
    write(folder, GOOD)
    write(folder, WRONG)
    answer = fsm("check", ".", "--property", "never_open")
    assert "stays" not in answer.out
    assert "1 spec, 1 property" in answer.out
    answer = fsm("check", ".", "--property", "never_opne")
    assert answer.code == 2
    assert answer.err == (
        "error: F602 there is no property 'never_opne'\n  hint: did you mean 'never_open'?\n"
    )


def test_variant_filter(fsm: Call, good: Path) -> None:
    answer = fsm("check", good, "--variant", "fast=on")
    assert answer.code == 0
    assert "1 variant," in answer.out
    for wrong, said in (
        ("fats=true", "there is no switch or question 'fats'"),
        ("fast=maybe", "'fast' cannot be 'maybe'"),
        ("fast", "'fast' chooses no value"),
    ):
        answer = fsm("check", good, "--variant", wrong)
        assert (answer.code, said in answer.err) == (2, True)
    twice = fsm("check", good, "--variant", "fast=true", "--variant", "fast=false")
    assert (twice.code, "chosen twice" in twice.err) == (2, True)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--limit", "0"],
        ["--limit", "many"],
        ["--timeout", "0"],
        ["--timeout", "nan"],
        ["--timeout", "inf"],
        ["--engine", "warp"],
        ["--lang", "fr"],
        ["--nonsense"],
    ],
)
def test_wrong_options(fsm: Call, good: Path, arguments: list[str]) -> None:
    answer = fsm("check", good, *arguments)
    assert (answer.code, answer.out) == (2, "")
    assert "Usage: fsm check" in answer.err


def test_explain_tells_expected_violations(fsm: Call, good: Path) -> None:
    assert "How “stays” is broken" not in fsm("check", good).out
    answer = fsm("check", good, "--explain")
    assert answer.code == 0
    assert "How “stays” is broken" in answer.out


def test_quiet(fsm: Call, good: Path) -> None:
    assert fsm("check", good, "--quiet").out == "1 spec, 3 properties, 3 as expected\n"


def test_coverage(fsm: Call, good: Path) -> None:
    answer = fsm("check", good, "--coverage")
    assert "Switches and parameters, and what they change" in answer.out
    assert "changes locked_in" in answer.out


def test_json_on_stdout(fsm: Call, folder: Path) -> None:
    write(folder, WRONG)
    write(folder, BAD)
    answer = fsm("check", ".", "--json")
    data: dict[str, Any] = json.loads(answer.out)
    assert answer.code == data["exit_code"] == 2
    assert data["totals"]["unexpected"] == 1
    assert data["errors"][0]["at"]["line"] == 13


def test_files_are_written_whole_and_hold_errors_too(fsm: Call, folder: Path) -> None:
    write(folder, WRONG)
    write(folder, BAD)
    junit, sarif = folder / "report.xml", folder / "report.sarif"
    junit.write_text("old", encoding="utf-8")
    assert fsm("check", ".", "--junit", junit, "--sarif", sarif).code == 2
    root = ElementTree.parse(junit).getroot()
    assert [case.tag for case in root.iter("failure")] == ["failure"]
    assert root.find("testsuite[@name='input']/testcase/error") is not None
    (scan,) = json.loads(sarif.read_text(encoding="utf-8"))["runs"]
    rules = {result["ruleId"] for result in scan["results"]}
    assert "wrong/never_open" in rules
    assert any(rule.startswith("F3") for rule in rules)
    assert sorted(p.name for p in folder.iterdir()) == [
        "bad.fsm.yaml",
        "report.sarif",
        "report.xml",
        "wrong.fsm.yaml",
    ]


def test_a_missing_folder_is_told_before_the_work(
    fsm: Call, good: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fsm_check, "check_spec", None)
    answer = fsm("check", good, "--junit", "no/where.xml")
    assert answer.code == 2
    assert "F611 cannot write no/where.xml: there is no folder no" in answer.err


def test_filters_that_no_spec_has_together(fsm: Call, folder: Path) -> None:
    write(folder, GOOD)
    write(folder, WRONG.replace("fast", "quick"))
    answer = fsm("check", ".", "--property", "never_open", "--variant", "fast=true")
    assert (answer.code, "no spec has all that" in answer.err) == (2, True)
    answer = fsm("check", ".", "--variant", "quick=true")
    assert "1 spec," in answer.out


def test_an_engine_that_was_interrupted_keeps_what_it_found(
    fsm: Call, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, GOOD)
    write(folder, WRONG)
    check = fsm_check.check_spec

    def cut_short(spec: Any, options: Any) -> SpecReport:
        return replace(check(spec, options), complete=False, limit="interrupted")

    monkeypatch.setattr(fsm_check, "check_spec", cut_short)
    answer = fsm("check", ".", "--lang", "en", "--jobs", "1")  # the others do not hear of it
    assert answer.code == 130
    assert answer.err.startswith("interrupted: 0 of 2 specs are finished; good: ")
    assert "Not everything was explored: it was interrupted." in answer.out
    assert "wrong" not in answer.out


def test_an_interruption_keeps_what_is_finished(
    fsm: Call, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, GOOD)
    write(folder, WRONG)
    check = fsm_check.check_spec

    def interrupted(spec: Any, options: Any) -> SpecReport:
        if spec.name == "wrong":
            options.progress("exploring", 1234)
            raise KeyboardInterrupt
        return check(spec, options)

    monkeypatch.setattr(fsm_check, "check_spec", interrupted)
    answer = fsm("check", ".", "--junit", "report.xml")
    assert answer.code == 130
    assert answer.err == "interrupted: 1 of 2 specs are finished; wrong: exploring 1,234\n"
    assert "✓ opens" in answer.out
    assert "interrupted" in (folder / "report.xml").read_text(encoding="utf-8")


def test_the_longest_file_first_and_reports_in_order_though_one_is_missing(
    fsm: Call, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = GOOD[: GOOD.index("  stays")]
    for spec in (few.replace("good", "fewer"), GOOD, few.replace("good", "less"), WRONG):
        write(folder, spec)
    begun: list[str] = []

    def two_of_them(work: Any, specs: list[Any], *_: object) -> Iterator[tuple[int, Any]]:
        begun.extend(spec.name for spec in specs)
        yield 0, work(specs[0])
        yield 2, work(specs[2])
        raise KeyboardInterrupt

    monkeypatch.setattr("fsm.cli.deciding.as_finished", two_of_them)
    answer = fsm("check", ".", "--jobs", "2", "--no-cache", "--json")
    assert begun == ["good", "wrong", "fewer", "less"]
    assert answer.code == 130
    assert answer.err == "interrupted: 2 of 4 specs are finished\n"
    assert [spec["name"] for spec in json.loads(answer.out)["specs"]] == ["fewer", "good"]


@pytest.fixture
def nothing_at_hand(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Specs are read as if they were long, and nobody has read them before."""
    monkeypatch.setattr("fsm.spec.load.WORTH_KEEPING", 1)
    monkeypatch.setenv("FSM_CACHE_DIR", str(tmp_path / "cache"))


@pytest.mark.skipif(not FORKED, reason="the other processes do not know of this")
@pytest.mark.usefixtures("nothing_at_hand")
def test_a_spec_is_read_where_it_is_decided(
    fsm: Call, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, GOOD)
    write(folder, WRONG)
    this, load = os.getpid(), fsm_load.load_spec
    here: list[Path] = []

    def elsewhere(path: Path) -> Spec:
        if os.getpid() == this:
            here.append(path)
        return load(path)

    monkeypatch.setattr(fsm_load, "load_spec", elsewhere)
    answer = fsm("check", ".", "--jobs", "2", "--no-cache", "--json")
    assert [spec["name"] for spec in json.loads(answer.out)["specs"]] == ["good", "wrong"]
    assert (answer.code, here) == (1, [])
    monkeypatch.setattr("fsm.cli.deciding.as_finished", lambda *_: iter(()))
    for file in (folder / "cache").glob("spec-*"):
        file.unlink()
    assert fsm("check", ".", "--jobs", "2", "--no-cache").code == 1
    assert [file.name for file in here] == ["good.fsm.yaml", "wrong.fsm.yaml"]


@pytest.mark.usefixtures("nothing_at_hand")
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_errors_are_told_in_order_whenever_they_are_found(
    fsm: Call, folder: Path, jobs: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    uneven = GOOD.replace("name: good", "name: a\nunit: 90min")
    for spec in (uneven, BAD, BAD.replace("name: bad", "name: worse"), WRONG, MUTE):
        write(folder, spec)
    (folder / "none").mkdir()
    first = fsm("check", "none", ".", "--jobs", jobs)
    again = fsm("check", "none", ".", "--jobs", jobs)  # what is right has been read before
    monkeypatch.setattr("fsm.spec.load.WORTH_KEEPING", 8_000)
    at_once = fsm("check", "none", ".", "--jobs", jobs)
    told = re.findall(r"^(\w+)[.:].*? (F\d+) ", at_once.err, re.MULTILINE)
    kinds = [("none", "F601"), ("bad", "F304"), ("worse", "F304"), ("a", "F605"), ("mute", "F604")]
    assert told == kinds
    assert first.err == again.err == at_once.err
    assert {answer.code for answer in (first, again, at_once)} == {2}
    assert first.out.splitlines()[-1] == again.out.splitlines()[-1] == at_once.out.splitlines()[-1]


def test_a_filter_hides_no_error(fsm: Call, folder: Path) -> None:
    bad = write(folder, BAD)
    write(folder, GOOD)
    for filter in (("--property", "opens"), ("--variant", "fast=true"), ()):
        answer = fsm("check", ".", *filter)
        assert (answer.code, answer.err.split(":")[0]) == (2, "bad.fsm.yaml")
        assert "✓ opens" in answer.out
        alone = fsm("check", bad, *filter)  # nobody knows what it has
        assert (alone.code, alone.err) == (2, answer.err.replace("bad.fsm", str(bad)[:-5]))


@pytest.mark.usefixtures("nothing_at_hand")
def test_an_interruption_while_a_spec_is_read_keeps_what_is_finished(
    fsm: Call, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for spec in (BAD, GOOD, WRONG):
        write(folder, spec)
    load = fsm_load.load_spec

    def interrupted(path: Path) -> Spec:
        if path.name.startswith("wrong"):
            raise KeyboardInterrupt
        return load(path)

    monkeypatch.setattr(fsm_load, "load_spec", interrupted)
    answer = fsm("check", ".", "--jobs", "1")
    assert answer.code == 130
    assert answer.err.startswith("interrupted: 1 of 2 specs are finished\nbad.fsm.yaml:13:")
    assert "✓ opens" in answer.out


@pytest.mark.usefixtures("nothing_at_hand")
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_verdict_is_remembered_though_the_spec_is_read_anew(
    fsm: Call, folder: Path, jobs: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fsm.check.remembered.SECONDS", 0)
    write(folder, GOOD)
    write(folder, WRONG)
    assert fsm("check", ".", "--jobs", jobs).code == 1
    for file in (folder / "cache").glob("spec-*"):
        file.unlink()

    def forgotten(*_: object) -> SpecReport:
        raise AssertionError

    monkeypatch.setattr(fsm_check, "check_spec", forgotten)
    for length in (1, 1, 8_000):  # now it is read, now it is known, now it is short
        monkeypatch.setattr("fsm.spec.load.WORTH_KEEPING", length)
        answer = fsm("check", ".", "--jobs", jobs, "--json")
        assert answer.code == 1
        assert [spec["cached"] for spec in json.loads(answer.out)["specs"]] == [True, True]
        monkeypatch.setattr("fsm.cli.deciding.as_finished", None)  # and no process is needed


def test_what_a_process_does_not_answer_is_decided_here(
    fsm: Call, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, GOOD)
    write(folder, WRONG)
    monkeypatch.setattr("fsm.cli.deciding.as_finished", lambda *_: iter([(0, None)]))
    answer = fsm("check", ".", "--jobs", "2", "--no-cache", "--json")
    assert [spec["name"] for spec in json.loads(answer.out)["specs"]] == ["good", "wrong"]
    assert answer.code == 1


def test_a_defect_is_confessed_without_a_traceback(
    fsm: Call, good: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def defect(spec: Any, options: Any) -> SpecReport:
        raise ZeroDivisionError("oh\nno")

    monkeypatch.setattr(fsm_check, "check_spec", defect)
    answer = fsm("check", good)
    assert answer.code == 70
    assert answer.err.startswith(
        f"internal error: ZeroDivisionError: oh no\n  while checking good ({good})\n"
    )
    assert "Traceback" not in answer.err
    monkeypatch.setenv("FSM_DEBUG", "1")
    assert "Traceback" in fsm("check", good).err


def test_a_spec_that_cannot_be_decided_does_not_hide_the_others(fsm: Call, folder: Path) -> None:
    write(folder, WRONG)
    uneven = GOOD.replace("name: good", "name: uneven\nunit: 90min")
    write(folder, uneven)
    answer = fsm("check", ".")
    assert answer.code == 2
    assert answer.err.startswith("uneven.fsm.yaml:1:1: F605 the unit of")
    assert "✗ never_open" in answer.out


def test_the_same_file_twice_is_one_spec(fsm: Call, good: Path) -> None:
    assert "1 spec," in fsm("check", good, good.parent, good).out


def test_a_trial_is_told_apart_from_compiling(fsm: Call, tmp_path: Path) -> None:
    pytest.importorskip("llvmlite")
    known = write(tmp_path, text("tickets", n=4))
    (spec,) = json.loads(fsm("check", known, "--stats", "--json").out)["specs"]
    assert spec["engine"] == "compiled"
    parts = [spec["stats"][f"{part}_seconds"] for part in ("trial", "compile", "search")]
    assert min(parts) > 0 and parts[0] > 0.05
    assert sum(parts) < spec["seconds"]
    assert "tried for " in fsm("check", known, "--stats", "--lang", "en").out
    asked = fsm("check", known, "--stats", "--engine", "compiled", "--json").out
    assert json.loads(asked)["specs"][0]["stats"]["trial_seconds"] == 0


def test_stats_are_counted_and_measured(fsm: Call) -> None:
    known = Path(__file__).parents[1] / "known_answers" / "dining_philosophers.fsm.yaml"
    answer = fsm("check", known, "--stats", "--json")
    (spec,) = json.loads(answer.out)["specs"]
    stats = spec["stats"]
    assert (stats["states"], stats["transitions"]) == (82, 265)
    assert (stats["depth"], stats["deadlocks"]) == (5, 1)  # each holds a fork
    assert 10 << 20 < stats["peak_memory_bytes"] < 4 << 30
    assert stats["search_seconds"] > 0 and 0 < stats["compile_seconds"] < spec["seconds"]
    assert stats["trial_seconds"] == 0  # no other engine was asked before
    assert stats["states_per_second"] > 0
    assert stats["threads"] == 1
    text = fsm("check", known, "--stats", "--lang", "en").out
    assert "depth 5, states without a next event: 1, compiled in " in text
    assert json.loads(fsm("check", known, "--json").out)["specs"][0]["stats"] is None


def test_a_large_search_takes_all_cores(
    fsm: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("llvmlite")
    monkeypatch.setattr("fsm.explore.compiled.crew.PIECE", 10)
    monkeypatch.setattr("fsm.cli.check.cores", lambda: 4)
    spec = tmp_path / "philosophers.fsm.yaml"
    spec.write_text(text("dining_philosophers", n=7), encoding="utf-8")
    check = ("check", spec, "--engine", "compiled", "--no-reductions", "--stats")
    found = {}
    for jobs, threads in (((), 4), (("--jobs", "3"), 3), (("--jobs", "1"), 1)):
        (found[threads],) = json.loads(fsm(*check, *jobs, "--json").out)["specs"]
        assert found[threads]["stats"]["threads"] == threads
    counted = ("states", "transitions", "depth", "deadlocks")
    assert len({tuple(f["stats"][name] for name in counted) for f in found.values()}) == 1
    assert ", 4 threads, " in fsm(*check, "--lang", "en").out
    # Two specs are decided at once, each by half of the cores.
    (tmp_path / "another.fsm.yaml").write_text(
        text("dining_philosophers", n=6).replace("name: dining_philosophers", "name: another"),
        encoding="utf-8",
    )
    asked = []
    monkeypatch.setattr(
        "fsm.cli.deciding.as_finished", lambda work, *_: asked.append(work) or iter(())
    )
    fsm("check", tmp_path, "--no-cache", "--quiet")
    assert [work.keywords["limits"].jobs for work in asked] == [2]


def test_an_unfinished_search_counts_no_deadlocks(fsm: Call) -> None:
    known = Path(__file__).parents[1] / "known_answers" / "dining_philosophers.fsm.yaml"
    (spec,) = json.loads(fsm("check", known, "--stats", "--limit", 40, "--json").out)["specs"]
    assert spec["stats"]["deadlocks"] is None


def test_several_processes_give_the_same_report_in_the_same_order(fsm: Call, folder: Path) -> None:
    write(folder, GOOD)
    write(folder, WRONG)
    told = []
    for jobs in ("1", "2"):
        answer = fsm("check", ".", "--no-cache", "--jobs", jobs, "--json")
        without_times = re.sub(r'"seconds": [0-9.e-]+', "", answer.out)
        told.append((answer.code, answer.err, without_times))
    assert told[0] == told[1]
    names = [spec["name"] for spec in json.loads(answer.out)["specs"]]
    assert (answer.code, names) == (1, ["good", "wrong"])


def test_specs_are_decided_in_other_processes_and_what_fails_there_here(
    fsm: Call, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, GOOD)
    write(folder, WRONG)
    this, check = os.getpid(), fsm_check.check_spec
    here = []

    def counted(spec: Any, options: Any) -> SpecReport:
        if os.getpid() != this and spec.name == "wrong":
            os._exit(9)
        here.append(spec.name)
        return check(spec, options)

    monkeypatch.setattr(fsm_check, "check_spec", counted)
    answer = fsm("check", ".", "--no-cache", "--jobs", "2")
    assert (answer.code, here) == (1, ["wrong"])
    assert "✗ never_open" in answer.out


def test_a_share_of_the_memory_that_is_too_small_is_no_limit(
    fsm: Call, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, GOOD)
    write(folder, WRONG)
    check = fsm_check.check_spec
    asked = []

    def small(spec: Any, options: Any) -> SpecReport:
        asked.append(options.max_memory)
        report = check(spec, options)
        short = options.max_memory < 3 << 30
        return replace(report, complete=False, limit="memory") if short else report

    monkeypatch.setattr(fsm_check, "check_spec", small)
    answer = fsm("check", ".", "--no-cache", "--jobs", "2", "--max-memory", "4G")
    assert (answer.code, asked) == (1, [4 << 30, 4 << 30])


def test_vacuity_and_strength_are_asked_for_by_flags(fsm: Call, tmp_path: Path) -> None:
    """Each question has its own report in the cache: the second is not answered by the first."""
    spec = tmp_path / "door.fsm.yaml"
    text = GOOD.replace(", expect: violated}", "}").replace(
        "door == shut, within: 1h", "door == open"
    )
    text += "  keys: {always: fired(close) -> door == shut}\n"
    spec.write_text(text, encoding="utf-8")
    plain = fsm("check", spec, "--lang", "en")
    assert "1 property holds vacuously in some variants" in plain.out
    assert "where not fast" not in plain.out
    told = fsm("check", spec, "--lang", "en", "--vacuity", "--strengthen")
    assert told.code == plain.code
    assert "vacuous in 1 of 2 variants, where not fast: the left side of ->" in told.out
    assert "stays_again:" in told.out


# --- the source of a search -----------------------------------------------------------------------


def test_the_source_that_is_written_is_what_is_searched(fsm: Call, tmp_path: Path) -> None:
    known = Path(__file__).parents[1] / "known_answers" / "dining_philosophers.fsm.yaml"
    file = tmp_path / "steps.py"
    assert fsm("check", known, "--emit", file).code == 0
    source = file.read_text(encoding="utf-8")
    assert "  1 to 2: philosopher[0].take_left\n" in source
    assert "# philosopher[0].take_left\n    if philosopher_0 == 0:\n" in source
    space: dict[str, Any] = {}
    exec(source, space)
    code, target = [0] * 20, [0] * 20
    seen, waiting, steps = {0}, [0], 0
    while waiting:
        size = space["expand"](waiting.pop(), 1, code, target, *[[0]] * 5)
        steps += size
        waiting += {*target[:size]} - seen
        seen |= {*target[:size]}
    assert (len(seen), steps) == (82, 265)


def test_the_source_of_the_compiled_engine_has_its_loops(fsm: Call, tmp_path: Path) -> None:
    pytest.importorskip("llvmlite")
    known = Path(__file__).parents[1] / "known_answers" / "die_hard.fsm.yaml"
    file = tmp_path / "search.py"
    fsm("check", known, "--engine", "compiled", "--emit", file)
    space: dict[str, Any] = {}
    exec(file.read_text(encoding="utf-8"), space)
    assert {"expand", "judge", "visit", "search", "enter"} <= space.keys()


def test_only_one_spec_has_a_source_and_not_for_every_engine(fsm: Call, good: Path) -> None:
    answer = fsm("check", good, "--engine", "reference", "--emit", "steps.py")
    assert (answer.code, "F743 the reference engine writes no source" in answer.err) == (2, True)
    (good.parent / "other.fsm.yaml").write_text(GOOD.replace("name: good", "name: other"))
    answer = fsm("check", good.parent, "--emit", "steps.py")
    assert (answer.code, "F743 --emit writes the source of one spec" in answer.err) == (2, True)
