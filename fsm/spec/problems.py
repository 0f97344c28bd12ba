"""Collecting what is wrong with a spec, so that one run reports many errors."""

from collections.abc import Iterable
from difflib import get_close_matches
from itertools import islice

from fsm.errors import Diagnostic, Position, SpecError

_LONGEST_NAME = 60
_MOST_CANDIDATES = 300


class Problems:
    """The diagnostics found so far, in the order of discovery."""

    def __init__(self) -> None:
        self.diagnostics: list[Diagnostic] = []

    def report(
        self, code: str, message: str, at: Position, hint: str = "", source: str = ""
    ) -> None:
        """Remember one error; what was reported before with the same words is not repeated."""
        found = Diagnostic(at, code, message, hint, source)
        if found not in self.diagnostics[-50:]:
            self.diagnostics.append(found)

    def raise_if_any(self) -> None:
        """Raise a `SpecError` with everything found, in file order."""
        if self.diagnostics:
            raise SpecError(tuple(self.diagnostics))


def did_you_mean(name: str, candidates: Iterable[str]) -> str:
    """A hint that names the most similar candidate, or "" if none is similar.

    Bounded whatever the input: long names are not compared, and at most 300 candidates are.
    """
    if len(name) > _LONGEST_NAME:
        return ""
    pool = [c for c in islice(candidates, _MOST_CANDIDATES) if len(c) <= _LONGEST_NAME]
    lowered = {c.lower(): c for c in reversed(pool)}
    close = get_close_matches(name.lower(), lowered, n=1, cutoff=0.6)
    return f"did you mean '{lowered[close[0]]}'?" if close else ""
