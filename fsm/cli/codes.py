"""Every code that fsm prints, from all rooms, for `fsm explain`."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Explanation:
    """A title of a few words, and the rest as text to read."""

    title: str
    text: str


def all_codes() -> dict[str, Explanation]:
    """Every code in alphabetical order; what the spec language says counts before the requests."""
    from fsm.cli.usage import USAGE_CODES
    from fsm.spec.catalogue import CODES

    found = {code: Explanation(title, text) for code, (title, text) in USAGE_CODES.items()}
    found |= {code: _explain(entry) for code, entry in CODES.items()}
    return dict(sorted(found.items()))
