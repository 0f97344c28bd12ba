"""A spec whose constants can be changed: its text is read once, and built again for each change.

What a changed constant breaks (an empty range, a bound that is a fault) is reported as in a file
that says so, at the place of the constant or of what reads it.
"""

from collections.abc import Mapping as Values
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from fsm.errors import SpecError
from fsm.model import Spec
from fsm.spec.files import read_file
from fsm.spec.nodes import VERBATIM, Mapping, Node, Scalar
from fsm.spec.problems import Problems
from fsm.spec.reader import read_text

Range = tuple[str, str, str]  # low, high and step, as a spec writes them


class Template(Struct, frozen=True):
    """The text of one spec, read."""

    root: Mapping

    def spec(self, constants: Values[str, str] = {}, ranges: Values[str, Range] = {}) -> Spec:
        """The spec with these constants (by name, as a spec writes values) instead of its own, and
        with those in `ranges` turned into switches, which have all values of a range.

        Raises `SpecError` where that is no spec, and `KeyError` for a name that is no constant.
        """
        from fsm.spec.build import build_spec

        return build_spec(self._changed(constants, ranges), Problems())

    def _changed(self, constants: Values[str, str], ranges: Values[str, Range]) -> Mapping:
        known = self._section("constants")
        entries = []
        for key, value in known:
            if key.value in constants:
                value = _said(constants[key.value], value)
            if key.value not in ranges:
                entries.append((key, value))
        names = {key.value: key for key, _ in known}
        _ = [names[name] for name in constants]
        switches = [(names[name], _range(names[name], range_)) for name, range_ in ranges.items()]
        changed = self.root
        for section, content in (
            ("constants", entries), ("switches", [*switches, *self._section("switches")]),
        ):  # fmt: skip
            changed = _with(changed, section, tuple(content))
        return changed

    def _section(self, name: str) -> tuple[tuple[Scalar, Node], ...]:
        found = next((value for key, value in self.root.entries if key.value == name), None)
        return found.entries if isinstance(found, Mapping) else ()


def read_template(path: str | Path) -> Template:
    """The spec in a file, to be built with other constants. Raises `SpecError`, where it cannot be
    read at all; what is wrong with what it says is found when it is built."""
    problems = Problems()
    text = read_file(Path(path), problems)
    root = None if problems.diagnostics else read_text(text, str(path), problems)
    if root is None:
        raise SpecError(tuple(problems.diagnostics))
    return Template(root)


def template_of(text: str, file: str = "<text>") -> Template:
    """The same from a text."""
    problems = Problems()
    root = read_text(text, file, problems)
    if root is None:
        raise SpecError(tuple(problems.diagnostics))
    return Template(root)


def _said(text: str, place: Node) -> Scalar:
    """Text that stands where another node stood."""
    return Scalar(text, VERBATIM, place.document, place.start, place.start)


def _range(place: Scalar, said: Range) -> Mapping:
    low, high, step = said
    entries = ((_said("range", place), _said(f"{low}..{high}", place)),
               (_said("step", place), _said(step, place)))  # fmt: skip
    return Mapping(entries, place.document, place.start)


def _with(root: Mapping, name: str, entries: tuple[tuple[Scalar, Node], ...]) -> Mapping:
    """The document with another section of this name; without it where it is empty."""
    kept = tuple((key, value) for key, value in root.entries if key.value != name)
    if not entries:
        return replace(root, entries=kept)
    at = root.entries[0][0]
    section = Mapping(entries, root.document, root.start)
    return replace(root, entries=(*kept, (_said(name, at), section)))
