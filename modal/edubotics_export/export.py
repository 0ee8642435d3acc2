"""From a checkpoint folder to the bytes of a package: the order of the steps, and what is refused at the end.

Knows the other files of this folder. Does not know the command line.
"""

import io
import json
import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from onnx import ModelProto

from . import checkpoint as checkpoints
from . import dataset as datasets
from . import graph, half, manifest, network, package, reference
from .checkpoint import STATE, Checkpoint
from .dataset import DatasetFacts
from .errors import ExportError
from .manifest import Said

SEED = 1
FP32, FP16 = "policy.fp32.onnx", "policy.fp16.onnx"
# A joint whose spread in training is below this many units was held still.
STILL = 1e-3


@dataclass(frozen=True)
class Exported:
    zip: bytes
    manifest: dict
    # Nodes of the fp32 graph by operator.
    nodes: Counter
    # What the person should know, in plain words; also in the card.
    notes: list[str]


def signature(checkpoint: Checkpoint) -> graph.Signature:
    images = tuple((camera.key, (1, 3, camera.height, camera.width)) for camera in checkpoint.cameras)
    return graph.Signature(
        inputs=((STATE, (1, checkpoint.joints)), *images),
        output=("action", (1, checkpoint.chunk_size, checkpoint.joints)),
    )


def find_dataset(root: Path | None, train_config: dict) -> DatasetFacts | None:
    """The dataset that was named, else the one the training was told, where it still lies there."""
    told = train_config.get("dataset") or {}
    repo = str(told.get("repo_id") or "")
    if root is None:
        if not told.get("root") or not (Path(told["root"]) / "meta" / "info.json").is_file():
            return None
        root = Path(told["root"])
    name = repo if repo and repo.split("/")[-1] == root.name else None
    return datasets.read(root, told.get("episodes"), name)


def export(path: Path, dataset_root: Path | None, said: Said, say: Callable[[str], None]) -> Exported:
    """The whole way. Raises ExportError; writes nothing."""
    say("reading the checkpoint")
    checkpoint = checkpoints.load(path)
    dataset = find_dataset(dataset_root, checkpoint.train_config)
    if dataset:
        manifest.check_dataset(checkpoint, dataset)
    # Before the slow part, so that a forgotten argument costs nothing.
    manifest.build(checkpoint, dataset, said, {}, {})

    # Reads the normalisation too, so that broken statistics are told as such.
    robot_act = network.build(checkpoint)
    say("asking LeRobot for the reference")
    observations = observe(checkpoint, dataset)
    asked = reference.ask_lerobot(checkpoint, observations)

    say("exporting")
    wanted = signature(checkpoint)
    model = graph.tidy(graph.trace(robot_act, wanted))
    graph.check(model, wanted)
    fp32 = graph.to_bytes(model)
    far = reference.distance(fp32, asked)
    if not far <= reference.TOLERANCE_FP32:
        raise ExportError("not_the_same", f"The exported model differs from LeRobot by {far:.3g}.")
    metrics = {"parity_fp32": round_up(far)}
    notes = remarks(checkpoint, dataset)

    say("making the 16-bit model")
    fp16 = to_half(model, wanted, asked, metrics, notes)
    metrics.update(said.metrics)

    answers = reference.to_safetensors(asked)
    if fp16 and len(fp32) + len(fp16) + len(answers) > package.MOST_BYTES - package.SPARE_BYTES:
        fp16 = None
        del metrics["parity_fp16"]
        notes.append("No 16-bit model: with it the package would be larger than readers take.")
    if len(fp32) + len(answers) > package.MOST_BYTES - package.SPARE_BYTES:
        raise ExportError("too_large", f"The model has {len(fp32)} bytes; a package may have {package.MOST_BYTES}.")
    files = {FP32: fp32, **({FP16: fp16} if fp16 else {}), "reference.safetensors": answers}
    pictures = training_pictures(checkpoint, dataset, observations)
    listed = {"fp32": package.describe(FP32, fp32)}
    if fp16:
        listed["fp16"] = package.describe(FP16, fp16)
    listed["reference"] = package.describe("reference.safetensors", files["reference.safetensors"])
    if pictures:
        listed["pictures"] = [package.describe(name, content) for name, content in pictures.items()]
    built = manifest.build(checkpoint, dataset, said, listed, metrics)
    zipped = package.pack(
        {"manifest.json": manifest.to_json(built), "README.md": manifest.card(built, notes), **pictures, **files}
    )
    nodes = Counter(node.op_type for node in model.graph.node)
    return Exported(zipped, built, nodes, notes)


def observe(checkpoint: Checkpoint, dataset: DatasetFacts | None) -> list[dict]:
    """From the dataset where it is there, else from a seed."""
    count = reference.how_many(checkpoint)
    if dataset is None:
        return reference.invent(checkpoint, SEED, count)
    rows = datasets.load_rows(dataset, dataset.samples[:count])
    keys = [STATE, *(camera.key for camera in checkpoint.cameras)]
    return [{key: row[key].float() for key in keys} for row in rows]


def to_half(
    model: ModelProto, wanted: graph.Signature, asked: reference.Reference, metrics: dict, notes: list[str]
) -> bytes | None:
    """None, with a note, where 16 bits are not enough for this policy."""
    halved = half.halve(model)
    graph.check(halved, wanted)
    fp16 = graph.to_bytes(halved)
    far = reference.distance(fp16, asked)
    if far <= reference.TOLERANCE_FP16:
        metrics["parity_fp16"] = round_up(far)
        return fp16
    what = f"by {far:.2g}" if math.isfinite(far) else "and are not numbers"
    notes.append(f"No 16-bit model: its answers differ from LeRobot's {what}, more than {reference.TOLERANCE_FP16}.")
    return None


def round_up(value: float) -> float:
    """Two digits, never better than measured."""
    if value == 0:
        return 0.0
    unit = 10 ** (math.floor(math.log10(value)) - 1)
    return float(f"{math.ceil(value / unit) * unit:.2g}")


def training_pictures(
    checkpoint: Checkpoint, dataset: DatasetFacts | None, observations: list[dict]
) -> dict[str, bytes]:
    """The first picture of the first episode per camera, as PNG. None were seen without a dataset."""
    if dataset is None:
        return {}
    from PIL import Image

    pictures = {}
    for camera in checkpoint.cameras:
        eight_bit = np.round(observations[0][camera.key].numpy() * 255).astype(np.uint8).transpose(1, 2, 0)
        buffer = io.BytesIO()
        Image.fromarray(eight_bit).save(buffer, "png")
        pictures[f"pictures/{camera.name}.png"] = buffer.getvalue()
    return pictures


def remarks(checkpoint: Checkpoint, dataset: DatasetFacts | None) -> list[str]:
    """What a person should know and no error says."""
    from .normalise import find_step

    stats = find_step(checkpoint.preprocessor, "normalizer_processor")._tensor_stats.get(STATE, {})
    notes = []
    if "std" in stats:
        still = [number for number, std in enumerate(stats["std"].flatten().tolist()) if std < STILL]
        if still:
            notes.append(
                f"Joint {', '.join(str(number + 1) for number in still)} never moved in training: "
                "the policy answers wildly where it stands elsewhere."
            )
    if dataset is None:
        notes.append("The dataset was not seen: no training pictures, no range of poses, reference on made-up inputs.")
    elif "mean" in stats and not (checkpoint.train_config.get("dataset") or {}).get("episodes"):
        path = dataset.root / "meta" / "stats.json"
        own = json.loads(path.read_text()).get(STATE, {}).get("mean") if path.is_file() else None
        if own is not None and not np.allclose(np.ravel(own), stats["mean"].flatten().numpy(), rtol=1e-3, atol=1e-2):
            notes.append("The dataset's statistics differ from the checkpoint's: it may not be the one trained on.")
    return notes
