"""Binary decision diagrams: the few operations that the engine needs, on CUDD or in plain Python.

Source: Bryant, "Graph-based algorithms for Boolean function manipulation", IEEE Trans. Computers
35(8), 1986, doi 10.1109/TC.1986.1676819.
"""

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from fsm.errors import UsageError

Diagram = Any  # a node of `dd`, which carries no types; `&`, `|`, `~` and `==` work on it
GIGABYTE = 1 << 30
MEMORY = 2 * GIGABYTE  # CUDD may use so much of it, unless told otherwise
CACHE = 1 << 16  # slots at the start; it grows with its use
LOOK_EVERY = 64  # operations between two looks at the clock
SIFTED = 50_000  # nodes of a set from which on a better order of the variables is looked for
HEAVY = 300_000  # nodes of everything with which that takes seconds, and nothing can interrupt it


class Exhausted(Exception):
    """Time or memory is used up; the argument says which, in words."""


class Diagrams:
    """A set of variables and the diagrams over them.

    Every operation is small, so that Ctrl-C and a deadline (on `time.monotonic()`) are answered
    between two of them. `backend` is `cudd` or `autoref`.
    """

    def __init__(self, memory: int = MEMORY, deadline: float | None = None) -> None:
        self.backend, module = _load()
        self.deadline, self._calls, self._sifted = deadline, 0, SIFTED
        self._joint: Callable[..., Diagram] | None = None
        self._restrict: Callable[..., Diagram] | None = None
        if self.backend == "cudd":
            self.manager = module.BDD(memory_estimate=memory, initial_cache_size=CACHE)
            # Sifting is one call that nothing can interrupt: only on purpose (`settle`).
            self.manager.configure(max_memory=memory, reordering=False)
            self._joint, self._restrict = module.and_exists, module.restrict
        else:
            self.manager = module.BDD()
            self.manager.configure(reordering=False)
        self.true: Diagram = self.manager.true
        self.false: Diagram = self.manager.false

    def declare(self, names: Iterable[str]) -> None:
        """New variables, below those that exist."""
        self.manager.declare(*names)

    def couple(self, pairs: Iterable[tuple[str, str]]) -> None:
        """These are next to each other, and stay so whatever the order."""
        if self.backend == "cudd":
            for first, _ in pairs:
                self.manager.group({first: 2})

    def settle(self, states: Diagram) -> None:
        """Look for a better order of the variables, now that a set has grown: each is put where
        the diagrams are smallest (sifting). Again when the set has doubled, or, if that did not
        make it smaller by a third, when it is eight times as large."""
        nodes = len(states)
        if nodes < self._sifted or self.backend != "cudd" or len(self.manager) > HEAVY:
            return
        self.manager.reorder()
        paid = len(states) < nodes * 2 // 3
        self._sifted = max(SIFTED, 2 * len(states) if paid else 8 * nodes)

    def var(self, name: str) -> Diagram:
        """The function that is one variable."""
        return self.manager.var(name)

    def ite(self, test: Diagram, then: Diagram, otherwise: Diagram) -> Diagram:
        """`then` where `test`, else `otherwise`."""
        return self.manager.ite(test, then, otherwise)

    def cube(self, bits: Mapping[str, bool]) -> Diagram:
        """All bits as given."""
        return self.manager.cube(dict(bits))

    def any(self, parts: Iterable[Diagram]) -> Diagram:
        """The disjunction, as a balanced tree: partial results stay small."""
        return self._tree(list(parts), self.false, lambda a, b: a | b)

    def all(self, parts: Iterable[Diagram]) -> Diagram:
        """The conjunction."""
        return self._tree(list(parts), self.true, lambda a, b: a & b)

    def exist(self, names: Sequence[str], of: Diagram) -> Diagram:
        """Some value of these variables."""
        return self.manager.exist(names, of) if names else of

    def joint(self, one: Diagram, other: Diagram, names: Sequence[str]) -> Diagram:
        """`exist(names, one & other)` in one pass: the relational product."""
        self.look()
        if not names:
            return one & other
        if self._joint is not None:
            return self._joint(one, other, names)
        return self.manager.exist(names, one & other)

    def simplified(self, of: Diagram, care: Diagram) -> Diagram:
        """The same where it matters, and perhaps simpler."""
        if self._restrict is None or care == self.false:
            return of
        return self._restrict(of, care)

    def support(self, of: Diagram) -> set[str]:
        """The variables that a diagram depends on."""
        found: set[str] = self.manager.support(of)
        return found

    def substitute(self, of: Diagram, what: Mapping[str, object]) -> Diagram:
        """Variables replaced: all by other variables' names, or all by truth values."""
        return self.manager.let(what, of) if what else of

    def look(self) -> None:
        """Is there time left?"""
        self._calls += 1
        if (
            self.deadline is not None
            and self._calls % LOOK_EVERY == 0
            and time.monotonic() > self.deadline
        ):
            raise Exhausted("time")

    def _tree(
        self, parts: list[Diagram], empty: Diagram, join: Callable[[Diagram, Diagram], Diagram]
    ) -> Diagram:
        if not parts:
            return empty
        while len(parts) > 1:
            self.look()
            parts = [
                join(parts[k], parts[k + 1]) if k + 1 < len(parts) else parts[k]
                for k in range(0, len(parts), 2)
            ]
        return parts[0]


def _load() -> tuple[str, Any]:
    try:
        with _without("networkx"):
            import dd
    except ImportError:
        raise UsageError(
            "F691",
            "the symbolic engine needs the package dd, which is not installed here",
            "pip install 'fsm-verify[symbolic]'; or leave out --engine symbolic",
        ) from None
    del dd
    try:
        import dd.cudd as module

        return "cudd", module
    except ImportError:
        import dd.autoref as plain

        return "autoref", plain


@contextmanager
def _without(package: str) -> Iterator[None]:
    """`dd` takes a package for drawing where there is one, which is a fifth of the time that a
    small check takes; it knows how to do without."""
    absent = package not in sys.modules
    if absent:
        sys.modules[package] = None  # type: ignore[assignment]  # so an import of it fails
    try:
        yield
    finally:
        if absent:
            del sys.modules[package]


class limited:
    """Raises `Exhausted` where CUDD has no memory left; every operation answers so with a null
    pointer, the operators between diagrams too.

    A class, as the frame of a generator would keep what was raised, and that all its diagrams:
    they are to go as soon as nobody needs them, and before the manager that they belong to.
    """

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, problem: BaseException | None, at: object) -> None:
        if isinstance(problem, RuntimeError | ValueError):
            words = str(problem)
            if "out of memory" in words or "NULL" in words or "failed" in words:
                raise Exhausted("memory") from problem
