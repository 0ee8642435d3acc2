"""Two steps of LeRobot's own training program on a dataset; leaves its output folder, checkpoint and all.

    python conformance/make_policy_trained.py DATASET OUT [--steps 2]

The policy is the small ACT of `lerobot_judge/training.py` on the CPU: it learns nothing in two steps, but every file of
the checkpoint is as lerobot-train writes it. OUT must not exist.
"""

import argparse
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
    given = parser.parse_args()
    command = [
        sys.executable,
        "-m",
        "lerobot.scripts.lerobot_train",
        f"--dataset.repo_id=local/{given.dataset.name}",
        f"--dataset.root={given.dataset.resolve()}",
        *(f"--policy.{key}={value}" for key, value in POLICY.items()),
        f"--output_dir={given.out}",
        "--batch_size=2",
        f"--steps={given.steps}",
        f"--save_freq={given.steps}",
        "--num_workers=0",
        "--wandb.enable=false",
    ]
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
