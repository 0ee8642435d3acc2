"""The same policy in Python beside the browser: ONNX Runtime on its own and PyTorch as LeRobot runs it, one thread each.

    python bench/peers/policy_native.py POLICY.zip CHECKPOINT|-

`-`: the bundled policy, its network with the package's weights. Answers each line of standard input, a number of runs, with
one line: {"ort": [ms...], "torch": [ms...]}, the two in turn. Both get the first observation of the package's reference. Of PyTorch
the network alone is timed, without LeRobot's processors.
"""

import json
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve()
sys.path[:0] = [str(HERE.parents[2] / "conformance"), str(HERE.parents[2] / "tools" / "policy")]

from lerobot_judge import quiet  # noqa: E402, F401  (first: it sets the environment)

import numpy as np  # noqa: E402
import onnxruntime  # noqa: E402
import torch  # noqa: E402
from judge_parity import Package  # noqa: E402
from safetensors.numpy import load as read_tensors  # noqa: E402


def eager(package: Package, checkpoint: str, images: list[np.ndarray], state: np.ndarray):
    if checkpoint == "-":
        from lerobot_judge.bundled import load

        policy = load(package.model("fp32"), package.cameras, package.chunk[0])
        batch = [torch.from_numpy(image.copy())[None] for image in images], torch.from_numpy(state.copy())[None]
        return lambda: policy.act(*batch)

    from judge_policy import LeRobot

    lerobot = LeRobot(Path(checkpoint))
    observation = {"observation.state": torch.from_numpy(state.copy())}
    for (name, _, _), image in zip(package.cameras, images, strict=True):
        observation[f"observation.images.{name}"] = torch.from_numpy(image.copy())
    prepared = lerobot.pre(observation)
    return lambda: lerobot.policy.predict_action_chunk(prepared)


def main() -> None:
    torch.set_num_threads(1)
    package, checkpoint = Package(Path(sys.argv[1])), sys.argv[2]
    kept = read_tensors(package.archive.read(package.manifest["files"]["reference"]["path"]))
    state = kept["observation.state"][0]
    images = [kept[f"observation.images.{name}"][0] for name, _, _ in package.cameras]
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(package.model("fp32"), options, providers=["CPUExecutionProvider"])
    inputs = {"observation.state": state[None]}
    inputs |= {f"observation.images.{c[0]}": i[None] for c, i in zip(package.cameras, images, strict=True)}
    torch_run = eager(package, checkpoint, images, state)

    def timed(work) -> float:
        started = time.perf_counter()
        work()
        return 1000 * (time.perf_counter() - started)

    with torch.no_grad():
        session.run(None, inputs)
        torch_run()
        print("{}", flush=True)
        for line in sys.stdin:
            pairs = [(timed(lambda: session.run(None, inputs)), timed(torch_run)) for _ in range(int(line))]
            print(json.dumps({"ort": [ort for ort, _ in pairs], "torch": [other for _, other in pairs]}), flush=True)


if __name__ == "__main__":
    main()
