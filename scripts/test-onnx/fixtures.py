"""Small networks of each kind that exporters write, with what ONNX's reference implementation computes from them.

    fixtures.py FOLDER

Writes KIND.VARIANT.onnx and KIND.VARIANT.json, as graphs.py does; test/unit/import/kinds.test.ts says what is to become of each.
"""

import json
import random
import sys
from pathlib import Path

import numpy as np
from onnx import AttributeProto, TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from graphs import Network, encoded, make, model_of, nchw, nhwc

KINDS = {}


def kind(name, opset=17, shape=(1, 3, 6, 6)):
    def register(build):
        KINDS[name] = (build, opset, shape)
        return build

    return register


def layer(g, x, outputs=4, size=3, group=1, bias=False, stride=1, padded=True):
    pads = [size // 2 if padded else 0] * 4
    inputs = [x, g.drawn(outputs, g.shape(x)[1] // group, size, size, width=0.4)] + ([g.drawn(outputs)] if bias else [])
    return g.node("Conv", *inputs, group=group, pads=pads, strides=[stride, stride])


def norm(g, x):
    c = g.shape(x)[1]
    return g.node("BatchNormalization", x, g.drawn(c, around=1, width=0.5), g.drawn(c), g.drawn(c), g.drawn(c, around=1, width=0.5))


@kind("norm-alone.after-concat")
def _(g, x):
    y = layer(g, x)
    return layer(g, g.node("Relu", norm(g, g.node("Concat", y, layer(g, x), axis=1))))


@kind("norm-alone.after-pool")
def _(g, x):
    return g.node("Relu", norm(g, g.node("MaxPool", layer(g, x), kernel_shape=[2, 2], strides=[2, 2])))


@kind("norm-alone.before-two-readers")
def _(g, x):
    y = norm(g, g.node("Relu", layer(g, x)))
    return g.node("Add", layer(g, y, size=1), y)


@kind("norm-alone.of-the-image")
def _(g, x):
    return layer(g, norm(g, x))


@kind("same-padding.upper", shape=(1, 3, 6, 7))
def _(g, x):
    return g.node("Conv", x, g.drawn(4, 3, 3, 3), auto_pad="SAME_UPPER", strides=[2, 2])


@kind("same-padding.lower", shape=(1, 3, 6, 7))
def _(g, x):
    return g.node("Conv", x, g.drawn(4, 3, 3, 3), auto_pad="SAME_LOWER", strides=[2, 2])


@kind("same-padding.computed", shape=(1, 3, 6, 7))
def _(g, x):
    def total(axis):
        size = g.node("Cast", g.node("Gather", g.node("Shape", x), g.ints(axis), axis=0), to=TensorProto.FLOAT)
        count = g.node("Ceil", g.node("Div", size, g.constant([2.0])))
        need = g.node("Sub", g.node("Add", g.node("Mul", g.node("Sub", count, g.constant([1.0])), g.constant([2.0])), g.constant([3.0])), size)
        return g.node("Cast", g.node("Max", need, g.constant([0.0])), to=TensorProto.INT64)

    ends = [total(2), total(3)]
    starts = [g.node("Div", end, g.ints(2)) for end in ends]
    pads = [g.ints(0, 0), *starts, g.ints(0, 0), *(g.node("Sub", a, b) for a, b in zip(ends, starts))]
    y = g.node("Pad", x, g.node("Concat", *pads, axis=0))
    return g.node("Conv", y, g.drawn(4, 3, 3, 3), strides=[2, 2])


@kind("nhwc.matmul")
def _(g, x):
    y = g.node("Add", g.node("MatMul", nhwc(g, layer(g, x)), g.drawn(4, 8)), g.drawn(8))
    return nchw(g, g.node("Relu", y))


@kind("nhwc.gemm-of-pixels")
def _(g, x):
    y = g.node("Reshape", nhwc(g, layer(g, x)), g.ints(-1, 4))
    y = g.node("Reshape", g.node("Gemm", y, g.drawn(8, 4), g.drawn(8), transB=1), g.ints(1, 6, 6, 8))
    return nchw(g, y)


@kind("nhwc.tokens")
def _(g, x):
    y = g.node("Transpose", g.node("Reshape", layer(g, x), g.ints(1, 4, -1)), perm=[0, 2, 1])
    y = g.node("MatMul", y, g.drawn(4, 5))
    return g.node("Reshape", g.node("Transpose", y, perm=[0, 2, 1]), g.ints(1, 5, 6, 6))


@kind("nhwc.weights-first")
def _(g, x):
    y = g.node("MatMul", g.drawn(5, 4), g.node("Reshape", layer(g, x), g.ints(1, 4, 36)))
    return g.node("Reshape", y, g.ints(1, 5, 6, 6))


def excite(g, x, gate_of):
    y = g.reduce_mean(x, [2, 3], keepdims=0)
    y = g.node("Relu", g.node("MatMul", y, g.drawn(4, 2)))
    return g.node("Mul", x, gate_of(g.node("Gemm", y, g.drawn(4, 2), g.drawn(4), transB=1)))


@kind("squeeze-excite.unsqueeze")
def _(g, x):
    return excite(g, layer(g, x), lambda y: g.unsqueeze(g.unsqueeze(g.node("Sigmoid", y), -1), -1))


@kind("squeeze-excite.expand")
def _(g, x):
    return excite(g, layer(g, x), lambda y: g.node("Expand", g.node("Reshape", g.node("Sigmoid", y), g.ints(0, -1, 1, 1)), g.ints(1, 4, 6, 6)))


@kind("squeeze-excite.another-slope")
def _(g, x):
    return excite(g, layer(g, x), lambda y: g.unsqueeze(g.node("HardSigmoid", y, alpha=0.2), 2, 3))


@kind("squeeze-excite.squeeze")
def _(g, x):
    y = layer(g, x)
    z = g.squeeze(g.squeeze(g.node("GlobalAveragePool", y), 3), 2)
    z = g.node("Gemm", g.node("Relu", g.node("Gemm", z, g.drawn(4, 2))), g.drawn(2, 4))
    return g.node("Mul", g.node("Reshape", g.node("Sigmoid", z), g.ints(1, 4, 1, 1)), y)


@kind("parts.swapped")
def _(g, x):
    a, b = g.node("Split", layer(g, x, 6), g.ints(2, 4), outputs=2, axis=1)
    return g.node("Concat", b, a, axis=1)


@kind("parts.one-active")
def _(g, x):
    y = norm(g, layer(g, x, 6))
    a = g.node("Slice", y, g.ints(0), g.ints(3), g.ints(1))
    b = g.node("Slice", y, g.ints(3), g.ints(2**31), g.ints(-3))
    return g.node("Add", a, layer(g, g.node("Relu", b), 3))


@kind("parts.of-what-was-joined")
def _(g, x):
    y = g.node("Concat", layer(g, x, 4), layer(g, x, 2), axis=1)
    a, b = g.node("Split", y, g.ints(4, 2), outputs=2, axis=1)
    return g.node("Concat", layer(g, a), b, axis=1)


@kind("hard-sigmoid.keras")
def _(g, x):
    return g.node("HardSigmoid", layer(g, x))


@kind("hard-sigmoid.steep")
def _(g, x):
    return g.node("HardSigmoid", layer(g, x, bias=True), alpha=0.7, beta=0.3)


@kind("hard-sigmoid.clipped")
def _(g, x):
    y = g.node("Add", g.node("Mul", layer(g, x), g.constant(0.25)), g.constant(0.5))
    return g.node("Clip", y, g.constant(0), g.constant(1))


@kind("relu6.min-max")
def _(g, x):
    return g.node("Min", g.node("Max", layer(g, x), g.constant(0)), g.constant(6))


@kind("relu6.max-min")
def _(g, x):
    return g.node("Max", g.constant([0.0]), g.node("Min", g.constant([[6.0]]), layer(g, x)))


@kind("relu6.attributes", opset=10)
def _(g, x):
    return g.node("Clip", layer(g, x), min=0.0, max=6.0)


@kind("swish.operator", opset=24)
def _(g, x):
    return g.node("Swish", layer(g, x))


@kind("swish.with-alpha", opset=24)
def _(g, x):
    return g.node("Swish", layer(g, x), alpha=1.0)


@kind("swish.product")
def _(g, x):
    y = layer(g, x)
    return g.node("Mul", g.node("Sigmoid", y), y)


@kind("pad.axes", opset=18)
def _(g, x):
    return layer(g, g.node("Pad", x, g.ints(1, 0, 2, 1), "", g.ints(2, 3)), padded=False)


@kind("pad.negative-axes", opset=18)
def _(g, x):
    return layer(g, g.node("Pad", x, g.ints(1, 0, 2, 1), g.constant(0), g.ints(-1, -2)), padded=False)


@kind("pad.attribute", opset=10)
def _(g, x):
    return layer(g, g.node("Pad", x, pads=[0, 0, 1, 2, 0, 0, 0, 1]), padded=False)


@kind("pad.before-a-pool")
def _(g, x):
    y = g.node("Pad", g.node("Relu", layer(g, x)), g.ints(0, 0, 1, 1, 0, 0, 1, 1))
    return g.node("MaxPool", y, kernel_shape=[3, 3], strides=[2, 2])


@kind("unlike-axes.pads", shape=(1, 3, 6, 9))
def _(g, x):
    return g.node("Conv", x, g.drawn(4, 3, 3, 5), pads=[0, 2, 1, 1])


@kind("unlike-axes.one-row", shape=(1, 3, 3, 9))
def _(g, x):
    return g.node("Conv", x, g.drawn(4, 3, 3, 3), strides=[1, 2])


@kind("unlike-axes.image", shape=(1, 3, 5, 8))
def _(g, x):
    return g.node("Gemm", g.node("Flatten", g.node("Relu", layer(g, x, stride=2))), g.drawn(7, 48), transB=1)


@kind("unlike-axes.batch", shape=(3, 3, 5, 8))
def _(g, x):
    return g.node("Gemm", g.node("Reshape", nhwc(g, layer(g, x)), g.ints(3, -1)), g.drawn(160, 2))


@kind("rescaling.unpadded")
def _(g, x):
    y = g.node("Div", g.node("Sub", g.node("Mul", x, g.constant(0.5)), g.drawn(1, 3, 1, 1)), g.drawn(1, 3, 1, 1, around=2))
    return layer(g, y, padded=False)


@kind("rescaling.padded")
def _(g, x):
    return layer(g, g.node("Div", g.node("Sub", x, g.drawn(3, 1, 1)), g.drawn(3, 1, 1, around=2)))


@kind("rescaling.scale")
def _(g, x):
    return layer(g, g.node("Div", x, g.constant([2.0])))


@kind("read-twice.bias")
def _(g, x):
    y = layer(g, x)
    return g.node("Add", y, g.node("Relu", g.node("Add", y, g.drawn(4, 1, 1))))


@kind("read-twice.scale")
def _(g, x):
    y = layer(g, x)
    return g.node("Concat", g.node("Mul", y, g.drawn(1, 4, 1, 1)), y, axis=1)


@kind("read-twice.norm")
def _(g, x):
    y = layer(g, x)
    return g.node("Add", norm(g, y), layer(g, y, size=1))


@kind("by-channels.division")
def _(g, x):
    return g.node("Div", layer(g, x), g.drawn(4, 1, 1, around=2))


@kind("by-channels.from-a-constant")
def _(g, x):
    return g.node("Sub", g.drawn(4, 1, 1), layer(g, x))


@kind("by-channels.before-a-layer")
def _(g, x):
    y = g.node("Relu", layer(g, x))
    return layer(g, g.node("Add", g.node("Mul", y, g.drawn(4, 1, 1)), g.drawn(4, 1, 1)), group=2, padded=False)


@kind("by-width.sum", shape=(1, 4, 4, 4))
def _(g, x):
    return g.node("Add", layer(g, x), g.drawn(4))


@kind("by-width.product", shape=(1, 4, 4, 4))
def _(g, x):
    return g.node("Mul", layer(g, x), g.drawn(4, 1))


@kind("by-width.quotient", shape=(1, 4, 4, 4))
def _(g, x):
    return g.node("Div", layer(g, x), g.drawn(4, 4, 4, around=2))


@kind("norm-of-more.map", shape=(1, 4, 4, 4))
def _(g, x):
    return g.node("LayerNormalization", layer(g, x), g.drawn(4, 4, 4), g.drawn(4, 4, 4), axis=1)


@kind("norm-of-more.row", shape=(1, 4, 4, 4))
def _(g, x):
    return g.node("LayerNormalization", layer(g, x), g.drawn(4), g.drawn(4), axis=-1)


@kind("norm-of-more.pixels-and-channels", shape=(1, 4, 4, 4))
def _(g, x):
    return g.node("LayerNormalization", nhwc(g, layer(g, x)), g.drawn(4, 4), g.drawn(4, 4), axis=2)


@kind("average.as-large-as-its-map")
def _(g, x):
    y = layer(g, x, stride=2)
    return g.node("AveragePool", y, kernel_shape=[3, 3], pads=[1, 1, 1, 1], count_include_pad=1)


@kind("average.of-the-map")
def _(g, x):
    return g.node("AveragePool", layer(g, x), kernel_shape=[6, 6])


@kind("average.without-its-border")
def _(g, x):
    return g.node("AveragePool", layer(g, x), kernel_shape=[3, 3], pads=[1, 1, 1, 1])


@kind("norm-as-arithmetic.quotient")
def _(g, x):
    y = nhwc(g, layer(g, x))
    d = g.node("Sub", y, g.reduce_mean(y, [-1]))
    v = g.reduce_mean(g.node("Pow", d, g.constant(2)), [-1])
    z = g.node("Div", d, g.node("Sqrt", g.node("Add", v, g.constant(1e-3))))
    return nchw(g, g.node("Add", g.node("Mul", z, g.drawn(4)), g.drawn(4)))


@kind("norm-as-arithmetic.channels-first", opset=18)
def _(g, x):
    y = layer(g, x)
    d = g.node("Sub", y, g.reduce_mean(y, [1]))
    v = g.reduce_mean(g.node("Mul", d, d), [1])
    z = g.node("Mul", d, g.node("Reciprocal", g.node("Sqrt", g.node("Add", v, g.constant(1e-3)))))
    return g.node("Mul", z, g.drawn(4, 1, 1))


@kind("norm-as-arithmetic.other-power")
def _(g, x):
    y = nhwc(g, layer(g, x))
    d = g.node("Sub", y, g.reduce_mean(y, [-1]))
    v = g.reduce_mean(g.node("Pow", d, g.constant(4)), [-1])
    return nchw(g, g.node("Div", d, g.node("Sqrt", g.node("Add", v, g.constant(1e-3)))))


@kind("constant.whole-number-division")
def _(g, x):
    y = layer(g, x)
    size = g.node("Div", g.node("Gather", g.node("Shape", y), g.ints(1, 2)), g.constant([5, 1], np.int64))
    # 4 channels by 5 are none, and 6 rows are 6: 1 x 4 x 6 x 6.
    return g.node("Reshape", y, g.node("Concat", g.node("Add", size, g.ints(1, -2)), g.ints(6, -1), axis=0))


@kind("constant.shape-of-weights")
def _(g, x):
    weights = g.drawn(5, 4, 1, 1)
    outputs = g.node("Gather", g.node("Shape", weights), g.ints(0))
    y = g.node("Conv", layer(g, x), weights)
    return g.node("Reshape", y, g.node("Concat", g.ints(1), outputs, g.ints(6, 6), axis=0))


@kind("constant.weights-that-are-computed")
def _(g, x):
    weights = g.drawn(4, 3, 3, 3)
    mean = g.reduce_mean(weights, [1, 2, 3])
    return g.node("Conv", x, g.node("Div", g.node("Sub", weights, mean), g.constant(3)), pads=[1, 1, 1, 1])


def small_float(name, of, tensor_type, raw):
    """A bias of 16 bits, in bytes or in the field of 32-bit integers."""

    @kind(name)
    def _(g, x):
        values = np.array([0.5, -1.25, 3, -0.001953125], dtype=np.float32)
        bits = [int(v) for v in of(values)]
        if raw:
            tensor = helper.make_tensor("bias", tensor_type, [4, 1, 1], np.array(bits, dtype=np.uint16).tobytes(), raw=True)
        else:
            tensor = TensorProto(data_type=tensor_type, dims=[4, 1, 1], int32_data=bits, name="bias")
        g.nodes.append(helper.make_node("Constant", [], ["bias16"], name="bias16", value=tensor))
        g.nodes.append(helper.make_node("Cast", ["bias16"], ["bias32"], name="bias32", to=TensorProto.FLOAT))
        g.values["bias32"] = values.reshape(4, 1, 1)
        return g.node("Add", layer(g, x), "bias32")


small_float("small-floats.half-in-integers", lambda v: v.astype(np.float16).view(np.uint16), TensorProto.FLOAT16, False)
small_float("small-floats.half-in-bytes", lambda v: v.astype(np.float16).view(np.uint16), TensorProto.FLOAT16, True)
small_float("small-floats.brain-in-integers", lambda v: v.view(np.uint32) >> 16, TensorProto.BFLOAT16, False)


@kind("dead.unknown-operator")
def _(g, x):
    y = layer(g, x)
    g.node("LpNormalization", y)
    return g.node("Relu", y)


@kind("dead.second-head")
def _(g, x):
    y = layer(g, x)
    g.node("Softmax", g.node("Flatten", layer(g, y)))
    return g.node("Relu", y)


@kind("dead.chain-of-constants")
def _(g, x):
    y = layer(g, x)
    g.node("ConstantOfShape", g.node("Shape", y))
    return g.node("Relu", y)


@kind("order.reversed")
def _(g, x):
    y = g.node("Relu", layer(g, g.node("Relu", layer(g, x))))
    g.nodes.reverse()
    return y


@kind("order.first-one-last")
def _(g, x):
    y = g.node("Relu", layer(g, g.node("Cast", x, to=TensorProto.FLOAT)))
    g.nodes.append(g.nodes.pop(0))
    return y


@kind("order.constants-last")
def _(g, x):
    g.nodes.append(helper.make_node("Constant", [], ["six"], value_float=6.0))
    g.values["six"] = np.array(6, dtype=np.float32)
    y = g.node("Clip", layer(g, x), g.constant(0), "six")
    g.nodes.append(g.nodes.pop(0))
    return y


@kind("shared-weights.three-times", shape=(1, 4, 6, 6))
def _(g, x):
    weights = g.drawn(4, 4, 3, 3, width=0.3)
    for _ in range(3):
        x = g.node("Relu", g.node("Conv", x, weights, pads=[1, 1, 1, 1]))
    return x


@kind("shared-weights.with-own-biases", shape=(1, 4, 6, 6))
def _(g, x):
    weights = g.drawn(4, 4, 1, 1)
    return g.node("Add", g.node("Conv", x, weights, g.drawn(4)), g.node("Relu", g.node("Conv", x, weights, g.drawn(4))))


@kind("shared-weights.linear", shape=(1, 4, 6, 6))
def _(g, x):
    weights = g.drawn(4, 4)
    y = g.node("Flatten", g.node("GlobalAveragePool", x))
    return g.node("Gemm", g.node("Relu", g.node("Gemm", y, weights, transB=1)), weights)


def with_functions(name, functions, node, plain=None):
    """A network that calls functions of its file's own; `plain`: what a call is, where the reference implementation cannot follow it."""
    shape = (1, 3, 6, 6)
    rng = random.Random(name)
    image = np.array([rng.uniform(-2, 2) for _ in range(108)], dtype=np.float32).reshape(shape)
    weights = np.array([rng.uniform(-0.4, 0.4) for _ in range(108)], dtype=np.float32).reshape(4, 3, 3, 3)
    layer_node = helper.make_node("Conv", ["image", "w"], ["y"], name="layer")
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("own", 1)]

    def model(last, functions):
        graph = helper.make_graph(
            [layer_node, last],
            "network",
            [helper.make_tensor_value_info("image", TensorProto.FLOAT, shape)],
            [helper.make_tensor_value_info("z", TensorProto.FLOAT, None)],
            [numpy_helper.from_array(weights, "w")],
        )
        return helper.make_model(graph, opset_imports=opsets, functions=functions, ir_version=9)

    judged = model(node, functions) if plain is None else model(plain, [])
    return model(node, functions), image, ReferenceEvaluator(judged).run(None, {"image": image})[0]


def function_networks():
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("own", 1)]

    def function(name, inputs, outputs, nodes, attributes=()):
        return helper.make_function("own", name, inputs, outputs, nodes, opsets, list(attributes))

    swish = function("Swish", ["x"], ["y"], [helper.make_node("Sigmoid", ["x"], ["s"]), helper.make_node("Mul", ["x", "s"], ["y"])])
    twice = function(
        "Twice",
        ["x"],
        ["y"],
        [helper.make_node("Swish", ["x"], ["s"], domain="own"), helper.make_node("Swish", ["s"], ["y"], domain="own")],
    )
    hard = helper.make_node("HardSigmoid", ["x"], ["y"])
    hard.attribute.append(helper.make_attribute_ref("alpha", AttributeProto.FLOAT))
    hard.attribute[0].ref_attr_name = "slope"
    yield "functions.plain", [swish], helper.make_node("Swish", ["y"], ["z"], domain="own", name="call")
    yield "functions.nested", [swish, twice], helper.make_node("Twice", ["y"], ["z"], domain="own", name="call")
    yield (
        "functions.attribute",
        [function("Hard", ["x"], ["y"], [hard], ["slope"])],
        helper.make_node("Hard", ["y"], ["z"], domain="own", name="call", slope=0.3),
        helper.make_node("HardSigmoid", ["y"], ["z"], alpha=0.3),
    )


def write(folder, name, model, image, result):
    Path(folder, f"{name}.onnx").write_bytes(model.SerializeToString())
    record = {"image": encoded(image), "result": encoded(result), "dims": list(result.shape)}
    Path(folder, f"{name}.json").write_text(json.dumps(record) + "\n")


def main(folder):
    for name, (build, opset, shape) in KINDS.items():
        g = Network(random.Random(name), opset)
        count = int(np.prod(shape))
        g.values["image"] = np.array([g.rng.uniform(-2, 2) for _ in range(count)], dtype=np.float32).reshape(shape)
        result = build(g, "image")
        write(folder, name, model_of(g, result), g.values["image"], g.values[result])
    for name, *call in function_networks():
        write(folder, name, *with_functions(name, *call))
    for seed in range(40):
        g, result = make(f"stored.{seed}")
        value = g.values[result]
        if np.isfinite(value).all() and value.size > 0:
            write(folder, f"random.{seed}", model_of(g, result), g.values["image"], value)


if __name__ == "__main__":
    main(sys.argv[1])
