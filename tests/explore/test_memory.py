"""What memory is left is the least that any control group leaves."""

from pathlib import Path

from fsm.explore.memory import _left_in_groups, available, peak, used


def test_this_process_uses_memory_and_there_is_more() -> None:
    room = available()
    assert 0 < used() <= peak() * 1.1
    assert room is None or room > used()


def group(folder: Path, **files: object) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name.replace("_", ".", 1)).write_text(f"{content}\n", encoding="ascii")


def test_the_tightest_group_around_a_process_counts(tmp_path: Path) -> None:
    member = tmp_path / "cgroup"
    member.write_text("0::/outer/inner\n", encoding="ascii")
    root = tmp_path / "root"
    assert _left_in_groups(member, root) is None
    group(root / "outer", memory_max=1000, memory_current=400)
    group(root / "outer" / "inner", memory_max="max", memory_current=400)
    assert _left_in_groups(member, root) == 600
    group(root / "outer" / "inner", memory_max=700, memory_current=300)
    assert _left_in_groups(member, root) == 400
    group(root, memory_max=250, memory_current=300)
    assert _left_in_groups(member, root) == 0


def test_the_first_version_of_groups_counts_where_it_limits(tmp_path: Path) -> None:
    member = tmp_path / "cgroup"
    member.write_text("5:cpu:/a\n4:memory:/a\n", encoding="ascii")
    root = tmp_path / "root"
    group(root / "memory" / "a", memory_limit_in_bytes=1 << 62, memory_usage_in_bytes=5)
    assert _left_in_groups(member, root) is None
    group(root / "memory" / "a", memory_limit_in_bytes=50, memory_usage_in_bytes=5)
    assert _left_in_groups(member, root) == 45
