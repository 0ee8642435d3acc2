"""What docs/policy-package.md promises of the ONNX file."""

import io
import zipfile

import onnx
import pytest
from onnx import TensorProto

from edubotics_export.export import Exported

pytestmark = pytest.mark.sample


@pytest.fixture(params=["fp32", "fp16"])
def graph(request: pytest.FixtureRequest, exported: Exported) -> onnx.ModelProto:
    with zipfile.ZipFile(io.BytesIO(exported.zip)) as archive:
        return onnx.load_model_from_string(archive.read(exported.manifest["files"][request.param]["path"]))


def test_operator_set_and_version(graph: onnx.ModelProto) -> None:
    assert [(entry.domain, entry.version) for entry in graph.opset_import] == [("", 17)]
    assert graph.ir_version == 8
    assert {node.domain for node in graph.graph.node} == {""}
    assert len(graph.functions) == 0


def test_inputs_and_output(graph: onnx.ModelProto) -> None:
    def described(values: list[onnx.ValueInfoProto]) -> list[tuple]:
        return [
            (
                value.name,
                value.type.tensor_type.elem_type,
                [size.dim_value for size in value.type.tensor_type.shape.dim],
            )
            for value in values
        ]

    assert described(graph.graph.input) == [
        ("observation.state", TensorProto.FLOAT, [1, 6]),
        ("observation.images.top", TensorProto.FLOAT, [1, 3, 48, 64]),
    ]
    assert described(graph.graph.output) == [("action", TensorProto.FLOAT, [1, 4, 6])]


def test_every_value_has_a_static_shape(graph: onnx.ModelProto) -> None:
    known = {value.name: value for value in [*graph.graph.value_info, *graph.graph.output]}
    for node in graph.graph.node:
        for name in node.output:
            sizes = known[name].type.tensor_type.shape.dim
            assert all(size.HasField("dim_value") and size.dim_value > 0 for size in sizes), node.name


def test_attributes_are_written_out(graph: onnx.ModelProto) -> None:
    worded = {"Conv": {"dilations", "strides", "pads", "kernel_shape"}, "MaxPool": {"dilations", "strides", "pads"}}
    for node in graph.graph.node:
        names = {attribute.name for attribute in node.attribute}
        schema = onnx.defs.get_schema(node.op_type, 17)
        defaulted = {
            name
            for name, attribute in schema.attributes.items()
            if attribute.default_value.type != onnx.AttributeProto.UNDEFINED
        }
        assert defaulted | worded.get(node.op_type, set()) <= names, node.name


def test_normalisation_is_folded_and_nothing_is_left_over(graph: onnx.ModelProto) -> None:
    operators = {node.op_type for node in graph.graph.node}
    assert operators.isdisjoint({"BatchNormalization", "Constant", "Identity", "Shape", "Gather", "Sin", "Expand"})
    used = {name for node in graph.graph.node for name in node.input}
    assert all(tensor.name in used for tensor in graph.graph.initializer)


def test_weights_are_inside_and_small(graph: onnx.ModelProto, exported: Exported) -> None:
    assert all(tensor.data_location != TensorProto.EXTERNAL for tensor in graph.graph.initializer)
    whole = exported.manifest["files"]["fp32"]["bytes"]
    if any(tensor.data_type == TensorProto.FLOAT16 for tensor in graph.graph.initializer):
        assert exported.manifest["files"]["fp16"]["bytes"] < 0.52 * whole


def test_no_trace_of_the_machine(graph: onnx.ModelProto) -> None:
    assert graph.doc_string == ""
    assert len(graph.metadata_props) == 0
    assert all(node.doc_string == "" for node in graph.graph.node)
    text = " ".join([*(node.name for node in graph.graph.node), *(tensor.name for tensor in graph.graph.initializer)])
    assert "/" not in text
