"""Ids for foreign names: ASCII, each once, and as close to the original as possible."""

import re
import unicodedata

RESERVED = frozenset(
    ("true", "false", "and", "or", "not", "in", "if", "then", "else", "any", "index")
)


class Namer:
    """Gives every name its id, the same one each time, and no id twice."""

    def __init__(self, fallback: str) -> None:
        """`fallback` begins the ids of names without a single ASCII letter or digit."""
        self.fallback = fallback
        self.ids: dict[str, str] = {}
        self._taken: set[str] = set()

    def id(self, name: str) -> str:
        """The id of a name."""
        if name not in self.ids:
            self.ids[name] = self.fresh(name)
        return self.ids[name]

    def fresh(self, name: str) -> str:
        """An id like this name that nothing has yet; from now on it is taken."""
        wanted = _ascii(name) or f"{self.fallback}_{len(self._taken) + 1}"
        if wanted[0].isdigit():
            wanted = f"{self.fallback}_{wanted}"
        if wanted in RESERVED:
            wanted += "_"
        found, number = wanted, 2
        while found in self._taken:
            found, number = f"{wanted}_{number}", number + 1
        self._taken.add(found)
        return found


def _ascii(name: str) -> str:
    """Accents dropped, everything that an id cannot hold as `_`."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    kept = re.sub(r"[^A-Za-z0-9_]+", "_", plain)
    return kept if kept == name else kept.strip("_")
