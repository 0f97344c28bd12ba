"""The parsers of YAML that a machine may have."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import yaml

LIBYAML = pytest.mark.skipif(not yaml.__with_libyaml__, reason="PyYAML without libyaml")
PARSERS = [pytest.param("libyaml", marks=LIBYAML), "python"]


@contextmanager
def machine_with(parser: str) -> Iterator[None]:
    """A machine that has libyaml, or one that has the parser in Python alone."""
    with pytest.MonkeyPatch.context() as patch:
        if parser == "python":
            patch.delattr(yaml, "CSafeLoader", raising=False)
        yield


@pytest.fixture
def parser(request: pytest.FixtureRequest) -> Iterator[None]:
    with machine_with(request.param):
        yield
