"""The pytest plugin: spec files are collected like test files.

Every pytest run of everyone who has this package installed imports this module, so it imports
nothing itself until a spec is met, or a setting: `pytest_items` and `pytest_settings` do the work.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from fsm.testing.pytest_settings import Settings

SUFFIX = ".fsm.yaml"
INI = {
    "specs": ("args", "files, folders and patterns of specs; default: every *.fsm.yaml met"),
    "lang": ("string", "language of the reports on specs, zh or en"),
    "limit": ("string", "stop a spec after so many states"),
    "timeout": ("string", "stop a spec after so many seconds"),
    "variant": ("args", "choices of switches and questions, NAME=VALUE"),
}
_SETTINGS = pytest.StashKey["Settings"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The settings of pytest's own configuration; `[tool.fsm]` of pyproject.toml has the same."""
    for name, (kind, text) in INI.items():
        parser.addini(f"fsm_{name}", f"fsm: {text}", type=kind)  # type: ignore[arg-type]


def pytest_configure(config: pytest.Config) -> None:
    """Plain `pytest` also collects the specs that the settings name, wherever they are."""
    config.addinivalue_line("markers", "fsm: what a spec claims; put there by the plugin of fsm")
    if not _may_be_set(config):
        return
    found = _settings(config)
    if config.args_source is pytest.Config.ArgsSource.TESTPATHS:
        config.args += found.left_out(config)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """A spec, if it is named, or if nothing says which ones are."""
    if not file_path.name.endswith(SUFFIX):
        return None
    found = _settings(parent.config)
    if not (found.means(file_path) or parent.session.isinitpath(file_path)):
        return None
    from fsm.testing.pytest_items import SpecFile

    return SpecFile.from_parent(parent, path=file_path, settings=found)


def pytest_collection_finish(session: pytest.Session) -> None:
    """A choice that no spec knows is a mistake, once all specs have been seen."""
    found = session.config.stash.get(_SETTINGS, None)
    if found is not None:
        found.complain_of_unknown_choices(session.config)


def _may_be_set(config: pytest.Config) -> bool:
    """Is it worth while to look for settings? A file without these letters has no `[tool.fsm]`."""
    if any(config.getini(f"fsm_{name}") for name in INI):
        return True
    try:
        return b"fsm" in (config.rootpath / "pyproject.toml").read_bytes()
    except OSError:
        return False


def _settings(config: pytest.Config) -> "Settings":
    if _SETTINGS not in config.stash:
        from fsm.testing.pytest_settings import read_settings

        config.stash[_SETTINGS] = read_settings(config, INI)
    return config.stash[_SETTINGS]
