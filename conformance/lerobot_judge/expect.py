"""What the maker of a dataset says should be in it (expect.json, version 1; described in README.md)."""

import itertools
import json
from pathlib import Path

VERSION = 1


def load(path: Path) -> dict:
    expect = json.loads(path.read_text())
    if expect.get("version") != VERSION:
        raise SystemExit(f"{path}: version {expect.get('version')} is not {VERSION}")
    unknown = set(expect) - {"version", "episodes", "joint", "columns"}
    if unknown:
        raise SystemExit(f"{path}: unknown keys {sorted(unknown)}")
    return expect


def check_numbers(found: list, rule: object) -> list[str]:
    """Compares the painted numbers of one episode and camera with its rule; found holds ints or reasons (str)."""
    unreadable = [f"row {row}: {value}" for row, value in enumerate(found) if isinstance(value, str)]
    if unreadable:
        return unreadable
    if isinstance(rule, list):
        if len(rule) != len(found):
            return [f"{len(found)} rows, {len(rule)} numbers expected"]
        return differences(found, rule)
    if "offset" in rule:
        return differences(found, [rule["offset"] + row for row in range(len(found))])
    if "follows" in rule:
        return check_follows(found, rule["follows"])
    return [f"unknown rule {rule!r}"]


def differences(found: list[int], wanted: list[int]) -> list[str]:
    return [
        f"row {row}: picture {value} instead of {right}"
        for row, (value, right) in enumerate(zip(found, wanted, strict=True))
        if value != right
    ]


def check_follows(found: list[int], limits: dict) -> list[str]:
    """For a free-running camera: numbers never fall; repeats and gaps stay within what the recorder counted."""
    steps = [after - before for before, after in itertools.pairwise(found)]
    problems = [
        f"row {row + 1}: picture {found[row + 1]} after {found[row]}" for row, step in enumerate(steps) if step < 0
    ]
    repeated = sum(1 for step in steps if step == 0)
    skipped = sum(step - 1 for step in steps if step > 1)
    if repeated > limits.get("dup", 0):
        problems.append(f"{repeated} repeated pictures, {limits.get('dup', 0)} allowed")
    if skipped > limits.get("skip", 0):
        problems.append(f"{skipped} skipped pictures, {limits.get('skip', 0)} allowed")
    return problems


def check_joint(rule: dict, rows: list[float], numbers: list) -> list[str]:
    """A joint that is start + slope * n, n being the row or the painted number of a camera (optionally modulo)."""
    problems = []
    for row, value in enumerate(rows):
        n = row if rule["from"] == "row" else numbers[row]
        if not isinstance(n, int):
            problems.append(f"row {row}: no number to compare with")
            continue
        if "modulo" in rule:
            n %= rule["modulo"]
        wanted = rule["start"] + rule["slope"] * n
        if not abs(value - wanted) <= rule["tolerance"]:
            problems.append(f"row {row}: joint {value:.4f}, {wanted:.4f} expected")
    return problems
