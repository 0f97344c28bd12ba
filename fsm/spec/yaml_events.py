"""Text -> YAML events: by libyaml where that is beyond doubt, else by PyYAML's parser in Python.

Libyaml is thirty times as fast, but it reads some texts differently, and not every machine has it.
A spec must not mean one thing here and another there. So the parser in Python decides what is YAML
and words what is wrong with it, and libyaml counts only where it has nothing to complain about and
the text holds nothing that the two are known to read differently.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yaml.events import Event
    from yaml.loader import SafeLoader
    from yaml.tokens import ScalarToken

# Libyaml takes tabs where they separate words, and comments glued to `|` or `>`.
_DOUBTFUL = re.compile(r"\t|[|>][-+0-9]*#")


def fast_events(text: str) -> "Iterator[Event] | None":
    """What libyaml reads; None where it is missing, or may read something else than `events`.

    Raises `yaml.YAMLError` also for some texts that are YAML to `events`.
    """
    import yaml

    loader = getattr(yaml, "CSafeLoader", None)
    if loader is None or _DOUBTFUL.search(text):
        return None
    return yaml.parse(text, loader)


def events(text: str) -> "Iterator[Event]":
    """What PyYAML's own parser reads. Raises `yaml.YAMLError`, and for odd escapes `ValueError`."""
    import yaml

    return yaml.parse(text, _loader())


@cache
def _loader() -> "type[SafeLoader]":
    """PyYAML's parser, nearer to YAML 1.2 in two things. Between brackets a plain text may have
    question marks in it, as in `{en: Is it paid? By whom?}`, and tabs may separate what else
    stands there."""
    import yaml

    class Loader(yaml.SafeLoader):
        in_plain_text = False

        def scan_plain(self) -> "ScalarToken":
            self.in_plain_text = True
            try:
                return super().scan_plain()
            finally:
                self.in_plain_text = False

        def peek(self, index: int = 0) -> str:
            character: str = super().peek(index)
            return "x" if character == "?" and self.in_plain_text else character

        def scan_to_next_token(self) -> None:
            super().scan_to_next_token()
            while self.flow_level and self.peek() == "\t":
                while self.peek() in " \t":
                    self.forward()
                super().scan_to_next_token()

    return Loader
