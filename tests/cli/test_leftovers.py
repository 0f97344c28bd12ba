"""What a check leaves behind does not pile up where many follow each other in one process."""

import gc
import weakref
from pathlib import Path

from fsm.cli.deciding import without_cycle_search
from tests.cli.conftest import BAD, Call, write


class _Knot:
    def __init__(self) -> None:
        self.itself = self


def test_a_check_collects_what_the_one_before_left() -> None:
    try:
        with without_cycle_search():
            assert not gc.isenabled()
            left = weakref.ref(_Knot())
        assert gc.isenabled()
        gc.collect()
        assert left() is not None  # set aside: the end of a process need not look for it
        with without_cycle_search():
            assert left() is None
    finally:
        gc.unfreeze()


def test_what_is_read_and_told_is_set_aside_too(fsm: Call, tmp_path: Path) -> None:
    """In the process that decides nothing itself."""
    gc.unfreeze()
    try:
        assert fsm("check", write(tmp_path, BAD)).code == 2
        assert gc.get_freeze_count() > 0
        assert gc.isenabled()
    finally:
        gc.unfreeze()
