"""How much memory this process uses and may still use, as the system tells it: Linux with its
control groups, macOS, Windows; 0 or None where nothing is known. All sizes are in bytes."""

import os
import re
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path

_UNLIMITED = 1 << 60  # what version 1 of control groups says where there is no limit
_GROUPS = Path("/sys/fs/cgroup")


def used() -> int:
    """Resident memory of this process now; where only its peak is known, that."""
    with suppress(OSError, ValueError, IndexError):
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")
    return peak()


def peak() -> int:
    """The most resident memory that this process has used so far."""
    if sys.platform == "win32":
        return _windows_peak()
    with suppress(OSError, ValueError, IndexError):
        # Of this program alone: what `getrusage` tells begins with the process that started it.
        status = Path("/proc/self/status").read_text(encoding="ascii")
        return int(status.split("VmHWM:")[1].split()[0]) * 1024
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def available() -> int | None:
    """What the machine and the control groups of this process leave for it, itself included."""
    rooms = [room for room in (_free(), _left_in_groups()) if room is not None]
    return min(rooms) + used() if rooms else None


def give_back(library: str) -> int:
    """Let go of what is resident of a shared library and is as in its file: it is read again from
    there once it is needed. How much that was; nothing but on Linux.

    LLVM has 150 MB, touches half of them to be loaded and to compile, and is then of no use for as
    long as a search goes on, which needs the room itself.
    """
    if sys.platform != "linux":
        return 0
    import ctypes  # here: not every run needs it
    from mmap import MADV_DONTNEED

    before = used()
    for start, size in _as_in_its_file(library):
        ctypes.CDLL(None).madvise(ctypes.c_void_p(start), ctypes.c_size_t(size), MADV_DONTNEED)
    return max(0, before - used())


_MAPPING = re.compile(
    r"^([0-9a-f]+)-([0-9a-f]+) r-[x-]p .*/(\S+)\n(?:\w+:.*\n)*?Anonymous: +0 kB$", re.MULTILINE
)


@cache
def _as_in_its_file(library: str) -> tuple[tuple[int, int], ...]:
    """Where the parts of a library lie that nobody has written to and nobody may, and how large
    they are. It stays so; and to ask again, once there is much memory, would take long."""
    with suppress(OSError):
        maps = Path("/proc/self/smaps").read_text(encoding="utf-8", errors="replace")
        return tuple(
            (int(start, 16), int(end, 16) - int(start, 16))
            for start, end, name in _MAPPING.findall(maps)
            if library in name
        )
    return ()


def _free() -> int | None:
    if sys.platform == "win32":
        return _windows_free()
    with suppress(OSError, ValueError):
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    with suppress(OSError, ValueError):  # macOS tells no more without help: half of the machine
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
    return None


def _left_in_groups(
    memberships: Path = Path("/proc/self/cgroup"), root: Path = _GROUPS
) -> int | None:
    """The least that a control group of this process, or one around it, has left."""
    left: list[int] = []
    with suppress(OSError):
        for line in memberships.read_text(encoding="utf-8").splitlines():
            _, controllers, name = line.split(":", 2)
            if controllers == "":
                base, most, now = root, "memory.max", "memory.current"
            elif "memory" in controllers.split(","):
                base, most = root / "memory", "memory.limit_in_bytes"
                now = "memory.usage_in_bytes"
            else:
                continue
            # Inside a container the name may be that of the host: then the root is the group.
            parts = [part for part in name.split("/") if part not in ("", "..")]
            for depth in range(len(parts) + 1):
                folder = base.joinpath(*parts[:depth])
                with suppress(OSError, ValueError):  # "max" is no number: no limit
                    limit = int((folder / most).read_text(encoding="ascii"))
                    usage = int((folder / now).read_text(encoding="ascii"))
                    if limit < _UNLIMITED:
                        left.append(max(0, limit - usage))
    return min(left, default=None)


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    class _Status(ctypes.Structure):
        _fields_ = [("length", wintypes.DWORD), ("load", wintypes.DWORD)] + [
            (name, ctypes.c_uint64)
            for name in ("total", "free", "pages", "free_pages", "virtual", "free_virtual", "more")
        ]

    class _Counters(ctypes.Structure):
        _fields_ = [("size", wintypes.DWORD), ("faults", wintypes.DWORD)] + [
            (name, ctypes.c_size_t) for name in ("peak", "now", "a", "b", "c", "d", "e", "f")
        ]

    def _windows_free() -> int | None:
        status = _Status(ctypes.sizeof(_Status))
        known = ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status))
        return int(status.free) if known else None

    def _windows_peak() -> int:
        counters = _Counters(ctypes.sizeof(_Counters))
        process = wintypes.HANDLE(-1)  # this process
        kernel = ctypes.windll.kernel32
        known = kernel.K32GetProcessMemoryInfo(process, ctypes.byref(counters), counters.size)
        return int(counters.peak) if known else 0
