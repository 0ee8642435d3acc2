"""The trained network as a policy package (docs/policy-package.md): ONNX, reference answers by PyTorch, manifest, card, zip.

    python tools/policy/package.py --run .cache/policy/run --demos .cache/policy/demos [--success FILE.json ...] --out pick-place.zip

Success figures are those that tools/policy/eval.mjs counted with exactly this model. Knows the package's format; the graph is
in `onnx_graph`.
"""

import argparse
import hashlib
import io
import json
import zipfile
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from PIL import Image
from safetensors.numpy import save

from card import write_card
from net import Policy, Shape
from onnx_graph import build_model
from train import Demos

REFERENCES = 4
"""PyTorch and ONNX Runtime may differ by rounding only, degrees."""
TOLERANCE = 1e-3
JOINTS = ("shoulder_pan", "shoulder_lift", "elbow_flex", "wrist_flex", "wrist_roll", "gripper")


def load(run: Path) -> Policy:
    saved = torch.load(run / "policy.pt", weights_only=True)
    policy = Policy(Shape(**saved["shape"]))
    policy.load_state_dict(saved["weights"])
    return policy.eval()


def references(policy: Policy, demos: Demos, model: bytes) -> bytes:
    """Observations of the demonstrations with PyTorch's answers; refuses a model that answers otherwise."""
    rows = np.linspace(0, len(demos.images[0]) - 1, REFERENCES).astype(int)
    state = torch.from_numpy(demos.states[rows])
    images = [torch.from_numpy(demos.images[0][rows, c].copy()).float() / 255 for c in range(len(policy.shape.cameras))]
    with torch.no_grad():
        actions = policy.act(images, state).numpy()
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    worst = 0.0
    for k in range(REFERENCES):
        feeds = {"observation.state": state[k : k + 1].numpy()}
        for name, image in zip(policy.shape.cameras, images, strict=True):
            feeds[f"observation.images.{name}"] = image[k : k + 1].numpy()
        (answer,) = session.run(None, feeds)
        worst = max(worst, float(np.abs(answer[0] - actions[k]).max()))
    if worst > TOLERANCE:
        raise SystemExit(f"the exported model is {worst} degrees off the trained one")
    print(f"model against PyTorch: {worst:.1e} degrees")
    tensors = {"observation.state": state.numpy(), "action": actions}
    for name, image in zip(policy.shape.cameras, images, strict=True):
        tensors[f"observation.images.{name}"] = image.numpy()
    return save({name: np.ascontiguousarray(value) for name, value in sorted(tensors.items())})


def picture(image: torch.Tensor) -> bytes:
    out = io.BytesIO()
    Image.fromarray(image.permute(1, 2, 0).numpy()).save(out, "PNG", optimize=True)
    return out.getvalue()


def limits(moved: list[dict]) -> str:
    text = (
        "One simulated table with one orange cube and one blue target, seen by these two cameras. "
        "Other colours or a real arm are not in what it learned from."
    )
    told = [f"{100 * m['camera_moved_m']:g} cm: {m['successes']} of {m['trials']} starts" for m in moved]
    return f"{text} With both cameras out of place by {', '.join(told)}." if told else text


def manifest(policy: Policy, facts: dict, successes: list[dict], moved: list[dict], files: dict[str, bytes]) -> dict:
    def entry(path: str) -> dict:
        return {"path": path, "bytes": len(files[path]), "sha256": hashlib.sha256(files[path]).hexdigest()}

    shape = policy.shape
    pictures = [entry(f"pictures/{name}.png") for name in shape.cameras]
    return {
        "schema_version": 1,
        "kind": "onnx",
        "name": "Pick and place",
        "architecture": "patch_keypoint",
        "robot_type": "so101_follower",
        "joints": [{"name": name, "unit": "percent" if name == "gripper" else "degrees"} for name in JOINTS],
        "cameras": [{"name": name, "width": shape.size_px, "height": shape.size_px} for name in shape.cameras],
        "fps": facts["fps"],
        "chunk_size": shape.chunk,
        "n_action_steps": 3,
        "files": {"fp32": entry("policy.fp32.onnx"), "reference": entry("reference.safetensors"), "pictures": pictures},
        "training": {
            "dataset": "EduBotics pick and place, scripted expert",
            "dataset_fingerprint": facts["dataset_fingerprint"],
            "calibration_fingerprints": [],
            "simulated": True,
            "task": "Put the cube on the target.",
            "episodes": facts["episodes"],
            "frames": facts["frames"],
            "steps": facts["steps"],
            "seconds": round(facts["train_seconds"], 1),
            "tool": f"tools/policy/train.py, torch {facts['torch']}",
            "state_min": facts["state_min"],
            "state_max": facts["state_max"],
        },
        "metrics": {
            "final_loss": facts["final_loss"],
            "parameters": facts["parameters"],
            "collect_seconds": max(part["seconds"] for part in facts["collect"]),
        },
        "success": [{key: s[key] for key in ("trials", "successes", "first_seed", "speed")} for s in successes],
        "licence": "Apache-2.0",
        "limits": limits(moved),
    }


def write_zip(out: Path, files: dict[str, bytes]) -> None:
    """Stored, fixed stamps: the same contents give the same bytes."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.external_attr = 0o644 << 16
            archive.writestr(info, data)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=Path, default=Path(".cache/policy/run"))
    parser.add_argument("--demos", type=Path, default=Path(".cache/policy/demos"))
    parser.add_argument("--success", type=Path, nargs="*", default=[])
    parser.add_argument("--moved", type=Path, nargs="*", default=[], help="counts with moved cameras")
    parser.add_argument("--out", type=Path, default=Path(".cache/policy/run/pick-place.zip"))
    args = parser.parse_args()
    torch.set_num_threads(1)
    policy = load(args.run)
    facts = json.loads((args.run / "train.json").read_text())
    demos = Demos(args.demos, policy.shape)
    if demos.fingerprint != facts["dataset_fingerprint"]:
        raise SystemExit("these are not the demonstrations that the network was trained on")
    model = build_model(policy).SerializeToString(deterministic=True)
    files = {"policy.fp32.onnx": model, "reference.safetensors": references(policy, demos, model)}
    for name, image in zip(policy.shape.cameras, demos.first_images, strict=True):
        files[f"pictures/{name}.png"] = picture(image)
    successes = [json.loads(path.read_text()) for path in args.success]
    moved = [json.loads(path.read_text()) for path in args.moved]
    for success in [*successes, *moved]:
        if success["model_sha256"] != hashlib.sha256(model).hexdigest():
            raise SystemExit("success was counted with another model")
    card_facts = manifest(policy, facts, successes, moved, files)
    files = {
        "manifest.json": (json.dumps(card_facts, indent="\t") + "\n").encode(),
        **files,
        "README.md": write_card(card_facts, facts, successes).encode(),
    }
    write_zip(args.out, files)
    print(f"{args.out}: {args.out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
