"""A saved trace comes back as it was, and nothing that is not a run of the spec comes back."""

import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fsm.draw.saved import LIMIT, load_trace, save_trace, spec_file
from fsm.errors import UsageError
from fsm.model import Spec
from fsm.report.labels import Labels
from fsm.report.story import tell
from fsm.semantics.trace import Run
from fsm.semantics.units import unit_of
from fsm.spec.load import parse_spec, spec_from
from tests.draw.runs import FLAGSHIP, HOLE, flagship, flagship_run, walk
from tests.random_specs import specs


def saved(spec: Spec, run: Run, property_: str = "") -> str:
    story = tell(run, Labels(spec, "en"), unit_of(spec))
    return save_trace(spec, run, story, property_, (), "x.fsm.yaml")


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(specs(), st.integers(0, 1 << 30))
def test_comes_back_as_it_was(tmp_path: Path, document: dict[str, Any], seed: int) -> None:
    spec = spec_from(document)
    run = walk(spec, Random(seed), 12)
    if run is None:
        return
    file = tmp_path / "run.trace.json"
    file.write_text(saved(spec, run), encoding="utf-8")
    back = load_trace(file, spec).run
    assert back.states == run.states
    assert back.times == run.times
    assert len(back.steps) == len(run.steps)


@pytest.fixture
def flagship_file(tmp_path: Path) -> Path:
    file = tmp_path / "hole.trace.json"
    file.write_text(saved(flagship().spec, flagship_run(), HOLE), encoding="utf-8")
    return file


def test_names_its_property_and_its_spec(flagship_file: Path) -> None:
    assert load_trace(flagship_file, flagship().spec).property == HOLE
    assert spec_file(flagship_file) == flagship_file.parent / "x.fsm.yaml"


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


@pytest.mark.parametrize("change", [_without_start, _skipping, _elsewhere, _too_early])
def test_what_is_no_run_is_refused(
    flagship_file: Path, change: Callable[[dict[str, Any]], None]
) -> None:
    data = json.loads(flagship_file.read_text(encoding="utf-8"))
    change(data)
    flagship_file.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        load_trace(flagship_file, flagship().spec)
    assert caught.value.code == "F637"


def test_a_run_of_rules_that_have_changed_is_refused(flagship_file: Path) -> None:
    text = FLAGSHIP.read_text(encoding="utf-8")
    changed = parse_spec(text.replace("handling_window: 48h", "handling_window: 72h"))
    with pytest.raises(UsageError, match="not a run") as caught:
        load_trace(flagship_file, changed)
    assert caught.value.code == "F637"


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
        (("trace", "states", 0, "machines"), {}),
        (("trace", "states", 0, "variables"), ["paid"]),
        (("trace", "steps", 0), {"event": 3, "fields": {}, "moves": []}),
        (("trace", "steps", 0), {}),
        (("trace", "steps", 0), {"delay": True}),
        (("trace", "loop"), "for ever"),
        (("trace", "variant"), {"no_such_switch": True}),
        (("each",), 3),
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
