"""The graphs that a tab fills with the weights it trained: those of onnx_graph.py without the values of whatever is learned or
counted from data. One per number of cameras; the cameras are called camera1, camera2, ... until the tab names them.

    python tools/policy/template.py    # writes static/training/patch-keypoint-<cameras>.onnx
"""

from pathlib import Path

from net import Policy, Shape
from onnx_graph import build_model

OUT = Path(__file__).parents[2] / "static" / "training"
MOST_CAMERAS = 3
COUNTED = {"state_mean", "state_std", "action_mean", "action_std"}


def write(cameras: int) -> None:
    policy = Policy(Shape(cameras=tuple(f"camera{n + 1}" for n in range(cameras))))
    model = build_model(policy)
    trained = {name.replace("eyes.", "") for name, _ in policy.named_parameters()}
    emptied = set()
    for tensor in model.graph.initializer:
        if tensor.name in trained or tensor.name in COUNTED:
            tensor.ClearField("raw_data")
            emptied.add(tensor.name)
    if emptied != trained | COUNTED:
        raise SystemExit(f"the graph lacks {sorted((trained | COUNTED) - emptied)}")
    OUT.mkdir(parents=True, exist_ok=True)
    path = OUT / f"patch-keypoint-{cameras}.onnx"
    path.write_bytes(model.SerializeToString(deterministic=True))
    print(f"{path.name}: {path.stat().st_size} bytes, {len(emptied)} tensors to fill")


if __name__ == "__main__":
    for count in range(1, MOST_CAMERAS + 1):
        write(count)
