"""Work in several processes: who begins when, and what becomes of those that fail."""

import os
import sys
import time
from pathlib import Path

import pytest

from fsm.cli.parallel import as_finished

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="work of a test has to be forked")


def quiet(_: int) -> None: ...


def nothing() -> None: ...


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + 20
    while not path.exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_answers_come_when_they_are_there(tmp_path: Path) -> None:
    def work(item: int) -> int:
        if item == 0:  # ends last, though it begins first
            wait_for(tmp_path / "others")
        return item * item

    done: list[int] = []
    found: list[tuple[int, int | None]] = []
    for place, answer in as_finished(work, [0, 1, 2, 3], 2, done.append, nothing):
        found.append((place, answer))
        if len(found) == 3:
            (tmp_path / "others").touch()
    assert found == [(1, 1), (2, 4), (3, 9), (0, 0)]
    assert done == sorted(done)
    assert done[-1] == 4


def test_items_are_begun_in_their_order(tmp_path: Path) -> None:
    def work(item: str) -> None:
        with (tmp_path / "log").open("a") as log:
            log.write(item)

    list(as_finished(work, "cab", 1, quiet, nothing))
    assert (tmp_path / "log").read_text() == "cab"


def test_no_answer_from_a_process_that_fails_or_dies() -> None:
    def work(item: str) -> str:
        if item == "fails":
            raise ValueError
        if item == "dies":
            os._exit(3)
        return item

    found = dict(as_finished(work, ["fails", "dies", "lives"], 2, quiet, nothing))
    assert found == {0: None, 1: None, 2: "lives"}


def test_whoever_stops_listening_ends_the_others(tmp_path: Path) -> None:
    def work(item: int) -> int:
        if item:
            (tmp_path / "pid").write_text(str(os.getpid()))
            (tmp_path / "ready").touch()
            time.sleep(60)
        wait_for(tmp_path / "ready")
        return item

    answers = as_finished(work, [0, 1], 2, quiet, nothing)
    assert next(answers) == (0, 0)
    started = time.monotonic()
    answers.close()  # type: ignore[attr-defined]
    assert time.monotonic() - started < 30
    assert not Path(f"/proc/{(tmp_path / 'pid').read_text()}").exists()


@pytest.mark.parametrize(("items", "called"), [(1, 0), (2, 0), (3, 1), (5, 1)])
def test_what_is_made_meanwhile_is_there_for_those_that_begin_later(
    items: int, called: int
) -> None:
    made: list[int] = []
    answers = as_finished(lambda _: len(made), range(items), 2, quiet, lambda: made.append(1))
    found = dict(answers)
    assert [found[k] for k in range(items)] == [0, 0, *[1] * items][:items]
    assert len(made) == called
