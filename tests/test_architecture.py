"""What the package promises about itself: its surface, its imports, its size."""

import ast
from pathlib import Path

import fsm

ROOT = Path(fsm.__file__).parent
MODULES = sorted(ROOT.rglob("*.py"))


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add("." * node.level + (node.module or ""))
    return found


def test_the_public_surface_is_small_and_every_name_is_there() -> None:
    assert len(fsm.__all__) <= 20
    assert fsm.__all__ == sorted(fsm.__all__)
    for name in fsm.__all__:
        assert getattr(fsm, name) is not None


def test_no_module_imports_the_package_root_or_by_relative_path() -> None:
    assert MODULES
    for path in MODULES:
        assert not {name for name in imports(path) if name == "fsm" or name[0] == "."}, path


def test_modules_stay_small() -> None:
    sizes = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {path.name: n for path, n in sizes.items() if n > 400} == {}
    assert sorted(sizes.values())[len(sizes) // 2] <= 150


def test_replaying_shares_no_code_with_searching() -> None:
    """Only the words (traces), the model and the unit of time are common."""
    searching = {"ir", "layout", "lower", "lower_expressions", "lowered", "rules"}
    apart = ("interpreter", "replay", "enabling", "firing", "values", "history", "start", "units")
    for name in apart:
        used = imports(ROOT / "semantics" / f"{name}.py")
        assert not {f"fsm.semantics.{s}" for s in searching} & used, name
        assert not any(u.startswith(("fsm.explore", "fsm.logic")) for u in used), name
