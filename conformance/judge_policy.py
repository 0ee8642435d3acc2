"""What LeRobot says of a policy package: does the model in it compute what the checkpoint computes?

    python conformance/judge_policy.py POLICY.zip CHECKPOINT [--observations 4] [--seed 7] [--dataset ROOT]
                                       [--report out.json]

CHECKPOINT is LeRobot's `pretrained_model` folder. Needs LeRobot, onnx and onnxruntime, nothing of the exporter's: the
zip is read with Python's own library, LeRobot is asked anew on observations that are not in the package, the graph is
looked at with onnx. With --dataset, the observations are frames of it as LeRobot decodes them.
"""

import argparse
import hashlib
import json
import sys
import zipfile
from collections import Counter
from pathlib import Path

from lerobot_judge import quiet  # noqa: F401  (first: it sets the environment)

import numpy as np
import onnx
import onnxruntime
import torch
from lerobot_judge.report import Report
from safetensors.numpy import load as read_tensors

STATE = "observation.state"
# Between ONNX Runtime and LeRobot, degrees and percent.
LIMITS = {"fp32": 1e-4, "fp16": 0.05}
NODES_ONE_CAMERA, NODES_PER_CAMERA = 350, 20
STAMP = (1980, 1, 1, 0, 0, 0)


class LeRobot:
    """The checkpoint as LeRobot runs it on a robot."""

    def __init__(self, folder: Path) -> None:
        from lerobot.configs.policies import PreTrainedConfig
        from lerobot.policies.act.modeling_act import ACTPolicy
        from lerobot.policies.factory import make_pre_post_processors

        config = PreTrainedConfig.from_pretrained(folder)
        # Otherwise ImageNet's weights would be fetched, to be overwritten.
        config.pretrained_backbone_weights = None
        self.config = config
        self.policy = ACTPolicy.from_pretrained(folder, config=config).eval()
        self.pre, self.post = make_pre_post_processors(config, str(folder))

    @torch.no_grad()
    def ask(self, observation: dict[str, torch.Tensor]) -> np.ndarray:
        """[chunk, joints]; the post-processor gets one action at a time, as on a robot."""
        self.policy.reset()
        batch = self.pre({key: value.clone() for key, value in observation.items()})
        actions = [self.post(action) for action in self.policy.predict_action_chunk(batch).transpose(0, 1)]
        return torch.cat(actions).numpy()


def invented(manifest: dict, count: int, seed: int) -> list[dict[str, torch.Tensor]]:
    """Poses over the whole range and noise, steps of 1/255."""
    random = np.random.default_rng(seed)
    low = [0 if joint["unit"] == "percent" else -100 for joint in manifest["joints"]]
    observations = []
    for _ in range(count):
        observation = {STATE: torch.from_numpy(random.uniform(low, 100).astype(np.float32))}
        for camera in manifest["cameras"]:
            eight_bit = random.integers(0, 256, (3, camera["height"], camera["width"]), dtype=np.uint8)
            observation[f"observation.images.{camera['name']}"] = torch.from_numpy(eight_bit.astype(np.float32) / 255)
        observations.append(observation)
    return observations


def recorded(root: Path, keys: list[str], count: int, seed: int) -> list[dict[str, torch.Tensor]]:
    from lerobot.datasets.lerobot_dataset import LeRobotDataset

    dataset = LeRobotDataset("local/judged", root=root)
    rows = np.random.default_rng(seed).choice(len(dataset), size=min(count, len(dataset)), replace=False)
    return [{key: dataset[int(row)][key] for key in keys} for row in rows]


def look_at_files(report: Report, archive: zipfile.ZipFile, manifest: dict) -> None:
    problems = []
    files = [manifest["files"][key] for key in ("fp32", "fp16", "reference") if key in manifest["files"]]
    files += manifest["files"].get("pictures", [])
    for file in files:
        content = archive.read(file["path"])
        if len(content) != file["bytes"] or hashlib.sha256(content).hexdigest() != file["sha256"]:
            problems.append(f"{file['path']} is not what the manifest says")
    listed = {file["path"] for file in files} | {"manifest.json", "README.md"}
    if set(archive.namelist()) != listed or len(archive.namelist()) != len(listed):
        problems.append(f"entries {archive.namelist()}")
    for entry in archive.infolist():
        if entry.compress_type != zipfile.ZIP_STORED or entry.date_time != STAMP:
            problems.append(f"{entry.filename}: compressed, or dated {entry.date_time}")
    report.check("files, hashes, stored without a clock", problems, f"{len(files) + 2} entries")


def look_at_manifest(report: Report, manifest: dict, lerobot: LeRobot) -> None:
    config = lerobot.config
    visual = list(config.image_features.items())
    problems = []
    if (manifest["chunk_size"], manifest["n_action_steps"]) != (config.chunk_size, config.n_action_steps):
        problems.append("chunk")
    if len(manifest["joints"]) != config.robot_state_feature.shape[0]:
        problems.append("joints")
    cameras = [
        (f"observation.images.{camera['name']}", (3, camera["height"], camera["width"]))
        for camera in manifest["cameras"]
    ]
    if cameras != [(key, tuple(feature.shape)) for key, feature in visual]:
        problems.append(f"cameras {cameras}")
    if manifest["schema_version"] != 1 or manifest["kind"] != "onnx" or manifest["architecture"] != "act":
        problems.append("kind")
    report.check("manifest says what the checkpoint says", problems)


def look_at_graph(report: Report, model: onnx.ModelProto, manifest: dict, precision: str) -> None:
    onnx.checker.check_model(model, full_check=True)
    problems = []
    if [(entry.domain, entry.version) for entry in model.opset_import] != [("", 17)]:
        problems.append("operator set")
    names = [STATE, *(f"observation.images.{camera['name']}" for camera in manifest["cameras"])]
    if [value.name for value in [*model.graph.input, *model.graph.output]] != [*names, "action"]:
        problems.append("inputs and outputs")
    values = [*model.graph.input, *model.graph.output, *model.graph.value_info]
    loose = [v.name for v in values if any(size.dim_value <= 0 for size in v.type.tensor_type.shape.dim)]
    problems += [f"{name}: shape is not static" for name in loose]
    problems += ["weights outside the file" for tensor in model.graph.initializer if tensor.external_data]
    counts = Counter(node.op_type for node in model.graph.node)
    limit = NODES_ONE_CAMERA + NODES_PER_CAMERA * (len(manifest["cameras"]) - 1)
    if counts.total() > limit:
        problems.append(f"{counts.total()} nodes, more than {limit}")
    if {"BatchNormalization", "Sin", "Cos", "Shape"} & set(counts):
        problems.append(f"operators {sorted(counts)}")
    for node in model.graph.node:
        present = {attribute.name for attribute in node.attribute}
        if node.op_type == "Conv" and not {"dilations", "strides", "pads", "kernel_shape", "group"} <= present:
            problems.append(f"{node.name} leaves attributes to the reader")
    report.check(f"{precision}: graph", problems, f"{counts.total()} nodes of at most {limit}")
    report.facts[f"{precision}_nodes"] = dict(counts)


def compare(model: bytes, observations: list[dict], wanted: list[np.ndarray]) -> float:
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    worst = 0.0
    for observation, chunk in zip(observations, wanted, strict=True):
        inputs = {key: np.asarray(value, dtype=np.float32)[np.newaxis] for key, value in observation.items()}
        (answer,) = session.run(None, inputs)
        if answer.shape != (1, *chunk.shape) or not np.isfinite(answer).all():
            return float("inf")
        worst = max(worst, float(np.abs(answer[0] - chunk).max()))
    return worst


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("package", type=Path)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--observations", type=int, default=4)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--dataset", type=Path)
    parser.add_argument("--report", type=Path)
    given = parser.parse_args()
    report = Report()
    torch.set_num_threads(1)
    archive = zipfile.ZipFile(given.package)
    manifest = json.loads(archive.read("manifest.json"))
    look_at_files(report, archive, manifest)
    lerobot = LeRobot(given.checkpoint)
    look_at_manifest(report, manifest, lerobot)

    keys = [STATE, *(f"observation.images.{camera['name']}" for camera in manifest["cameras"])]
    if given.dataset:
        observations = recorded(given.dataset, keys, given.observations, given.seed)
    else:
        observations = invented(manifest, given.observations, given.seed)
    wanted = [lerobot.ask(observation) for observation in observations]
    spread = float(np.std(np.stack(wanted), axis=0).max())
    report.check("LeRobot answers differently to different observations", [] if spread > 1e-3 else ["always the same"])

    tensors = read_tensors(archive.read(manifest["files"]["reference"]["path"]))
    kept = [{key: torch.from_numpy(tensors[key][number]) for key in keys} for number in range(len(tensors["action"]))]
    off = max(
        float(np.abs(lerobot.ask(each) - answer).max()) for each, answer in zip(kept, tensors["action"], strict=True)
    )
    problems = [] if off <= 1e-4 and len(kept) >= 2 else [f"off by {off:.3g}, {len(kept)} observations"]
    report.check("reference answers are LeRobot's", problems, f"off by {off:.1e}")
    for precision, limit in LIMITS.items():
        if precision not in manifest["files"]:
            report.check(f"{precision}: is there", [] if precision == "fp16" else ["missing"], "left out")
            continue
        content = archive.read(manifest["files"][precision]["path"])
        look_at_graph(report, onnx.load_model_from_string(content), manifest, precision)
        worst = compare(content, observations, wanted)
        report.facts[f"{precision}_max_abs"] = worst
        note = f"largest difference {worst:.2e}, {len(observations)} observations"
        report.check(f"{precision}: answers as LeRobot", [] if worst <= limit else [note], note)
    return report.finish(given.report)


if __name__ == "__main__":
    sys.exit(main())
