"""The same graph with 16-bit weights, made by ONNX Runtime's converter.

Normalisation stays in 32 bits at both ends, and so does the layer that answers: 16 bits would round an angle of 150
degrees to an eighth of a degree, and two standard deviations of a joint to a thousandth of them. Knows ONNX. Does not
know what the numbers mean.
"""

import logging

import onnx
from onnx import ModelProto, TensorProto
from onnxruntime.transformers.float16 import convert_float_to_float16

from .graph import drop_dead, rename, replace_input, to_bytes, write_out_defaults

# Where the network proper begins and ends.
NETWORK = {"Conv", "Gemm", "MatMul"}


def halve(model: ModelProto) -> ModelProto:
    """A new model; inputs and outputs stay float32."""
    copy = onnx.load_model_from_string(to_bytes(model))
    level = logging.getLogger("onnxruntime.transformers.float16")
    level.setLevel(logging.ERROR)
    half = convert_float_to_float16(copy, keep_io_types=True, node_block_list=sorted(edges(copy)))
    join_casts(half.graph)
    sort(half.graph)
    drop_dead(half.graph)
    rename(half.graph)
    for node in half.graph.node:
        write_out_defaults(node)
    del half.graph.value_info[:]
    return onnx.shape_inference.infer_shapes(half, check_type=True, strict_mode=True, data_prop=True)


def edges(model: ModelProto) -> set[str]:
    """Names of the nodes between the inputs and the network, and between the network and the output."""
    graph = model.graph
    names: set[str] = set()
    reached = {value.name for value in graph.input}
    for node in graph.node:
        if node.op_type not in NETWORK and any(name in reached for name in node.input):
            names.add(node.name)
            reached.update(node.output)
    makers = {name: node for node in graph.node for name in node.output}
    node = makers[graph.output[0].name]
    # Back along the answer: scale and offset, the layer that answers, the norm before it.
    while node is not None:
        names.add(node.name)
        if node.op_type == "LayerNormalization":
            break
        node = next((makers[name] for name in node.input if name in makers), None)
    return names


def join_casts(graph: onnx.GraphProto) -> None:
    """A cast down that is cast up again loses digits for nothing: the converter makes such pairs at both ends."""
    makers = {name: node for node in graph.node for name in node.output}
    for node in list(graph.node):
        if node.op_type != "Cast" or target(node) != TensorProto.FLOAT:
            continue
        before = makers.get(node.input[0])
        if before is None or before.op_type != "Cast" or target(before) != TensorProto.FLOAT16:
            continue
        source = before.input[0]
        if is_output(graph, node.output[0]):
            maker = makers[source]
            rename_output(graph, maker, source, node.output[0])
        else:
            replace_input(graph, node.output[0], source)
        graph.node.remove(node)


def sort(graph: onnx.GraphProto) -> None:
    """The converter appends its casts at the end; ONNX wants a value made before it is used."""
    made = {value.name for value in graph.input} | {tensor.name for tensor in graph.initializer} | {""}
    waiting, ordered = list(graph.node), []
    while waiting:
        ready = [node for node in waiting if all(name in made for name in node.input)]
        if not ready:
            raise ValueError("the graph has a loop or a value that nobody makes")
        for node in ready:
            made.update(node.output)
        ordered += ready
        waiting = [node for node in waiting if node.output[0] not in made]
    copies = [onnx.NodeProto.FromString(node.SerializeToString()) for node in ordered]
    del graph.node[:]
    graph.node.extend(copies)


def target(node: onnx.NodeProto) -> int:
    return next(attribute.i for attribute in node.attribute if attribute.name == "to")


def is_output(graph: onnx.GraphProto, name: str) -> bool:
    return any(value.name == name for value in graph.output)


def rename_output(graph: onnx.GraphProto, maker: onnx.NodeProto, old: str, new: str) -> None:
    replace_input(graph, old, new)
    for place, name in enumerate(maker.output):
        if name == old:
            maker.output[place] = new
