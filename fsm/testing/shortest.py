"""The shortest run of an implementation that diverges, in place of one that was found."""

from collections.abc import Callable, Iterable, Iterator
from itertools import combinations

from fsm.testing.divergence import Divergence
from fsm.testing.intents import Intent, Wait
from fsm.testing.session import Session
from fsm.testing.shorten import shortened

Intents = tuple[Intent, ...]
Failure = tuple[Intents, Divergence]


class Shortest:
    """Tries runs on implementations of their own, made by `session`; the shortest that diverged is
    kept, so that one that is found later is shortened only if it is shorter still."""

    def __init__(self, session: Callable[[], Session]) -> None:
        self._session = session
        self._known: Intents | None = None

    def instead_of(self, found: Divergence, done: Intents) -> Divergence:
        """The divergence of a run from which no step can be left out, in which no two neighbours
        and no two waits can be replaced by one step, and no step by an earlier one in the order of
        the spec.

        `found` itself where the implementation does not behave so a second time.

        Complexity: besides `shortened`, a trial for each step that there is, at each place of the
        run, as often as that helps.
        """
        failure = self._failure(self._known or done)
        if failure is None or self._known is None or len(done) < len(failure[0]):
            failure = self._failure(done)
            while failure is not None and (better := self._better(failure[0])) is not None:
                failure = better
        if failure is None:
            return found
        self._known, said = failure
        return said

    def _better(self, done: Intents) -> Failure | None:
        least = shortened(done, lambda tried: (self._failure(tried) or (None, None))[0])
        if len(least) < len(done):
            return self._failure(least)
        for tried, wanted in self._replaced(done):
            failure = self._failure(tried)
            if failure is not None and len(failure[0]) <= wanted:
                return failure
        return None

    def _replaced(self, done: Intents) -> Iterator[tuple[Intents, int]]:
        """Runs with one step in place of two neighbours, of two waits, or of one that comes later
        in the order of the spec, and the length that would make them better."""
        waits = [(at, step) for at, step in enumerate(done) if isinstance(step, Wait)]
        for (early, one), (late, other) in combinations(waits, 2):
            both = Wait(one.units + other.units, one.time + other.time)
            for keep, drop in ((early, late), (late, early)):
                tried = (*done[:keep], both, *done[keep + 1 :])
                yield (*tried[:drop], *tried[drop + 1 :]), len(done) - 1
        for at, step in enumerate(done):
            options = self._options(done[:at])
            for option in options if at + 1 < len(done) else ():
                yield (*done[:at], option, *done[at + 2 :]), len(done) - 1
            for option in options[: options.index(step)] if step in options else ():
                yield (*done[:at], option, *done[at + 1 :]), len(done)

    def _options(self, done: Intents) -> list[Intent]:
        session = self._session()
        try:
            session.look()
            for step in done:
                session.do(step)
            return session.options()
        finally:
            session.close()

    def _failure(self, wanted: Iterable[Intent]) -> Failure | None:
        """What is done of this until it diverges, without what the test may not do."""
        session = self._session()
        try:
            session.look()
            for step in wanted:
                if session.may(step):
                    session.do(step)
        except Divergence as found:
            return session.intents, found
        finally:
            session.close()
        return None
