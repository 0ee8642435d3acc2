"""Behaviour cloning of the bundled policy on recorded demonstrations (tools/policy/collect.mjs), on one processor thread.

    python tools/policy/train.py --demos .cache/policy/demos --out .cache/policy/run --steps 5000 --seed 0

Writes policy.pt (weights averaged over training), loss.csv and train.json. Knows files and the optimiser; the network is in
`net`, the ONNX in `onnx_graph`, the package in `package`.
"""

import argparse
import copy
import hashlib
import json
import math
import time
from pathlib import Path

import numpy as np
import torch

from net import Policy, Shape, to_patches


class Demos:
    """All parts of a folder of demonstrations in memory: pictures as bytes, cut into patches once."""

    def __init__(self, folder: Path, shape: Shape) -> None:
        parts = sorted(folder.glob("part-*"))
        if not parts:
            raise SystemExit(f"no demonstrations in {folder}")
        digest = hashlib.sha256()
        self.facts = [json.loads((part / "facts.json").read_text()) for part in parts]
        images, states, actions, episodes = [], [], [], []
        for part, facts in zip(parts, self.facts, strict=True):
            if facts["sizePx"] != shape.size_px or tuple(facts["cameras"]) != shape.cameras:
                raise SystemExit(f"{part}: recorded for another network")
            raw = {name: (part / name).read_bytes() for name in ("images.u8", "state.f32", "action.f32", "episode.i32")}
            for name in sorted(raw):
                digest.update(raw[name])
            count = facts["frames"]
            size = shape.size_px
            images.append(np.frombuffer(raw["images.u8"], np.uint8).reshape(count, len(shape.cameras), 3, size, size))
            states.append(np.frombuffer(raw["state.f32"], np.float32).reshape(count, shape.joints))
            actions.append(np.frombuffer(raw["action.f32"], np.float32).reshape(count, shape.joints))
            before = sum(len(np.unique(e)) for e in episodes)
            episodes.append(np.frombuffer(raw["episode.i32"], np.int32) + before)
        self.fingerprint = digest.hexdigest()
        self.first_images = [torch.from_numpy(images[0][0, c].copy()) for c in range(len(shape.cameras))]
        self.images = images
        self.states = np.concatenate(states)
        self.actions = np.concatenate(actions)
        self.episodes = np.concatenate(episodes)
        self.patches = [
            torch.cat([to_patches(torch.from_numpy(part[:, c].copy()), shape.patch_px) for part in images])
            for c in range(len(shape.cameras))
        ]
        self.count = len(self.states)

    def limit(self, episodes: int) -> None:
        """Keeps only so many episodes, taken evenly from all parts."""
        total = int(self.episodes.max()) + 1
        chosen = np.unique(np.linspace(0, total - 1, episodes).round().astype(int))
        keep = np.isin(self.episodes, chosen)
        self.patches = [p[torch.from_numpy(keep)] for p in self.patches]
        self.states, self.actions = self.states[keep], self.actions[keep]
        self.episodes = np.unique(self.episodes[keep], return_inverse=True)[1]
        self.count = len(self.states)

    def chunks(self, length: int) -> np.ndarray:
        """[frames, length, joints]: the actions from each frame on, the last one of the episode repeated."""
        ends = np.r_[np.flatnonzero(np.diff(self.episodes)), self.count - 1]
        last = ends[self.episodes]
        return self.actions[np.minimum(np.arange(self.count)[:, None] + np.arange(length), last[:, None])].copy()


def train(args: argparse.Namespace) -> None:
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    shape = Shape(hidden=args.hidden, keypoints=args.keypoints, width=args.width)
    started = time.monotonic()
    demos = Demos(args.demos, shape)
    if args.episodes:
        demos.limit(args.episodes)
    targets = demos.chunks(shape.chunk)
    policy = Policy(shape)
    relative = policy.relative.numpy()
    targets -= demos.states[:, None] * relative
    policy.state_mean.copy_(torch.from_numpy(demos.states.mean(0)))
    policy.state_std.copy_(torch.from_numpy(demos.states.std(0) + 1e-3))
    policy.action_mean.copy_(torch.from_numpy(targets.mean((0, 1))))
    policy.action_std.copy_(torch.from_numpy(targets.std((0, 1)) + 1e-3))
    states = (torch.from_numpy(demos.states) - policy.state_mean) / policy.state_std
    wanted = (torch.from_numpy(targets) - policy.action_mean) / policy.action_std
    averaged = copy.deepcopy(policy).requires_grad_(False)
    optimiser = torch.optim.AdamW(policy.parameters(), lr=args.rate, weight_decay=1e-4)
    parameters = sum(p.numel() for p in policy.parameters())
    print(f"{parameters} parameters, {int(demos.episodes.max()) + 1} episodes, {demos.count} frames", flush=True)
    batch = args.batch

    def picture(patches: torch.Tensor) -> torch.Tensor:
        """Bytes -> -1..1, a trace brighter or darker and tinted (the virtual light never changes; a codec may a little).
        Never shifted: a pixel is a centimetre."""
        x = patches.float().div_(127.5).sub_(1).view(batch, shape.patches, 3, -1)
        x = x * (1 + 0.03 * torch.randn(batch, 1, 1, 1)) + 0.02 * torch.randn(batch, 1, 3, 1)
        return x.view(batch, shape.patches, -1)

    curve: list[tuple[int, float]] = []
    running = None
    trained = time.monotonic()
    for step in range(1, args.steps + 1):
        rate = args.rate * min(1, step / 200) * (0.5 * (1 + math.cos(math.pi * step / args.steps)) + 0.01)
        for group in optimiser.param_groups:
            group["lr"] = rate
        rows = torch.randint(0, demos.count, (batch,))
        answer = policy([picture(p[rows]) for p in demos.patches], states[rows] + 0.01 * torch.randn(batch, shape.joints))
        loss = (answer - wanted[rows]).abs().mean()
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(policy.parameters(), 5.0)
        optimiser.step()
        keep = min(0.999, step / (step + 10))
        with torch.no_grad():
            torch._foreach_lerp_(list(averaged.parameters()), list(policy.parameters()), 1 - keep)
        value = loss.item()
        running = value if running is None else 0.99 * running + 0.01 * value
        if step % 100 == 0 or step == args.steps:
            curve.append((step, running))
        if step % 500 == 0 or step == args.steps:
            spent = time.monotonic() - trained
            print(f"step {step}: loss {running:.4f}, {1000 * spent / step:.1f} ms per step", flush=True)
    args.out.mkdir(parents=True, exist_ok=True)
    torch.save({"shape": shape.__dict__, "weights": averaged.state_dict()}, args.out / "policy.pt")
    (args.out / "loss.csv").write_text("step,loss\n" + "".join(f"{s},{v:.5f}\n" for s, v in curve))
    facts = {
        "parameters": parameters,
        "episodes": int(demos.episodes.max()) + 1,
        "frames": demos.count,
        "steps": args.steps,
        "batch": batch,
        "seed": args.seed,
        "final_loss": running,
        "train_seconds": time.monotonic() - started,
        "train_cpu_seconds": time.process_time(),
        "torch": torch.__version__,
        "dataset_fingerprint": demos.fingerprint,
        "state_min": demos.states.min(0).tolist(),
        "state_max": demos.states.max(0).tolist(),
        "fps": demos.facts[0]["fps"],
        "collect": demos.facts,
    }
    (args.out / "train.json").write_text(json.dumps(facts, indent="\t") + "\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--demos", type=Path, default=Path(".cache/policy/demos"))
    parser.add_argument("--out", type=Path, default=Path(".cache/policy/run"))
    parser.add_argument("--steps", type=int, default=5000)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--rate", type=float, default=1.5e-3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--episodes", type=int, default=0, help="use only so many of the demonstrations")
    parser.add_argument("--hidden", type=int, default=256)
    parser.add_argument("--keypoints", type=int, default=16)
    parser.add_argument("--width", type=int, default=64)
    train(parser.parse_args())
