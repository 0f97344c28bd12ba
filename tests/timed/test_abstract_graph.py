"""Abstract graphs: what is kept of a zone, or of a step, is what would be found anew."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import pytest

from fsm.check.check import CheckOptions, check_spec
from fsm.spec.load import spec_from
from fsm.timed import abstract_graph, liveness
from fsm.timed.abstract_graph import AbstractGraph
from fsm.timed.zone_graph import Entry, Frame, Later, Search
from tests.timed.small import small

Graph = tuple[list[int], list[dict[tuple[int, int], int]]]
ANYWHERE = {"expect": "violated", "because": {"en": "or not: graphs are looked at"}}


class Forgetful(abstract_graph._AbstractSearch):
    """Keeps nothing of what it finds."""

    def _later(self, frame: Frame, zone: Any, *, strictly: bool) -> list[Later]:
        return [*Search._later(self, frame, zone, strictly=strictly)]

    def _extrapolated(self, frame: Frame, zone: Any) -> Any:
        return self.ops.extrapolate(zone, frame.n, frame.horizon.low, frame.horizon.high)

    def _entries(self, *asked: Any) -> list[Entry]:
        frame, _, *rest = asked
        return super()._entries(frame, {}, *rest)


@contextmanager
def looked_at() -> Iterator[list[Graph]]:
    """The graphs that are made meanwhile."""
    found: list[Graph] = []
    made = abstract_graph.abstract_graph

    def noted(*args: Any) -> tuple[AbstractGraph, Any]:
        graph, zones = made(*args)
        found.append((graph.reach, graph.arcs))
        return graph, zones

    with patch.object(liveness, "abstract_graph", noted):
        yield found


@pytest.mark.parametrize("number", [0, 8, 9, 10])
def test_what_is_kept_is_what_is_found_anew(number: int) -> None:
    document = small(number, strict=True) | {
        "properties": {
            "e": {"eventually": "one == k"} | ANYWHERE,
            "r": {"after": "e", "eventually": "one == k"} | ANYWHERE,
        }
    }
    spec, dense = spec_from(document), CheckOptions(time="dense")
    with looked_at() as kept:
        check_spec(spec, dense)
    with looked_at() as anew, patch.object(abstract_graph, "_AbstractSearch", Forgetful):
        check_spec(spec, dense)
    assert kept == anew
    assert max(len(reach) for reach, _ in kept) > 90
