"""Two steps of LeRobot's own training program on a dataset, with a small ACT policy on the CPU."""

import math
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

STEPS = 2
POLICY = {
    "type": "act",
    "device": "cpu",
    "push_to_hub": "false",
    "chunk_size": "20",
    "n_action_steps": "20",
    "dim_model": "64",
    "n_heads": "4",
    "dim_feedforward": "128",
    "n_encoder_layers": "2",
    "n_vae_encoder_layers": "2",
    "latent_dim": "8",
    # Otherwise it downloads ImageNet weights.
    "pretrained_backbone_weights": "null",
}
LOSS = re.compile(r"\bloss:(\S+)")


def train(root: Path) -> tuple[list[str], dict]:
    """(problems, facts). The loss of each step must be a finite number."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable,
            "-m",
            "lerobot.scripts.lerobot_train",
            "--dataset.repo_id=local/judged",
            f"--dataset.root={root}",
            *(f"--policy.{key}={value}" for key, value in POLICY.items()),
            f"--output_dir={Path(folder) / 'out'}",
            "--batch_size=2",
            f"--steps={STEPS}",
            "--log_freq=1",
            "--save_checkpoint=false",
            "--num_workers=0",
            "--wandb.enable=false",
        ]
        run = subprocess.run(command, capture_output=True, text=True, env=os.environ, cwd=folder)
    text = run.stdout + run.stderr
    losses = [float(value) for value in LOSS.findall(text)]
    facts = {"losses": losses, "seconds": round(time.monotonic() - started, 1)}
    if run.returncode != 0:
        return [f"lerobot-train ended with {run.returncode}: {text.strip()[-600:]}"], facts
    if len(losses) != STEPS or not all(math.isfinite(loss) for loss in losses):
        return [f"losses {losses}, {STEPS} finite ones expected"], facts
    return [], facts
