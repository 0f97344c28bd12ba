"""A remembered report is the report; whatever it depends on, and whatever is wrong with its file,
makes it be computed anew."""

import pickle
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from msgspec.structs import replace

from fsm.cache import VARIABLE, recall
from fsm.check import remembered
from fsm.check.check import CheckOptions, check_spec
from fsm.check.remembered import keep, key_of, recalled
from fsm.check.results import SpecReport
from fsm.model import Spec
from fsm.spec.load import load_spec, spec_from
from tests.cli.conftest import GOOD, WRONG
from tests.random_specs import specs

ALL = CheckOptions()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty cache that takes every report, however fast it was computed."""
    monkeypatch.setenv(VARIABLE, str(tmp_path / "cache"))
    monkeypatch.setattr(remembered, "SECONDS", 0.0)
    yield tmp_path / "cache"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.fsm.yaml"
    path.write_text(WRONG, encoding="utf-8")
    return path


def kept(spec: Spec, options: CheckOptions = ALL) -> SpecReport:
    report = check_spec(spec, options)
    keep(key_of(spec, options), report)
    return report


def again(spec: Spec, options: CheckOptions = ALL) -> SpecReport | None:
    return recalled(key_of(spec, options), spec)


def test_it_is_the_same_report_and_says_that_it_is_remembered(folder: Path, file: Path) -> None:
    report = kept(load_spec(file))
    found = again(load_spec(file))
    assert found == replace(report, remembered=True)
    assert found.results[0].run is not None


@settings(max_examples=25, deadline=None, suppress_health_check=[*HealthCheck])
@given(specs())
def test_whatever_a_report_holds_comes_back(
    folder: Path, file: Path, data: dict[str, object]
) -> None:
    spec = spec_from(data)
    spec = replace(spec, at=replace(spec.at, file=str(file)))
    report = kept(spec, CheckOptions(max_states=3_000))
    found = again(spec, CheckOptions(max_states=3_000))
    undecided = not report.complete or any(r.unknown.count for r in report.results)
    assert found == (None if undecided else replace(report, remembered=True))


def test_another_text_question_or_version_is_decided_anew(
    folder: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = load_spec(file)
    report = kept(spec)
    assert again(spec) is not None
    assert again(spec, CheckOptions(timeout=60.0, max_memory=1 << 40)) is not None
    name = report.results[0].property.name
    assert again(spec, CheckOptions(properties=(name,))) is None
    assert again(spec, CheckOptions(without=("values",))) is None
    assert again(spec, CheckOptions(max_states=10_000)) is None
    assert again(spec, CheckOptions(engine="reference")) is None
    assert again(replace(spec, name="other")) is None
    with monkeypatch.context() as patch:
        patch.setattr(remembered, "toolkit", lambda: "another version")
        assert again(spec) is None
    assert again(spec) is not None
    file.write_text(GOOD, encoding="utf-8")
    assert again(spec) is None


def test_what_a_limit_cut_short_is_not_kept(folder: Path, file: Path) -> None:
    options = CheckOptions(max_states=1)
    assert not kept(load_spec(file), options).complete
    assert again(load_spec(file), options) is None


def test_a_file_that_is_damaged_foreign_or_asks_for_code_is_ignored(
    folder: Path, file: Path
) -> None:
    spec = load_spec(file)
    kept(spec)
    (entry,) = folder.glob("report-*")
    whole = entry.read_bytes()

    def reads(data: bytes) -> bool:
        entry.write_bytes(data)
        return again(spec) is not None

    def signed(data: object) -> bytes:
        body = pickle.dumps(data)
        return sha256(body).digest() + body

    key = key_of(spec, ALL)
    assert key is not None and reads(whole)
    assert recall("report", key, ()) is None  # classes of modules that nobody named
    assert not reads(whole[:-1])
    assert not reads(whole[:40] + bytes([whole[40] ^ 1]) + whole[41:])
    assert not reads(signed(("another key", None)))
    assert not reads(signed((key, print)))
    assert not reads(signed((key, Path("/"))))
    assert not reads(signed((key, 7)))
    kept(spec, CheckOptions(engine="reference"))
    (foreign,) = (f for f in folder.glob("report-*") if f != entry)
    assert not reads(foreign.read_bytes())


def test_what_else_was_asked_is_part_of_the_question(folder: Path, file: Path) -> None:
    spec = load_spec(file)
    kept(spec)
    assert key_of(spec, ALL, "vacuity") != key_of(spec, ALL)
    assert recalled(key_of(spec, ALL, "vacuity"), spec) is None
