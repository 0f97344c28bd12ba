"""What a report says by itself, in one table a language; everything else comes from the spec."""

from msgspec import Struct

from fsm.report.words_en import EN
from fsm.report.words_zh import ZH

_TABLES = {"en": EN, "zh": ZH}


class Words(Struct, frozen=True):
    """The table of one language ("zh" or "en"), with its blanks filled in on demand."""

    lang: str

    def __call__(self, key: str, **blanks: object) -> str:
        """The words for `key`."""
        return _TABLES[self.lang][key].format(**blanks)

    def before_words(self, label: str) -> str:
        """The label where words follow at once: in Chinese a blank sets off a digit or a letter."""
        last = label[-1:]
        return f"{label} " if self.lang == "zh" and last.isascii() and last.isalnum() else label

    def number(self, key: str, n: int) -> str:
        """`key` names the plural; "states" with 1 is "1 state", with 12345 "12,345 states"."""
        singular = "property" if key == "properties" else key.removesuffix("s")
        return self(singular) if n == 1 else self(key, n=f"{n:,}")

    def join(self, parts: list[str]) -> str:
        """The parts as an enumeration: with commas."""
        return self("list").join(parts)
