"""What a check leaves behind does not pile up where many follow each other in one process."""

import gc
import weakref

from fsm.cli.deciding import _without_cycle_search


class _Knot:
    def __init__(self) -> None:
        self.itself = self


def test_a_check_collects_what_the_one_before_left() -> None:
    try:
        with _without_cycle_search():
            assert not gc.isenabled()
            left = weakref.ref(_Knot())
        assert gc.isenabled()
        gc.collect()
        assert left() is not None  # set aside: the end of a process need not look for it
        with _without_cycle_search():
            assert left() is None
    finally:
        gc.unfreeze()
