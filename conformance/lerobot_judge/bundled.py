"""The bundled policy's network in PyTorch with the weights of a package: the way back of tools/policy/onnx_graph.py.

`tools/policy` must be on the path. Knows the names of the initialisers; runs nothing of ONNX.
"""

import onnx
import torch
from onnx import numpy_helper


def load(model: bytes, cameras: list[tuple[str, int, int]], chunk: int) -> torch.nn.Module:
    from net import Policy, Shape

    graph = onnx.load_model_from_string(model).graph
    weights = {tensor.name: torch.from_numpy(numpy_helper.to_array(tensor).copy()) for tensor in graph.initializer}
    policy = Policy(Shape(cameras=tuple(name for name, _, _ in cameras), size_px=cameras[0][1], chunk=chunk))

    def linear(layer: torch.nn.Linear, name: str) -> None:
        # Stored as [inputs, outputs].
        layer.weight.copy_(weights.pop(f"{name}.weight").T)
        layer.bias.copy_(weights.pop(f"{name}.bias"))

    with torch.no_grad():
        for camera, eye in policy.eyes.items():
            for part in ("embed", "mix", "attend", "offer"):
                linear(getattr(eye, part), f"{camera}.{part}")
            eye.position.copy_(weights.pop(f"{camera}.position"))
            eye.places.copy_(weights.pop(f"{camera}.places"))
        for number, layer in enumerate(policy.plan):
            linear(layer, f"plan.{number}")
        for name in ("state_mean", "state_std", "action_mean", "action_std", "relative"):
            getattr(policy, name).copy_(weights.pop(name))
    left = [name for name in weights if not name.endswith(".shape") and name not in ("one", "two")]
    if left:
        raise ValueError(f"weights that the network has no place for: {left}")
    return policy.eval()
