"""LeRobot's own training program on a dataset; leaves its output folder, checkpoint and all.

    python conformance/make_policy_trained.py DATASET OUT [--steps 2 | --epochs 2] [--batch 2]

The policy is the small ACT of `lerobot_judge/training.py` on the CPU: it learns little, but every file of the checkpoint is
as lerobot-train writes it. OUT must not exist.
"""

import argparse
import json
import math
import subprocess
import sys
from pathlib import Path

from lerobot_judge import quiet  # noqa: F401  (first: it sets the environment)
from lerobot_judge.training import POLICY


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--steps", type=int, default=2)
    parser.add_argument("--epochs", type=int, help="how often every row is seen, instead of --steps")
    parser.add_argument("--batch", type=int, default=2)
    given = parser.parse_args()
    steps = given.steps
    if given.epochs is not None:
        rows = json.loads((given.dataset / "meta" / "info.json").read_text())["total_frames"]
        # lerobot-train counts no epochs: its loader gives every row once, a last batch that is not full included.
        steps = given.epochs * math.ceil(rows / given.batch)
        print(f"{given.epochs} epochs of {rows} rows in batches of {given.batch}: {steps} steps", flush=True)
    command = [
        sys.executable,
        "-m",
        "lerobot.scripts.lerobot_train",
        f"--dataset.repo_id=local/{given.dataset.name}",
        f"--dataset.root={given.dataset.resolve()}",
        *(f"--policy.{key}={value}" for key, value in POLICY.items()),
        f"--output_dir={given.out}",
        f"--batch_size={given.batch}",
        f"--steps={steps}",
        f"--save_freq={steps}",
        f"--log_freq={max(1, steps // 4)}",
        "--num_workers=0",
        "--wandb.enable=false",
    ]
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
