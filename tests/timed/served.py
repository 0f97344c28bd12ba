"""What machine code serves, compared with whole units and with zones in Python. Its kernels run as
the plain Python that they are written in, over the same memory: nothing is compiled."""

from collections import Counter

import pytest

from fsm.explore.space import Limits, explore
from fsm.explore.successors import Successors
from fsm.explore.variants import make_variants
from fsm.logic.decide import Decider
from fsm.model import Pattern, Spec
from fsm.reduce.reduce import reduce
from fsm.reduce.reduction import CONE, ORDER, VALUES
from fsm.timed import decide
from fsm.timed.closed import is_closed, is_closed_claim
from fsm.timed.decide import TimedDecider
from fsm.timed.machine import Code, ZoneMachine
from fsm.timed.split import NotPlain
from tests.timed.agreement import check_run
from tests.timed.interpreted import interpreted


def not_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever asks for machine code gets its kernels as plain Python."""

    def native(built: ZoneMachine) -> Code:
        if built.source.types["p"] != 64:
            raise NotPlain("a state of more than a word")
        return interpreted(built.source)

    monkeypatch.setattr(decide, "available", lambda: True)
    monkeypatch.setattr(ZoneMachine, "native", native)


def compare_served(spec: Spec, tally: Counter[str], most: int) -> None:
    """All properties that look at single states; copies that are alike are sorted."""
    found = reduce(spec, spec.properties, {CONE, ORDER, VALUES})
    system, lowering, codes = found.system, found.lowering, found.lowering.codes
    family = make_variants(spec.configuration, codes, range(len(codes)), {})
    space = explore(Successors(system, family), Limits(states=most))
    if system.unit is None or space.limit:
        tally["no time" if system.unit is None else "too large"] += 1
        return
    limits = Limits(states=most)
    whole = Decider(system, lowering, family, space)
    python = TimedDecider(system, lowering, family, spec.properties, limits, machine_code=False)
    served = TimedDecider(
        system, lowering, family, spec.properties, limits, machine_code=True, copies=found.alike
    )
    tally["specs"] += 1
    for property_ in spec.properties:
        monitors = [m for _, m in python._monitors[property_.name]]
        if not python.decides(property_) or any(m.remembers for m in monitors):
            continue
        asked = property_.pattern is not Pattern.ALWAYS
        ways = (d.decide(property_) for d in (whole, python, served))
        for monitor, one, two, three in zip(monitors, *ways, strict=True):
            if served._quick is None:
                tally["not served"] += 1
                continue
            if two.graph.limit or three.graph.limit:
                tally["too large"] += 1
                continue
            where = f"{property_.name}: {one.found:b} {two.found:b} {three.found:b}"
            assert three.found == two.found and not three.undecided, where
            tally["served"] += 1
            tally["sorted"] += served.folded
            tally["fewer"] += served.folded and served._quick.space.nodes < len(two.graph.zones)
            claim = monitor.formulas[0]
            if is_closed(system, family) and is_closed_claim(claim, family, asked=asked):
                assert three.found == one.found, where
                tally["exact"] += 1
            tally["violated"] += bool(three.found)
            check_run(spec, served, property_, three, family)
