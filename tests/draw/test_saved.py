"""A saved trace comes back as it was, and nothing that is not a run of the spec comes back."""

import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fsm.check.check import CheckOptions, check_spec
from fsm.draw.saved import LIMIT, Saved, load_trace, save_trace, spec_file
from fsm.draw.saved_form import MOST_UNITS
from fsm.errors import UsageError
from fsm.model import Spec
from fsm.report.bundle import Bundle
from fsm.report.json import report_json
from fsm.report.labels import Labels
from fsm.report.story import tell
from fsm.semantics.replay import replay
from fsm.semantics.trace import Run, Trace
from fsm.semantics.units import unit_of
from fsm.spec.load import load_spec, parse_spec, spec_from
from tests.draw.runs import FLAGSHIP, HOLE, flagship, flagship_run, walk
from tests.random_specs import specs


def saved(spec: Spec, run: Run, property_: str = "", text: str = "") -> str:
    story = tell(run, Labels(spec, "en"), unit_of(spec))
    return save_trace(spec, run, story, property_, (), "x.fsm.yaml", ("courier_intercept",), text)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(specs(), st.integers(0, 1 << 30))
def test_comes_back_as_it_was(tmp_path: Path, document: dict[str, Any], seed: int) -> None:
    spec = spec_from(document)
    run = walk(spec, Random(seed), 12)
    if run is None:
        return
    file = tmp_path / "run.trace.json"
    file.write_text(saved(spec, run), encoding="utf-8")
    assert load_trace(file, spec) == Saved(run, "")


@pytest.fixture
def flagship_file(tmp_path: Path) -> Path:
    file = tmp_path / "hole.trace.json"
    text = FLAGSHIP.read_text(encoding="utf-8")
    file.write_text(saved(flagship().spec, flagship_run(), HOLE, text), encoding="utf-8")
    return file


def test_names_its_property_and_its_spec(flagship_file: Path) -> None:
    found = load_trace(flagship_file, flagship().spec)
    assert found == Saved(flagship_run(), HOLE, (), ("courier_intercept",))
    assert spec_file(flagship_file) == flagship_file.parent / "x.fsm.yaml"


def report(tmp_path: Path, *properties: str) -> Path:
    wanted = properties != (HOLE,)
    found = (
        check_spec(flagship().spec, CheckOptions(properties=properties)) if wanted else flagship()
    )
    file = tmp_path / "report.json"
    file.write_text(report_json(Bundle((found,))), encoding="utf-8")
    return file


def test_the_one_run_of_a_report_is_read_as_well(tmp_path: Path) -> None:
    file = report(tmp_path, HOLE)
    found = load_trace(file, flagship().spec)
    assert (found.run, found.property) == (flagship_run(), HOLE)
    assert "clock_while_intercepting" in found.mentioned
    assert spec_file(file) == FLAGSHIP


def test_a_report_with_several_runs_is_refused(tmp_path: Path) -> None:
    file = report(tmp_path, HOLE, "i16_no_timeout_while_intercepting")
    with pytest.raises(UsageError, match="2 runs") as caught:
        load_trace(file, flagship().spec)
    assert caught.value.code == "F639"


def _without_start(data: dict[str, Any]) -> None:
    data["trace"]["states"][0]["machines"]["parcel"] = "delivered"


def _skipping(data: dict[str, Any]) -> None:
    del data["trace"]["steps"][1]
    del data["trace"]["states"][2]


def _elsewhere(data: dict[str, Any]) -> None:
    data["trace"]["states"][3]["machines"]["ticket"] = "refunded"


def _too_early(data: dict[str, Any]) -> None:
    delay = next(step for step in data["trace"]["steps"] if "delay" in step)
    delay["delay"] -= 1


def _longer_ago(data: dict[str, Any]) -> None:
    data["trace"]["loop"] = 0


def _as_number(data: dict[str, Any]) -> None:
    data["trace"]["variant"]["courier_intercept"] = 1


def _in_another_variant(data: dict[str, Any]) -> None:
    data["trace"]["variant"]["courier_intercept"] = False


def _unknown_event(data: dict[str, Any]) -> None:
    data["trace"]["steps"][0]["event"] = "teleport"


def _unknown_transition(data: dict[str, Any]) -> None:
    data["trace"]["steps"][0]["moves"][0]["transition"] = 99


def _unknown_variable(data: dict[str, Any]) -> None:
    data["trace"]["states"][0]["variables"]["luck"] = 1


def _unknown_switch(data: dict[str, Any]) -> None:
    data["trace"]["variant"]["luck"] = True


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (_without_start, "no run starts like this: parcel is unshipped, not delivered"),
        (_skipping, "step 2 .apply. is not possible there: .*parcel|step 2 .apply. "),
        (_elsewhere, "after step 3 .apply. ticket is applied, not refunded"),
        (_too_early, "step [67]"),
        (_longer_ago, "loop"),
        (_as_number, "'courier_intercept' has no value, or one that it cannot have"),
        (_in_another_variant, "step 4 .start_interception. is not possible there: "),
        (_unknown_event, "step 1: there is no event 'teleport'"),
        (_unknown_transition, "step 1: '.*' has no transition 99"),
        (_unknown_variable, "there is no variable 'luck' in the spec"),
        (_unknown_switch, "there is no switch or question 'luck'"),
    ],
)
def test_what_is_no_run_is_refused(
    flagship_file: Path, change: Callable[[dict[str, Any]], None], reason: str
) -> None:
    data = json.loads(flagship_file.read_text(encoding="utf-8"))
    change(data)
    flagship_file.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(UsageError, match=reason) as caught:
        load_trace(flagship_file, flagship().spec)
    assert caught.value.code == "F637"
    assert "the file has been changed" in caught.value.message
    assert len(caught.value.message) < 600


def test_a_run_of_rules_that_have_changed_is_refused(flagship_file: Path, tmp_path: Path) -> None:
    text = FLAGSHIP.read_text(encoding="utf-8")
    file = tmp_path / "changed.fsm.yaml"
    file.write_text(text.replace("handling_window: 48h", "handling_window: 72h"), encoding="utf-8")
    with pytest.raises(
        UsageError, match=r"step 7 .timeout48. is not possible .*the spec has changed since"
    ) as caught:
        load_trace(flagship_file, load_spec(file))
    assert caught.value.code == "F637"


def test_time_is_kept_where_the_unit_changes(flagship_file: Path) -> None:
    text = FLAGSHIP.read_text(encoding="utf-8")
    shorter = parse_spec(text.replace("unit: 24h", "unit: 12h"))
    found = load_trace(flagship_file, shorter).run
    assert found.times[-1] == 2 * flagship_run().times[-1]


def test_a_run_that_does_not_show_its_property_is_refused(flagship_file: Path) -> None:
    data = json.loads(flagship_file.read_text(encoding="utf-8"))
    for name in ("states", "steps"):
        data["trace"][name].pop()
    flagship_file.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(UsageError, match=f"does not show what '{HOLE}'") as caught:
        load_trace(flagship_file, flagship().spec)
    assert caught.value.code == "F638"
    data["property"] = ""
    flagship_file.write_text(json.dumps(data), encoding="utf-8")
    assert load_trace(flagship_file, flagship().spec).property == ""


def test_a_property_that_is_gone_is_an_error(flagship_file: Path) -> None:
    text = flagship_file.read_text(encoding="utf-8").replace(HOLE, "gone")
    flagship_file.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match="no property 'gone'"):
        load_trace(flagship_file, flagship().spec)


def test_a_run_of_another_spec_is_refused(flagship_file: Path) -> None:
    other = parse_spec(
        "fsm: 1\nname: other\nevents: {go: {}}\nmachines:\n  m:\n    states: {a: {}, b: {}}\n"
        "    transitions: [{from: a, on: go, to: b}]\n"
    )
    with pytest.raises(UsageError) as caught:
        load_trace(flagship_file, other)
    assert caught.value.code == "F636"


def _path(data: Any, path: tuple[Any, ...], value: Any) -> Any:
    place = data
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return data


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("trace",), None),
        (("trace", "states"), []),
        (("trace", "states"), 7),
        (("trace", "states", 0, "machines"), []),
        (("trace", "steps", 0, "moves"), 3),
        (("trace", "steps", 0, "moves", 0, "transition"), "0"),
        (("trace", "steps", 0, "moves", 0, "transition"), 0.5),
        (("trace", "states", 0, "variables"), ["paid"]),
        (("trace", "steps", 0), {"event": 3, "fields": {}, "moves": []}),
        (("trace", "steps", 0), {}),
        (("trace", "steps", 0), {"delay": True}),
        (("trace", "loop"), "for ever"),
        (("trace", "variant"), None),
        (("trace", "steps", 0), {"delay": MOST_UNITS + 1}),
        (("unit_milliseconds",), "24 h"),
        (("each",), 3),
        (("each",), {"i": 1}),
        (("mentioned",), 3),
        (("mentioned",), [3]),
        (("property",), 3),
        (("fsm_trace",), 99),
    ],
)
def test_another_form_is_an_error_with_advice(
    flagship_file: Path, path: tuple[Any, ...], value: Any
) -> None:
    data = _path(json.loads(flagship_file.read_text(encoding="utf-8")), path, value)
    flagship_file.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        load_trace(flagship_file, flagship().spec)
    assert caught.value.code == "F635"
    assert caught.value.hint


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b" " * (LIMIT + 1)])
def test_what_is_no_json_is_an_error(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "run.trace.json"
    file.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        load_trace(file, flagship().spec)
    assert caught.value.code == "F635"


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read"):
        spec_file(tmp_path / "none.json")


def _leaves(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(data, dict | list):
        keys = data.keys() if isinstance(data, dict) else range(len(data))
        return [path, *(leaf for key in keys for leaf in _leaves(data[key], (*path, key)))]
    return [path]


ODD: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, False, 0, 1, -1, 10**30, 0.5, "", "x", "\0", "ticket", [], [[]], {}, {"x": 1}]
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_whatever_is_changed_there_is_a_run_or_an_error(
    tmp_path: Path, data: st.DataObject
) -> None:
    content = json.loads(saved(flagship().spec, flagship_run(), HOLE))
    del content["trace"]["story"]  # nothing reads it
    for _ in range(data.draw(st.integers(1, 2))):
        path = data.draw(st.sampled_from([p for p in _leaves(content) if p]))
        _path(content, path, data.draw(ODD))
    file = tmp_path / "run.trace.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    try:
        found = load_trace(file, flagship().spec)
        spec_file(file)
    except UsageError as problem:
        assert problem.code in {"F635", "F636", "F637", "F638", "F639"}
    else:
        run = found.run
        snapshots = tuple(state.snapshot for state in run.states)
        trace = Trace(run.variant, snapshots, run.steps, run.loop)
        assert replay(flagship().spec, trace) == run
        assert found.property in {HOLE, ""}
