"""lerobot-doctor and lerobot-lint: nothing they warn of may go unargued."""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

DOCTOR = "from lerobot_doctor.cli import main; main()"
# Without these lelint takes the arm for a Koch (same joint names) and guesses the units.
LINT_OPTIONS = ["--profile", "so101", "--units", "degrees"]


def load_allowed(path: Path) -> list[dict]:
    allowed = json.loads(path.read_text())["allow"]
    for entry in allowed:
        if not entry.get("why"):
            raise SystemExit(f"{path}: {entry} has no argument")
    return allowed


def doctor(root: Path) -> tuple[list[dict], str | None]:
    """Findings {tool, check, severity, message}; the second value says why there is no verdict."""
    run = subprocess.run(
        [sys.executable, "-c", DOCTOR, "check", str(root), "--json"], capture_output=True, text=True, env=os.environ
    )
    try:
        body = json.loads(run.stdout)
    except json.JSONDecodeError:
        return [], f"no report: {(run.stderr or run.stdout).strip()[-400:]}"
    return [
        {"tool": "lerobot-doctor", "check": check["name"], **message}
        for check in body["checks"]
        for message in check["messages"]
        if message["severity"] != "PASS"
    ], None


def lint(root: Path) -> tuple[list[dict], str | None]:
    """The path must be absolute: lelint takes a relative one for a name on the Hub."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "lint.json"
        command = [sys.executable, "-m", "lerobot_lint.cli", "check", str(root.resolve()), "--json", str(out)]
        run = subprocess.run([*command, *LINT_OPTIONS], capture_output=True, text=True, env=os.environ)
        if not out.exists():
            return [], f"no report: {(run.stderr or run.stdout).strip()[-400:]}"
        body = json.loads(out.read_text())
    return [
        {
            "tool": "lerobot-lint",
            "check": finding["check"],
            "severity": finding["severity"],
            "message": f"{finding['message']} (episode {finding['episode']}, joint {finding['joint']})",
        }
        for finding in body["findings"]
        if finding["severity"] != "info"
    ], None


def argue(findings: list[dict], allowed: list[dict]) -> tuple[list[str], list[str]]:
    """(not allowed, allowed), as lines."""
    refused, excused = [], []
    for finding in findings:
        line = f"[{finding['severity']}] {finding['check']}: {finding['message']}"
        excuse = next(
            (
                entry
                for entry in allowed
                if entry["tool"] == finding["tool"]
                and entry["check"] == finding["check"]
                and re.search(entry["message"], finding["message"])
            ),
            None,
        )
        (excused if excuse else refused).append(line)
    return refused, excused
