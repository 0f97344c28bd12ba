"""The real tools that text formats are for: where they are, and what they say to a text."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def need(found: bool, what: str, how: str) -> None:
    """Skip the test where a tool is missing, or fail where FSM_REQUIRE_TOOLS=1 asks for all."""
    if found:
        return
    if os.environ.get("FSM_REQUIRE_TOOLS") == "1":
        pytest.fail(f"{what} is missing, and FSM_REQUIRE_TOOLS=1: {how}")
    pytest.skip(f"{what} is missing: {how}")


def mermaid_folder() -> Path:
    """The folder with Mermaid's npm package (the variable FSM_MERMAID)."""
    folder = Path(os.environ.get("FSM_MERMAID", "no-such-folder"))
    need(
        shutil.which("node") is not None and (folder / "node_modules" / "mermaid").is_dir(),
        "Mermaid in Node.js",
        "run tests/draw/tools/install FOLDER and set FSM_MERMAID=FOLDER",
    )
    return folder.resolve()


def ask_mermaid(texts: list[str]) -> list[dict[str, object]]:
    """What Mermaid makes of each text: {"error"}, or {"type", "labels"}."""
    script, folder = HERE / "mermaid.mjs", mermaid_folder()
    done = subprocess.run(
        ["node", script, folder], input=json.dumps(texts), capture_output=True, text=True,
        timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    answers = json.loads(done.stdout)
    assert len(answers) == len(texts)
    return list(answers)


def ask_plantuml(texts: list[str]) -> list[str]:
    """What PlantUML makes of each text: "" where it is a state diagram, else its complaint."""
    need(shutil.which("plantuml") is not None, "PlantUML", "run tests/draw/tools/install FOLDER")
    done = subprocess.run(
        ["plantuml", "-charset", "UTF-8", "-syntax"], input="\n".join(texts), capture_output=True,
        text=True, encoding="utf-8", timeout=300,
    )  # fmt: skip
    answers: list[str] = []
    lines = iter(done.stdout.splitlines())
    for line in lines:
        if line == "STATE":
            answers.append("")
            next(lines)
        elif line == "ERROR":
            answers.append(f"line {next(lines)}: {next(lines)}")
        elif line.strip() and answers and not answers[-1]:
            answers[-1] = line
    assert len(answers) == len(texts), done.stdout[-500:] + done.stderr[-500:]
    return answers


def chromium() -> str:
    """The program."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if (path := shutil.which(name))), "")
    need(bool(found), "Chromium", "run tests/draw/tools/install FOLDER")
    return found


def browse(page: Path, folder: Path, *options: str) -> str:
    """What the page has become after its scripts have run, as HTML; `folder` is empty scratch."""
    done = subprocess.run(
        [
            chromium(), "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
            "--no-first-run", "--disable-background-networking", "--disable-component-update",
            "--disable-sync", "--allow-file-access-from-files", f"--user-data-dir={folder}",
            "--virtual-time-budget=30000", "--dump-dom", *options, page.as_uri(),
        ],
        capture_output=True, text=True, encoding="utf-8", timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-1000:]
    return done.stdout
