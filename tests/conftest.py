"""For every test: what a run of `fsm` keeps between calls goes to a folder of the session's."""

import os
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def cache_of_the_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Tests neither use nor fill the user's cache."""
    before = os.environ.get("FSM_CACHE_DIR")
    os.environ["FSM_CACHE_DIR"] = str(tmp_path_factory.mktemp("cache"))
    yield
    if before is None:
        del os.environ["FSM_CACHE_DIR"]
    else:
        os.environ["FSM_CACHE_DIR"] = before


@pytest.fixture(scope="module")
def not_optimised() -> Iterator[None]:
    """Machine code for many small systems: it is sooner made than it is made fast."""
    from fsm.explore.compiled import native

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(native, "LEVEL", 0)
        yield
