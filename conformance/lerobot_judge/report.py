"""What a judge found: lines for people, one JSON object for programs."""

import importlib.metadata
import json
import platform
import sys
from pathlib import Path

PACKAGES = ["lerobot", "torch", "torchcodec", "av", "pyarrow", "datasets", "lerobot-doctor", "lerobot-lint"]
# One broken writer fails at every row; the first few say what is wrong.
SHOWN_PER_CHECK = 5


class Report:
    """Collects checks. A check is ok when nothing was found against it."""

    def __init__(self) -> None:
        self.checks: list[dict] = []
        self.facts: dict = {}

    def check(self, name: str, problems: list[str], detail: str = "") -> bool:
        """Records one check and prints its line."""
        ok = not problems
        self.checks.append({"name": name, "ok": ok, "detail": detail, "problems": problems[:100]})
        if ok:
            print(f"ok: {name}" + (f" ({detail})" if detail else ""), flush=True)
        else:
            print(f"FAIL: {name}: {len(problems)} problem(s)", flush=True)
            for problem in problems[:SHOWN_PER_CHECK]:
                print(f"      {problem}", flush=True)
            if len(problems) > SHOWN_PER_CHECK:
                print(f"      ... and {len(problems) - SHOWN_PER_CHECK} more", flush=True)
        return ok

    @property
    def ok(self) -> bool:
        return all(check["ok"] for check in self.checks)

    def finish(self, out: Path | None) -> int:
        """Writes the JSON report and returns the exit status."""
        failed = [check["name"] for check in self.checks if not check["ok"]]
        if out is not None:
            body = {"ok": self.ok, "versions": versions(), "facts": self.facts, "checks": self.checks}
            out.write_text(json.dumps(body, indent=1, default=str))
        print(
            f"{len(self.checks) - len(failed)} of {len(self.checks)} checks ok"
            + (f"; failed: {', '.join(failed)}" if failed else "")
        )
        return 0 if self.ok else 1


def versions() -> dict[str, str]:
    found = {"python": platform.python_version(), "platform": sys.platform}
    for package in PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found
