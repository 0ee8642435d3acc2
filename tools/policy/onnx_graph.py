"""The network as an ONNX graph, node by node, with every trained tensor an initialiser of its own name.

Written out rather than traced: the names stay the same from training to training, so that whoever trains the same shape
elsewhere (a tab, say) only swaps the initialisers. Matrices are stored as [inputs, outputs].
"""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from net import Policy, Shape

IR_VERSION = 8
OPSET = 17


class _Graph:
    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def constant(self, name: str, values: np.ndarray) -> str:
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def number(self, name: str, value: float) -> str:
        return self.constant(name, np.array(value, np.float32))

    def node(self, op: str, inputs: list[str], output: str, **attributes: object) -> str:
        self.nodes.append(helper.make_node(op, inputs, [output], name=output, **attributes))
        return output

    def reshape(self, source: str, shape: list[int], output: str) -> str:
        return self.node("Reshape", [source, self.constant(f"{output}.shape", np.array(shape, np.int64))], output, allowzero=0)

    def linear(self, source: str, layer: object, name: str) -> str:
        weight = self.constant(f"{name}.weight", layer.weight.detach().numpy().T)
        bias = self.constant(f"{name}.bias", layer.bias.detach().numpy())
        product = self.node("MatMul", [source, weight], f"{name}.product")
        return self.node("Add", [product, bias], f"{name}.out")


def _eye(g: _Graph, policy: Policy, camera: str) -> str:
    shape, eye, at = policy.shape, policy.eyes[camera], f"{camera}."
    source = f"observation.images.{camera}"
    bright = g.node("Mul", [source, "two"], at + "doubled")
    centred = g.node("Sub", [bright, "one"], at + "centred")
    n, p = shape.grid, shape.patch_px
    tiles = g.reshape(centred, [1, 3, n, p, n, p], at + "tiles")
    turned = g.node("Transpose", [tiles], at + "turned", perm=[0, 2, 4, 1, 3, 5])
    patches = g.reshape(turned, [1, shape.patches, shape.patch_values], at + "patches")
    embedded = g.linear(patches, eye.embed, at + "embed")
    placed = g.node("Add", [embedded, g.constant(at + "position", eye.position.detach().numpy())], at + "placed")
    h = g.node("Relu", [placed], at + "seen")
    mixed = g.node("Relu", [g.linear(h, eye.mix, at + "mix")], at + "mixed")
    h = g.node("Add", [h, mixed], at + "features")
    # Softmax over the patches: they have to be the last axis.
    scores = g.node("Transpose", [g.linear(h, eye.attend, at + "attend")], at + "scores", perm=[0, 2, 1])
    weights = g.node("Softmax", [scores], at + "weights", axis=2)
    offers = g.node("Add", [g.linear(h, eye.offer, at + "offer"), g.constant(at + "places", eye.places.numpy())], at + "offers")
    k, f = shape.keypoints, eye.features
    split = g.reshape(offers, [1, shape.patches, k, f], at + "split")
    by_keypoint = g.node("Transpose", [split], at + "by_keypoint", perm=[0, 2, 1, 3])
    rows = g.reshape(weights, [1, k, 1, shape.patches], at + "rows")
    expected = g.node("MatMul", [rows, by_keypoint], at + "expected")
    return g.reshape(expected, [1, k * f], at + "keypoints")


def build_model(policy: Policy) -> onnx.ModelProto:
    """A checked model of static shapes; inputs and output as in docs/policy-package.md."""
    shape: Shape = policy.shape
    g = _Graph()
    g.number("two", 2.0)
    g.number("one", 1.0)
    seen = [_eye(g, policy, camera) for camera in shape.cameras]
    mean, std = (g.constant(n, getattr(policy, n).numpy()) for n in ("state_mean", "state_std"))
    centred = g.node("Sub", ["observation.state", mean], "state.centred")
    state = g.node("Div", [centred, std], "state.normal")
    h = g.node("Concat", [*seen, state], "known", axis=1)
    for i in (0, 1):
        h = g.node("Relu", [g.linear(h, policy.plan[i], f"plan.{i}")], f"plan.{i}.relu")
    flat = g.linear(h, policy.plan[2], "plan.2")
    chunk = g.reshape(flat, [1, shape.chunk, shape.joints], "chunk")
    scaled = g.node("Mul", [chunk, g.constant("action_std", policy.action_std.numpy())], "chunk.scaled")
    shifted = g.node("Add", [scaled, g.constant("action_mean", policy.action_mean.numpy())], "chunk.shifted")
    standing = g.node("Mul", ["observation.state", g.constant("relative", policy.relative.numpy())], "state.standing")
    base = g.reshape(standing, [1, 1, shape.joints], "state.base")
    g.node("Add", [shifted, base], "action")

    def value(name: str, dims: list[int]) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, dims)

    images = [value(f"observation.images.{c}", [1, 3, shape.size_px, shape.size_px]) for c in shape.cameras]
    graph = helper.make_graph(
        g.nodes,
        "patch_keypoint",
        [value("observation.state", [1, shape.joints]), *images],
        [value("action", [1, shape.chunk, shape.joints])],
        initializer=g.weights,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="edubotics")
    model.ir_version = IR_VERSION
    onnx.checker.check_model(model, full_check=True)
    return model
