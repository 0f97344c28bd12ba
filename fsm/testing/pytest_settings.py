"""What pytest is told about specs: `[tool.fsm]` of pyproject.toml, and the same as ini options.

An ini option (in pytest's own configuration, or with `-o`) counts before `[tool.fsm]`.
"""

import math
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct, field

from fsm.check.choices import close_to
from fsm.errors import Diagnostic, Position
from fsm.spec.files import SUFFIX
from fsm.spec.render import render

STATES = 2_000_000  # as in `fsm check`
_EXAMPLES = {
    "specs": 'specs = ["specs"]', "lang": 'lang = "zh"', "limit": "limit = 100_000",
    "timeout": "timeout = 60", "variant": "variant = {small_amount = true}",
}  # fmt: skip
_WILD = re.compile(r"[*?\[]")


class Choices(Struct):
    """`name=value` for switches and questions; remembers which names some spec had."""

    items: tuple[str, ...] = ()
    names_met: set[str] = set()
    specs_met: int = 0

    def concerning(self, names: Iterable[str]) -> list[str]:
        """The choices that concern a spec with switches and questions of these names."""
        mine = set(names)
        self.names_met |= mine
        self.specs_met += 1
        return [item for item in self.items if _name(item) in mine]

    def unknown(self) -> list[str]:
        """The names that no spec had so far, if there was any spec."""
        missing = [_name(item) for item in self.items if _name(item) not in self.names_met]
        return missing if self.specs_met else []


class Settings(Struct, frozen=True):
    """`files` are the specs that are meant, None: all. `states` and `seconds` limit the check of a
    spec; `lang` is "" where each spec decides."""

    files: frozenset[Path] | None = None
    lang: str = ""
    states: int = STATES
    seconds: float | None = None
    choices: Choices = field(default_factory=Choices)

    def means(self, file: Path) -> bool:
        """Is this one of the specs that are to be collected?"""
        return self.files is None or file in self.files

    def left_out(self, config: pytest.Config) -> list[str]:
        """The specs that are meant, and that collecting the arguments would not come by; without
        what pytest is told to ignore."""
        args = [Path(config.invocation_params.dir, arg) for arg in config.args]
        return [
            str(file)
            for file in sorted(self.files or ())
            if not any(file.is_relative_to(arg) for arg in args) and not _ignored(file, config)
        ]

    def complain_of_unknown_choices(self, config: pytest.Config) -> None:
        """Raises `pytest.UsageError` (F603) for a name that no spec has, in a run that was meant
        to collect all; a worker of xdist leaves that to others."""
        if config.args_source is pytest.Config.ArgsSource.ARGS or hasattr(config, "workerinput"):
            return
        for name in self.choices.unknown():
            raise _wrong(
                _place(config, "variant"), "F603",
                f"no spec that was collected has a switch or question '{name}'",
                "correct the spelling; `fsm show` lists them",
            )  # fmt: skip


def read_settings(config: pytest.Config, ini: Iterable[str]) -> Settings:
    """The settings of a run.

    Raises `pytest.UsageError`: F680 for a setting that is unknown or makes no sense, F681 where
    nothing is where `specs` points to.
    """
    given = _table(config)
    for name in given:
        if name not in ini:
            at = _place(config, name)
            raise _wrong(at, "F680", f"[tool.fsm] has no setting '{name}'", close_to(name, ini))
    for name in ini:
        if said := config.getini(f"fsm_{name}"):
            given[name] = said
    read = _Reader(config, given)
    return Settings(
        read.files(), read.lang(), read.states(), read.seconds(), Choices(read.choices())
    )


class _Reader(Struct, frozen=True):
    """Each setting from what was given."""

    config: pytest.Config
    given: Mapping[str, Any]

    def files(self) -> frozenset[Path] | None:
        if "specs" not in self.given:
            return None
        return frozenset(file for entry in self._texts("specs") for file in self._found(entry))

    def _found(self, entry: str) -> list[Path]:
        """The specs that an entry names, seen from the root folder."""
        path = self.config.rootpath / entry
        if _WILD.search(entry):
            named = [p for p in self.config.rootpath.glob(entry) if p.name.endswith(SUFFIX)]
        elif path.is_dir():
            named = [p for p in path.rglob(f"*{SUFFIX}") if not _hidden(p.relative_to(path))]
        else:
            named = [path] if path.is_file() else []
        if not named:
            hint = (
                f"a file, a folder or a pattern of files NAME{SUFFIX}; `specs = []` collects none"
            )
            self._refuse("specs", f"there is no spec at '{entry}'", hint, "F681")
        return [Path(p.parent.resolve(), p.name) if ".." in p.parts else p for p in named]

    def lang(self) -> str:
        value = self.given.get("lang", "")
        if value not in ("", "zh", "en"):
            self._refuse("lang", f"{value!r} is no language of the reports, zh or en")
        return str(value)

    def states(self) -> int:
        value = self._number("limit", STATES)
        if value < 1 or value != int(value):
            self._refuse("limit", "it must be a whole number of states, 1 or more")
        return int(value)

    def seconds(self) -> float | None:
        if "timeout" not in self.given:
            return None
        value = self._number("timeout", 0.0)
        if not value > 0:
            self._refuse("timeout", "it must be a number of seconds above zero")
        return value

    def choices(self) -> tuple[str, ...]:
        value = self.given.get("variant", {})
        if isinstance(value, Mapping):
            return tuple(f"{name}={self._written(choice)}" for name, choice in value.items())
        for item in self._texts("variant"):
            if "=" not in item:
                self._refuse("variant", f"'{item}' chooses no value: write NAME=VALUE")
        return tuple(value)

    def _written(self, value: object) -> str:
        if isinstance(value, bool):
            return str(value).lower()
        if not isinstance(value, int | str):
            self._refuse("variant", f"{value!r} is no value that a switch or question can have")
        return str(value)

    def _texts(self, name: str) -> list[str]:
        value = self.given[name]
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self._refuse(name, "it must be a list of texts")
        return list(value)

    def _number(self, name: str, default: float) -> float:
        value = self.given.get(name, default)
        try:
            found = math.nan if isinstance(value, bool) else float(value)
        except (TypeError, ValueError):
            found = math.nan
        if not math.isfinite(found):
            self._refuse(name, f"{value!r} is no number")
        return found

    def _refuse(self, name: str, message: str, hint: str = "", code: str = "F680") -> None:
        hint = hint or f"for example, in [tool.fsm], {_EXAMPLES[name]}"
        raise _wrong(_place(self.config, name), code, f"{name}: {message}", hint)


def _name(choice: str) -> str:
    return choice.partition("=")[0].strip()


def _table(config: pytest.Config) -> dict[str, Any]:
    """`[tool.fsm]` of the pyproject.toml in the root folder."""
    file = config.rootpath / "pyproject.toml"
    try:
        tool = tomllib.loads(file.read_text(encoding="utf-8")).get("tool", {})
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as problem:  # what is no TOML, or no UTF-8
        at, hint = Position(file.name, 1, 1), "mend the file; `[tool.fsm]` is read from it"
        raise _wrong(at, "F680", f"cannot be read: {problem}", hint) from None
    table = tool.get("fsm", {}) if isinstance(tool, dict) else {}
    if not isinstance(table, dict):
        raise _wrong(_place(config, "fsm"), "F680", "[tool.fsm] is no table", "write [tool.fsm]")
    return dict(table)


def _place(config: pytest.Config, name: str) -> Position:
    """Where a setting is given: as an ini option, else in `[tool.fsm]`, else where that begins."""
    table = config.rootpath / "pyproject.toml"
    inside = _line(table, r"\s*\[tool\.fsm\b", 0)
    for file, pattern, start in (
        (config.inipath, rf"\s*fsm_{name}\b", 0),
        (table, rf"\s*{name}\b", inside or 0),
        (table, r"\s*\[tool\.fsm\b", 0),
    ):
        if file is not None and (number := _line(file, pattern, start)):
            line = _lines(file)[number - 1]
            return Position(file.name, number, len(line) - len(line.lstrip()) + 1)
    return Position(f"-o fsm_{name}", 1, 1)


def _line(file: Path, pattern: str, start: int) -> int | None:
    """The number, from 1, of the first line after `start` that begins so."""
    lines = enumerate(_lines(file)[start:], start + 1)
    return next((number for number, line in lines if re.match(pattern, line)), None)


def _lines(file: Path) -> list[str]:
    if not file.is_file():
        return []
    return file.read_text(encoding="utf-8", errors="replace").splitlines()


def _wrong(at: Position, code: str, message: str, hint: str) -> pytest.UsageError:
    return pytest.UsageError(render(Diagnostic(at, code, message, hint)))


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts[:-1])


def _ignored(file: Path, config: pytest.Config) -> bool:
    folders = [p for p in file.parents if config.rootpath in (p, *p.parents)]
    ask = config.hook.pytest_ignore_collect
    return any(ask(collection_path=path, config=config) for path in (file, *folders))
