"""Proves that judge_dataset.py bites: LeRobot's own golden dataset passes every check, and each spoiled copy of it
fails at the check that is there for that mistake.

    python conformance/judge_selftest.py
"""

import contextlib
import io
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from lerobot_judge import quiet  # noqa: F401  (first: it sets the environment)

from judge_dataset import judge, lint
from lerobot_judge import expect as expectations
from lerobot_judge.report import Report
from lerobot_judge.spoil import WAYS

HERE = Path(__file__).parent


def failed_checks(root: Path, expect: dict, *, with_lint: bool) -> list[str]:
    report = Report()
    with contextlib.redirect_stdout(io.StringIO()):
        judge(root, expect, report)
        if with_lint:
            lint(root, report)
    return [check["name"] for check in report.checks if not check["ok"]]


def main() -> int:
    good = True
    with tempfile.TemporaryDirectory() as folder:
        golden, expect_file = Path(folder) / "golden", Path(folder) / "expect.json"
        command = [sys.executable, "-B", HERE / "make_golden.py", golden, "--expect", expect_file, "--codec", "h264"]
        # The encoders are talkative.
        made = subprocess.run(command, capture_output=True, text=True)
        if made.returncode != 0:
            raise SystemExit(f"make_golden.py: {made.stderr[-600:]}")
        expect = expectations.load(expect_file)
        failed = failed_checks(golden, expect, with_lint=True)
        good &= not failed
        print(f"FAIL: golden fails {', '.join(failed)}" if failed else "ok: golden passes", flush=True)
        for way, (spoil, check) in WAYS.items():
            root = Path(folder) / way
            shutil.copytree(golden, root)
            spoil(root)
            failed = failed_checks(root, expect, with_lint=False)
            bites = check in failed
            good &= bites
            print(f"{'ok' if bites else 'FAIL'}: {way} fails {', '.join(failed) or 'nothing'}", flush=True)
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())
