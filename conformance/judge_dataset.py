"""Real LeRobot judges a dataset.

    python conformance/judge_dataset.py DIR [--expect expect.json] [--train] [--report out.json] [--no-lint]

Loads every item with both video back-ends, offline; holds rows, videos, statistics and pictures against each other and
against what the maker expects (expect.json, see README.md); trains two steps with --train; runs lerobot-doctor and
lerobot-lint, whose warnings must be argued in allow.json. Prints `ok:` and `FAIL:` lines; exit 1 on any failure.
"""

import argparse
import json
from pathlib import Path

from lerobot_judge import quiet  # noqa: F401  (first: it sets the environment)

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from lerobot_judge import expect as expectations
from lerobot_judge import linters, stats, training, videos
from lerobot_judge.reading import Reading, read_all
from lerobot_judge.report import Report

BACKENDS = ("torchcodec", "pyav")
# Mean difference of the two decoders' pictures, of 255: they round colours differently, not more.
DECODER_TOLERANCE = 3.0
ALLOW = Path(__file__).parent / "allow.json"


def read_rows(root: Path) -> pa.Table:
    files = sorted((root / "data").glob("*/*.parquet"))
    return pa.concat_tables([pq.read_table(file) for file in files], promote_options="permissive")


def column(rows: pa.Table, name: str) -> np.ndarray:
    return np.array(rows.column(name).to_pylist())


def check_rows(meta, rows: pa.Table) -> list[str]:
    """Counting columns and time stamps of every row, and the episode table against them."""
    problems = []
    index, episode, frame = (column(rows, name) for name in ("index", "episode_index", "frame_index"))
    lengths = [entry["length"] for entry in meta.episodes]
    right_frame = np.concatenate([np.arange(length) for length in lengths]) if lengths else np.array([])
    if len(rows) != sum(lengths) or len(rows) != meta.total_frames or len(lengths) != meta.total_episodes:
        return [f"{len(rows)} rows, {sum(lengths)} in the episode table, {meta.total_frames} in info.json"]
    if not np.array_equal(index, np.arange(len(rows))):
        problems.append("index does not count 0, 1, 2, ...")
    if not np.array_equal(episode, np.repeat(np.arange(len(lengths)), lengths)):
        problems.append("episode_index does not follow the episode table")
    if not np.array_equal(frame, right_frame):
        problems.append("frame_index does not count from 0 in each episode")
    error = np.abs(column(rows, "timestamp").astype(np.float64) - right_frame / meta.fps)
    tolerance = np.maximum(1e-6, np.spacing(np.float32(right_frame / meta.fps)))
    problems += [
        f"row {n}: timestamp is {error[n]:.6f} s off frame_index/fps" for n in np.flatnonzero(error > tolerance)
    ]
    begin = 0
    for entry, length in zip(meta.episodes, lengths, strict=True):
        if (entry["dataset_from_index"], entry["dataset_to_index"]) != (begin, begin + length):
            problems.append(f"episode {entry['episode_index']}: from/to index is not {begin}..{begin + length}")
        begin += length
    return problems


def check_tasks(readings: dict[str, Reading], lengths: list[int], expect: dict | None) -> list[str]:
    problems = []
    wanted = None
    if expect and all("task" in episode for episode in expect["episodes"]):
        wanted = [
            episode["task"] for episode, length in zip(expect["episodes"], lengths, strict=True) for _ in range(length)
        ]
    for backend, reading in readings.items():
        for row, task in enumerate(reading.tasks):
            if not isinstance(task, str) or not task:
                problems.append(f"{backend} item {row}: task is {task!r} ({type(task).__name__}), not a sentence")
            elif wanted is not None and row < len(wanted) and task != wanted[row]:
                problems.append(f"{backend} item {row}: task {task!r}, {wanted[row]!r} expected")
    return problems


def check_decoders(readings: dict[str, Reading]) -> tuple[list[str], float]:
    """Both decoders must show the same picture at every row."""
    problems, worst = [], 0.0
    first, second = readings.values()
    for key, thumbs in first.thumbs.items():
        for row, (one, other) in enumerate(zip(thumbs, second.thumbs[key], strict=True)):
            difference = float(np.abs(one.astype(np.int16) - other).mean())
            worst = max(worst, difference)
            if difference > DECODER_TOLERANCE:
                problems.append(f"{key} row {row}: decoders differ by {difference:.1f} of 255 on average")
    return problems, worst


def stored_episode_stats(root: Path) -> list[dict[str, dict]]:
    """Per episode: feature -> statistic -> value, from the columns `stats/<feature>/<statistic>`."""
    result = []
    for file in sorted((root / "meta" / "episodes").glob("*/*.parquet")):
        for entry in pq.read_table(file).to_pylist():
            nested: dict[str, dict] = {}
            for name, value in entry.items():
                if name.startswith("stats/") and value is not None:
                    feature, _, statistic = name.removeprefix("stats/").rpartition("/")
                    nested.setdefault(feature, {})[statistic] = value
            result.append(nested)
    return result


def check_stats(meta, root: Path, rows: pa.Table, reading: Reading) -> list[str]:
    path = root / "meta" / "stats.json"
    if not path.exists():
        return ["meta/stats.json is missing"]
    whole = json.loads(path.read_text())
    per_episode = stored_episode_stats(root)
    episode = column(rows, "episode_index")
    problems = []
    for key, feature in meta.features.items():
        if feature["dtype"] == "video":
            total = stats.PictureSums()
            for n, stored in enumerate(per_episode):
                problems += stats.check_pictures(f"episode {n} {key}", stored.get(key, {}), reading.sums[n, key])
                total.merge(reading.sums[n, key])
            problems += stats.check_pictures(f"stats.json {key}", whole.get(key, {}), total)
        elif feature["dtype"] != "string":
            values = column(rows, key).reshape(len(rows), -1)
            for n, stored in enumerate(per_episode):
                problems += stats.check_vector(
                    f"episode {n} {key}", stored.get(key, {}), values[episode == n], merged=False
                )
            problems += stats.check_vector(f"stats.json {key}", whole.get(key, {}), values, merged=True)
    return problems


def check_expected(meta, rows: pa.Table, readings: dict[str, Reading], expect: dict) -> dict[str, list[str]]:
    """Painted numbers, the joint and the extra columns; one list of problems per check."""
    found: dict[str, list[str]] = {"painted frame numbers": [], "expected columns": []}
    missing = [name for name in expect.get("columns", []) if name not in meta.features or name not in rows.column_names]
    found["expected columns"] += [f"{name} is missing" for name in missing]
    rule = expect.get("joint")
    if rule:
        found["moving joint"] = []
    joints = column(rows, rule["feature"])[:, rule["index"]].tolist() if rule else []
    begin = 0
    for n, episode in enumerate(expect["episodes"]):
        end = begin + episode["length"]
        for backend, reading in readings.items():
            for key, painted_rule in episode.get("painted", {}).items():
                numbers = reading.numbers.get(key, [])[begin:end]
                wrong = expectations.check_numbers(numbers, painted_rule)
                found["painted frame numbers"] += [f"{backend} episode {n} {key}: {problem}" for problem in wrong]
            if rule:
                shown = reading.numbers[rule["from"]][begin:end] if rule["from"] != "row" else []
                wrong = expectations.check_joint(rule, joints[begin:end], shown)
                found["moving joint"] += [f"{backend} episode {n}: {problem}" for problem in wrong]
        begin = end
    return found


def load(root: Path, report: Report) -> tuple[object, dict[str, Reading]] | None:
    """Reads everything with each back-end; None when there is nothing to go on with."""
    readings: dict[str, Reading] = {}
    meta = None
    for backend in BACKENDS:
        try:
            dataset, reading = read_all(root, backend, with_sums=backend == BACKENDS[0])
        except Exception as error:  # noqa: BLE001  whatever LeRobot raises is the verdict
            report.check(f"loads with {backend}", [f"{type(error).__name__}: {str(error)[:400]}"])
            return None
        report.check(f"loads with {backend}", reading.problems, f"{len(dataset)} items")
        meta = dataset.meta
        readings[backend] = reading
    return meta, readings


def judge(root: Path, expect: dict | None, report: Report) -> None:
    loaded = load(root, report)
    if loaded is None:
        return
    meta, readings = loaded
    rows = read_rows(root)
    lengths = [entry["length"] for entry in meta.episodes]
    report.facts |= {"episodes": len(lengths), "rows": len(rows), "fps": meta.fps, "features": list(meta.features)}
    rows_ok = report.check("rows count and are stamped right", check_rows(meta, rows))
    problems, report.facts["videos"] = videos.check(meta, root, meta.fps)
    report.check("one picture per row at exactly n/fps", problems)
    if expect and [episode["length"] for episode in expect["episodes"]] != lengths:
        report.check("episodes as expected", [f"lengths {lengths}, not those of the expectation"])
        expect = None
    report.check("task is text", check_tasks(readings, lengths, expect))
    if all(reading.whole for reading in readings.values()) and rows_ok:
        problems, worst = check_decoders(readings)
        report.check("both decoders show the same", problems, f"differ by at most {worst:.2f} of 255 on average")
        report.check("statistics", check_stats(meta, root, rows, readings[BACKENDS[0]]))
    if expect:
        for name, problems in check_expected(meta, rows, readings, expect).items():
            report.check(name, problems)


def lint(root: Path, report: Report) -> None:
    allowed = linters.load_allowed(ALLOW)
    for name, tool in (("lerobot-doctor", linters.doctor), ("lerobot-lint", linters.lint)):
        findings, failure = tool(root)
        refused, excused = linters.argue(findings, allowed)
        report.facts[name] = findings
        report.check(name, [failure] if failure else refused, f"{len(excused)} argued in allow.json")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dir", type=Path)
    parser.add_argument("--expect", type=Path)
    parser.add_argument("--train", action="store_true")
    parser.add_argument("--no-lint", action="store_true", help="leave lerobot-doctor and lerobot-lint out")
    parser.add_argument("--report", type=Path)
    arguments = parser.parse_args()
    root = arguments.dir.resolve()
    report = Report()
    judge(root, expectations.load(arguments.expect) if arguments.expect else None, report)
    if not arguments.no_lint:
        lint(root, report)
    if arguments.train:
        problems, report.facts["training"] = training.train(root)
        report.check("two training steps", problems, f"losses {report.facts['training']['losses']}")
    return report.finish(arguments.report)


if __name__ == "__main__":
    raise SystemExit(main())
