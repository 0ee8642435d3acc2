"""Stored statistics against the same ones computed again from the rows and the decoded pictures."""

import numpy as np

REQUIRED = ("min", "max", "mean", "std", "count")
QUANTILES = {"q01": 0.01, "q10": 0.10, "q50": 0.50, "q90": 0.90, "q99": 0.99}
# Of a feature's range. LeRobot itself sums float32 squares, which costs it some digits of std.
VECTOR_TOLERANCE = 1e-3
VECTOR_MEAN_TOLERANCE = 1e-5
QUANTILE_TOLERANCE = 0.05
# Pictures: statistics are taken from raw samples before compression, on a 0..1 scale.
IMAGE_TOLERANCE = {"mean": 0.02, "std": 0.03, "min": 0.15, "max": 0.15}


def numbers(value: object) -> np.ndarray:
    """A statistic as stored (nested lists, arrays of arrays) as a flat float array."""
    if isinstance(value, (list, tuple)) or (isinstance(value, np.ndarray) and value.dtype == object):
        return np.concatenate([numbers(part) for part in value]) if len(value) else np.array([])
    return np.asarray(value, dtype=np.float64).reshape(-1)


def check_vector(name: str, stored: dict, rows: np.ndarray, *, merged: bool) -> list[str]:
    """`rows` is (frames, dimensions). Merged statistics keep no exact quantiles, so only their order is checked."""
    missing = [key for key in REQUIRED if key not in stored]
    if missing:
        return [f"{name}: no {', '.join(missing)}"]
    rows = rows.astype(np.float64)
    low, high = rows.min(axis=0), rows.max(axis=0)
    span = np.maximum(high - low, 1e-6)
    size = np.maximum(span, np.maximum(np.abs(low), np.abs(high)) * 1e-2)
    right = {"min": low, "max": high, "mean": rows.mean(axis=0), "std": rows.std(axis=0)}
    problems = []
    for key, wanted in right.items():
        tolerance = VECTOR_TOLERANCE if key == "std" else VECTOR_MEAN_TOLERANCE
        found = numbers(stored[key])
        if found.shape != wanted.shape or not np.all(np.abs(found - wanted) <= tolerance * size):
            problems.append(f"{name}: {key} {found.tolist()}, {wanted.tolist()} from the rows")
    if numbers(stored["count"]).tolist() != [len(rows)]:
        problems.append(f"{name}: count {stored['count']}, {len(rows)} rows")
    return problems + check_quantiles(name, stored, rows, span, merged)


def check_quantiles(name: str, stored: dict, rows: np.ndarray, span: np.ndarray, merged: bool) -> list[str]:
    present = [key for key in QUANTILES if key in stored]
    if not present:
        return []
    values = [numbers(stored[key]) for key in present]
    ladder = np.stack([numbers(stored["min"]), *values, numbers(stored["max"])])
    if np.any(np.diff(ladder, axis=0) < -1e-6 * span):
        return [f"{name}: quantiles are out of order"]
    if merged:
        return []
    problems = []
    for key, found in zip(present, values, strict=True):
        # Few rows leave a quantile undetermined between two neighbours.
        below = np.quantile(rows, QUANTILES[key], axis=0, method="lower") - QUANTILE_TOLERANCE * span
        above = np.quantile(rows, QUANTILES[key], axis=0, method="higher") + QUANTILE_TOLERANCE * span
        if np.any(found < below) or np.any(found > above):
            problems.append(f"{name}: {key} {found.tolist()}, between {below.tolist()} and {above.tolist()} expected")
    return problems


class PictureSums:
    """Running per-channel statistics of pictures (3, height, width), uint8, on a 0..1 scale."""

    def __init__(self) -> None:
        self.count = 0
        self.sum = np.zeros(3)
        self.squares = np.zeros(3)
        self.low = np.ones(3)
        self.high = np.zeros(3)

    def add(self, picture: np.ndarray) -> None:
        flat = picture.reshape(3, -1).astype(np.float64) / 255
        self.count += 1
        self.sum += flat.mean(axis=1)
        self.squares += (flat**2).mean(axis=1)
        self.low = np.minimum(self.low, flat.min(axis=1))
        self.high = np.maximum(self.high, flat.max(axis=1))

    def merge(self, other: "PictureSums") -> None:
        self.count += other.count
        self.sum += other.sum
        self.squares += other.squares
        self.low = np.minimum(self.low, other.low)
        self.high = np.maximum(self.high, other.high)

    def result(self) -> dict[str, np.ndarray]:
        mean = self.sum / self.count
        return {
            "mean": mean,
            "std": np.sqrt(np.maximum(0, self.squares / self.count - mean**2)),
            "min": self.low,
            "max": self.high,
        }


def check_pictures(name: str, stored: dict, sums: PictureSums) -> list[str]:
    missing = [key for key in REQUIRED if key not in stored]
    if missing:
        return [f"{name}: no {', '.join(missing)}"]
    problems = []
    for key, wanted in sums.result().items():
        if np.shape(np.asarray(stored[key]).tolist())[-3:] != (3, 1, 1):
            problems.append(f"{name}: {key} has shape {np.shape(stored[key])}, (3, 1, 1) expected")
            continue
        found = numbers(stored[key])
        if found.shape != (3,) or not np.all(np.abs(found - wanted) <= IMAGE_TOLERANCE[key]):
            problems.append(f"{name}: {key} {found.round(4).tolist()}, {wanted.round(4).tolist()} from the pictures")
    return problems
