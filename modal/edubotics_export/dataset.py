"""What a package says of the dataset a policy was trained on, read from the dataset itself.

Knows LeRobotDataset v3.0. Does not know policies. Pictures are decoded by LeRobot, so they are what training saw.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .errors import ExportError

VERSION = "v3.0"
STATE = "observation.state"
# In the fingerprint. Videos are left out: gigabytes, and the same rows and statistics mean the same pictures.
FINGERPRINTED = ("meta", "data")


@dataclass(frozen=True)
class DatasetFacts:
    root: Path
    name: str
    fingerprint: str
    robot_type: str
    fps: int
    # LeRobot's names without `.pos`.
    joint_names: tuple[str, ...]
    # Camera name: (width, height).
    cameras: dict[str, tuple[int, int]]
    task: str
    episodes: int
    frames: int
    # Per joint, dataset units, over the rows.
    state_min: tuple[float, ...]
    state_max: tuple[float, ...]
    # Row numbers: first of the first episode, middle of the middle one, last of the last one.
    samples: tuple[int, ...]


def fingerprint(root: Path) -> str:
    """SHA-256 over path and SHA-256 of every file under meta/ and data/, in order of the paths."""
    whole = hashlib.sha256()
    files = sorted(path for folder in FINGERPRINTED for path in (root / folder).rglob("*") if path.is_file())
    for path in sorted(files, key=lambda path: path.relative_to(root).as_posix()):
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        whole.update(f"{path.relative_to(root).as_posix()} {digest}\n".encode())
    return whole.hexdigest()


def read(root: Path, episodes: list[int] | None, name: str | None) -> DatasetFacts:
    """Facts over the rows of `episodes` (None: all). Raises ExportError when this is no dataset of version 3.0."""
    try:
        return _read(root, episodes, name)
    except ExportError:
        raise
    except Exception as error:  # pyarrow, json and file errors: the dataset is what is wrong.
        raise ExportError("dataset_unreadable", f"{root}: {error}") from error


def _read(root: Path, episodes: list[int] | None, name: str | None) -> DatasetFacts:
    import pyarrow.parquet as pq

    info_path = root / "meta" / "info.json"
    if not info_path.is_file():
        raise ExportError("dataset_unreadable", f"{root}: no meta/info.json here.")
    info = json.loads(info_path.read_text(encoding="utf-8"))
    if info.get("codebase_version") != VERSION:
        raise ExportError(
            "dataset_unreadable", f"{root} is of version {info.get('codebase_version')}, {VERSION} is read."
        )
    features = info["features"]
    states, owners, indices = [], [], []
    for path in sorted((root / "data").rglob("*.parquet")):
        table = pq.read_table(path, columns=[STATE, "episode_index", "index"])
        states.append(np.array(table[STATE].to_pylist(), dtype=np.float64))
        owners.append(table["episode_index"].to_numpy())
        indices.append(table["index"].to_numpy())
    state, owner, index = np.concatenate(states), np.concatenate(owners), np.concatenate(indices)
    if episodes is not None:
        kept = np.isin(owner, episodes)
        state, owner, index = state[kept], owner[kept], index[kept]
    if len(state) == 0:
        raise ExportError("dataset_unreadable", f"{root} has no rows of the episodes that were trained on.")
    order = np.argsort(index)
    numbers = np.unique(owner)
    tasks = pq.read_table(root / "meta" / "tasks.parquet").to_pandas()
    sentences = [str(task) for task in tasks.get("task", tasks.index)]
    cameras = {}
    for key, feature in features.items():
        if key.startswith("observation.images.") and feature["dtype"] in ("video", "image"):
            height, width, _ = feature["shape"]
            cameras[key.removeprefix("observation.images.")] = (int(width), int(height))
    return DatasetFacts(
        root=root,
        name=name or root.name,
        fingerprint=fingerprint(root),
        robot_type=str(info.get("robot_type") or ""),
        fps=int(info["fps"]),
        joint_names=joint_names(features["action"]),
        cameras=cameras,
        task=" / ".join(sentences),
        episodes=len(numbers),
        frames=len(state),
        state_min=tuple(float(value) for value in state.min(axis=0)),
        state_max=tuple(float(value) for value in state.max(axis=0)),
        samples=tuple(int(index[order[place]]) for place in (0, len(order) // 2, len(order) - 1)),
    )


def joint_names(feature: dict) -> tuple[str, ...]:
    names = feature.get("names")
    if isinstance(names, dict):
        names = next(iter(names.values()), None)
    if not isinstance(names, list) or len(names) != feature["shape"][0]:
        raise ExportError("dataset_unreadable", "meta/info.json does not name the joints of `action`.")
    return tuple(str(name).removesuffix(".pos") for name in names)


def load_rows(facts: DatasetFacts, rows: tuple[int, ...]) -> list[dict]:
    """Rows as LeRobot hands them to training: state [N], pictures [3, height, width] in 0..1."""
    from lerobot.datasets.lerobot_dataset import LeRobotDataset

    try:
        dataset = LeRobotDataset("local/dataset", root=facts.root)
        return [dataset[row] for row in rows]
    except Exception as error:  # Whatever a decoder raises.
        raise ExportError("dataset_unreadable", f"LeRobot cannot read {facts.root}: {error}") from error
