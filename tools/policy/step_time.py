"""How long one training step of the patch-keypoint network takes in PyTorch on one thread, on random data: what the tab's own step is
compared with. The same net, batch, variation, clipping, AdamW and averaging as train.py.

    python tools/policy/step_time.py --steps 200
"""

import argparse
import copy
import json
import time

import torch

from net import Policy, Shape

BATCH = 64
WARM_UP = 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=200)
    steps = parser.parse_args().steps
    torch.set_num_threads(1)
    torch.manual_seed(0)
    shape = Shape()
    policy = Policy(shape)
    averaged = copy.deepcopy(policy).requires_grad_(False)
    optimiser = torch.optim.AdamW(policy.parameters(), lr=1.5e-3, weight_decay=1e-4)
    rows = 4096
    stored = [torch.randint(0, 256, (rows, shape.patches, shape.patch_values), dtype=torch.uint8) for _ in shape.cameras]
    states, wanted = torch.randn(rows, shape.joints), torch.randn(rows, shape.chunk, shape.joints)

    def picture(patches: torch.Tensor) -> torch.Tensor:
        x = patches.float().div_(127.5).sub_(1).view(BATCH, shape.patches, 3, -1)
        x = x * (1 + 0.03 * torch.randn(BATCH, 1, 1, 1)) + 0.02 * torch.randn(BATCH, 1, 3, 1)
        return x.view(BATCH, shape.patches, -1)

    def step() -> None:
        chosen = torch.randint(0, rows, (BATCH,))
        answer = policy([picture(p[chosen]) for p in stored], states[chosen] + 0.01 * torch.randn(BATCH, shape.joints))
        loss = (answer - wanted[chosen]).abs().mean()
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(policy.parameters(), 5.0)
        optimiser.step()
        with torch.no_grad():
            torch._foreach_lerp_(list(averaged.parameters()), list(policy.parameters()), 0.001)
        loss.item()

    for _ in range(WARM_UP):
        step()
    wall, cpu = time.monotonic(), time.process_time()
    for _ in range(steps):
        step()
    print(
        json.dumps(
            {
                "torch": torch.__version__,
                "steps": steps,
                "wall_ms_per_step": 1000 * (time.monotonic() - wall) / steps,
                "cpu_ms_per_step": 1000 * (time.process_time() - cpu) / steps,
            }
        )
    )


if __name__ == "__main__":
    main()
