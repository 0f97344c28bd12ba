"""Real time: deadlines are kept while events come in; an hour takes a few milliseconds here."""

import asyncio
import time

import pytest

from fsm.errors import UsageError
from fsm.runtime.drive import RealClock, drive
from fsm.runtime.errors import TimeStuck
from fsm.runtime.runtime import Runtime
from fsm.semantics.replay import replay
from fsm.semantics.trace import Occurrence
from tests.semantics.reading import spec_of

SPEED = 3_600_000 / 10  # an hour in 10 ms
SPEC = spec_of("""
unit: 1min
events: {answer: {}, ring: {}}
machines:
  a:
    states: {s: , t: , hot: {urgent: true}, end: , answered: }
    transitions:
      - {from: s, after: 2h, to: t}
      - {from: t, after: 3h, to: hot}
      - {from: hot, to: end}
      - {from: t, on: answer, to: answered}
      - {from: [s, t, hot, end, answered], on: ring, to: s}
""")


def test_deadlines_fire_by_themselves_and_never_early() -> None:
    runtime = Runtime(SPEC, clock=RealClock(now=0, speed=SPEED))
    times: list[tuple[int, str]] = []
    runtime.on_step(
        lambda step, snapshot: (
            times.append((runtime.time, snapshot.locations[0][1]))
            if isinstance(step, Occurrence)
            else None
        )
    )
    asyncio.run(drive(runtime, until=lambda r: r.machines["a"].state == "end"))
    # However late the event loop comes, each deadline has its own instant.
    assert [place for _, place in times] == ["t", "hot", "end"]
    assert runtime.state.clocks[0][1] >= 300
    assert [s.units for s in runtime.steps if not isinstance(s, Occurrence)][:2] == [120, 180]


def test_after_a_long_sleep_of_the_machine_each_deadline_has_its_own_instant() -> None:
    seconds = 0.0
    runtime = Runtime(SPEC, clock=RealClock(now=0, source=lambda: seconds))
    seconds = 10 * 3_600.0
    runtime.settle()
    assert runtime.machines["a"].state == "end"
    delays = [step.units for step in runtime.steps if not isinstance(step, Occurrence)]
    assert delays == [120, 180, 300]
    assert replay(runtime.spec, runtime.run()).states[-1] == runtime.state


def test_an_event_that_comes_meanwhile_changes_what_is_due() -> None:
    async def scene() -> Runtime:
        runtime = Runtime(SPEC, clock=RealClock(now=0, speed=SPEED))
        driver = asyncio.create_task(
            drive(runtime, until=lambda r: r.machines["a"].state == "answered")
        )
        while runtime.machines["a"].state != "t":
            await asyncio.sleep(0.002)
        runtime.fire("answer")
        await asyncio.wait_for(driver, 5)
        return runtime

    runtime = asyncio.run(scene())
    assert runtime.machines["a"].state == "answered"
    assert runtime.next_deadline() is None


def test_the_driver_wakes_up_for_an_event_while_nothing_is_due() -> None:
    async def scene() -> str:
        runtime = Runtime(SPEC, clock=RealClock(now=0, speed=SPEED))
        await drive(runtime, until=lambda r: r.machines["a"].state == "end")
        assert runtime.next_deadline() is None
        driver = asyncio.create_task(drive(runtime, until=lambda r: r.machines["a"].state == "t"))
        await asyncio.sleep(0.005)  # it sleeps, and would for a minute
        runtime.fire("ring")
        await asyncio.wait_for(driver, 5)
        return str(runtime.machines["a"].state)

    assert asyncio.run(scene()) == "t"


def test_a_timelock_ends_the_driver() -> None:
    spec = spec_of("""
    machines:
      a: {states: {s: , t: {urgent: true}}, transitions: [{from: s, after: 1h, to: t}]}
    """)
    with pytest.raises(TimeStuck):
        asyncio.run(drive(Runtime(spec, clock=RealClock(now=0, speed=SPEED))))


def test_a_real_clock_counts_by_its_source_and_a_virtual_one_is_not_driven() -> None:
    seconds = 5.0
    clock = RealClock(now=1_000, speed=2, source=lambda: seconds)
    assert clock.now == 1_000
    seconds = 6.5
    assert clock.now == 4_000
    assert clock.seconds_until(5_000) == 0.5
    assert clock.seconds_until(0) == 0
    with pytest.raises(UsageError, match="RealClock"):
        asyncio.run(drive(Runtime(SPEC)))
    with pytest.raises(UsageError, match="goes on by itself"):
        Runtime(SPEC, clock=clock).wait(1)


def test_a_real_clock_shows_the_present_unless_told_otherwise() -> None:
    before = time.time_ns() // 1_000_000
    now = RealClock(source=lambda: 7.0).now
    assert before <= now <= time.time_ns() // 1_000_000
