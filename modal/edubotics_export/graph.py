"""From a network to ONNX bytes that any runtime reads the same way, and what must hold of them.

Knows ONNX. Does not know LeRobot. Uses PyTorch's tracing exporter: nothing here depends on values, so there is
nothing for the newer one to find out, and it took 166 s instead of 6 s for one default ACT.
"""

import io
import warnings
from collections import Counter
from dataclasses import dataclass

import onnx
import torch
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from .errors import ExportError
from .network import RobotAct

OPSET = 17
IR_VERSION = 8
PRODUCER = "edubotics_export"
# Attributes whose default the standard gives only in words.
SPATIAL = {"Conv", "MaxPool"}


@dataclass(frozen=True)
class Signature:
    """Names and shapes of the model's inputs and its output."""

    inputs: tuple[tuple[str, tuple[int, ...]], ...]
    output: tuple[str, tuple[int, ...]]


def trace(network: RobotAct, signature: Signature) -> ModelProto:
    """Static shapes, operator set 17, weights inside."""
    buffer = io.BytesIO()
    examples = tuple(torch.zeros(shape) for _, shape in signature.inputs)
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network,
            examples,
            buffer,
            input_names=[name for name, _ in signature.inputs],
            output_names=[signature.output[0]],
            opset_version=OPSET,
            dynamo=False,
        )
    return onnx.load_model_from_string(buffer.getvalue())


def tidy(model: ModelProto) -> ModelProto:
    """Constants among the weights, each once; no dead nodes; explicit attributes; names and shapes everywhere."""
    graph = model.graph
    lift_constants(graph)
    drop_identities(graph)
    drop_dead(graph)
    merge_equal(graph)
    rename(graph)
    for node in graph.node:
        write_out_defaults(node)
    model.ir_version = IR_VERSION
    model.producer_name, model.producer_version, model.doc_string = PRODUCER, "1", ""
    del model.metadata_props[:]
    graph.name, graph.doc_string = "policy", ""
    del graph.value_info[:]
    inferred = onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
    spell_out_windows(inferred.graph)
    return inferred


def lift_constants(graph: onnx.GraphProto) -> None:
    for node in [node for node in graph.node if node.op_type == "Constant"]:
        tensor = TensorProto()
        tensor.CopyFrom(node.attribute[0].t)
        tensor.name = node.output[0]
        graph.initializer.append(tensor)
        graph.node.remove(node)


def drop_identities(graph: onnx.GraphProto) -> None:
    """Identity nodes stand for weights that are used twice."""
    outputs = {value.name for value in graph.output}
    for node in [node for node in graph.node if node.op_type == "Identity" and node.output[0] not in outputs]:
        replace_input(graph, node.output[0], node.input[0])
        graph.node.remove(node)


def replace_input(graph: onnx.GraphProto, old: str, new: str) -> None:
    for node in graph.node:
        for place, name in enumerate(node.input):
            if name == old:
                node.input[place] = new


def drop_dead(graph: onnx.GraphProto) -> None:
    wanted = {value.name for value in graph.output}
    alive = []
    for node in reversed(graph.node):
        if any(name in wanted for name in node.output):
            wanted.update(node.input)
            alive.append(node)
    del graph.node[:]
    graph.node.extend(reversed(alive))
    kept = [tensor for tensor in graph.initializer if tensor.name in wanted]
    del graph.initializer[:]
    graph.initializer.extend(kept)


def merge_equal(graph: onnx.GraphProto) -> None:
    """Shapes for Reshape appear once per layer; equal ones become one."""
    first: dict[tuple, str] = {}
    kept = []
    for tensor in graph.initializer:
        tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor).copy(), tensor.name))
        key = (tensor.data_type, tuple(tensor.dims), tensor.raw_data)
        if key in first:
            replace_input(graph, tensor.name, first[key])
        else:
            first[key] = tensor.name
            kept.append(tensor)
    kept = [TensorProto.FromString(tensor.SerializeToString()) for tensor in kept]
    del graph.initializer[:]
    graph.initializer.extend(kept)


def rename(graph: onnx.GraphProto) -> None:
    """Names by operator and number: the tracer's carry Python paths and counters of the process."""
    keep = {value.name for value in [*graph.input, *graph.output]}
    names: dict[str, str] = {name: name for name in keep}
    for number, tensor in enumerate(graph.initializer):
        names[tensor.name] = f"weight_{number}"
        tensor.name = names[tensor.name]
    counts: Counter[str] = Counter()
    for node in graph.node:
        node.name = f"{node.op_type}_{counts[node.op_type]}"
        counts[node.op_type] += 1
        node.doc_string = ""
        for place, name in enumerate(node.output):
            if name not in names:
                names[name] = f"{node.name}_out" if place == 0 else f"{node.name}_out{place}"
            node.output[place] = names[name]
    for node in graph.node:
        for place, name in enumerate(node.input):
            if name:
                node.input[place] = names[name]


def write_out_defaults(node: NodeProto) -> None:
    present = {attribute.name for attribute in node.attribute}
    schema = onnx.defs.get_schema(node.op_type, OPSET, node.domain)
    for name, attribute in sorted(schema.attributes.items()):
        if name in present or attribute.required or attribute.default_value.type == onnx.AttributeProto.UNDEFINED:
            continue
        node.attribute.append(attribute.default_value)
    ordered = sorted(node.attribute, key=lambda attribute: attribute.name)
    ordered = [onnx.AttributeProto.FromString(attribute.SerializeToString()) for attribute in ordered]
    del node.attribute[:]
    node.attribute.extend(ordered)


def spell_out_windows(graph: onnx.GraphProto) -> None:
    """Dilations, strides, pads and kernel of convolution and pooling, which the standard defaults in words."""
    weights = {tensor.name: list(tensor.dims) for tensor in graph.initializer}
    for node in graph.node:
        if node.op_type not in SPATIAL:
            continue
        present = {attribute.name for attribute in node.attribute}
        defaults = {"dilations": [1, 1], "strides": [1, 1], "pads": [0, 0, 0, 0]}
        if node.op_type == "Conv":
            defaults["kernel_shape"] = weights[node.input[1]][2:]
        for name, value in defaults.items():
            if name not in present:
                node.attribute.append(helper.make_attribute(name, value))


def check(model: ModelProto, signature: Signature) -> None:
    """Raises where the result is not what docs/policy-package.md promises."""
    onnx.checker.check_model(model, full_check=True)
    faults = []
    if [(entry.domain, entry.version) for entry in model.opset_import] != [("", OPSET)]:
        faults.append(f"operator sets {model.opset_import}")
    wanted = [*signature.inputs, signature.output]
    values = [*model.graph.input, *model.graph.output]
    found = [(value.name, shape_of(value), value.type.tensor_type.elem_type) for value in values]
    if found != [(name, shape, TensorProto.FLOAT) for name, shape in wanted]:
        faults.append(f"inputs and outputs {found}")
    inner = {value.name: shape_of(value) for value in model.graph.value_info}
    for node in model.graph.node:
        for name in node.output:
            if name not in inner and name != signature.output[0]:
                faults.append(f"{node.name}: shape unknown")
            elif any(size <= 0 for size in inner.get(name, ())):
                faults.append(f"{node.name}: shape {inner[name]}")
    if any(tensor.data_location == TensorProto.EXTERNAL for tensor in model.graph.initializer):
        faults.append("weights outside the file")
    if faults:
        raise ExportError("not_the_same", f"The exported graph is not as promised: {'; '.join(faults[:3])}")


def shape_of(value: onnx.ValueInfoProto) -> tuple[int, ...]:
    """0 where a size is not a number."""
    return tuple(size.dim_value for size in value.type.tensor_type.shape.dim)


def to_bytes(model: ModelProto) -> bytes:
    return model.SerializeToString(deterministic=True)
