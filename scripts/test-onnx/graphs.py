"""Random networks in ONNX, and what ONNX's reference implementation computes from them.

    graphs.py FOLDER COUNT SEED

Each network is made of the patterns that Plimsoll folds (core/import/fold) and of their neighbours: the same nodes with another axis, another
constant, another reader, another shape. FOLDER gets N.onnx and N.json, with the image and the result as base64 of 32-bit floats.
"""

import base64
import json
import random
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper, shape_inference
from onnx.reference import ReferenceEvaluator


class Network:
    """Nodes, and the value that each result has for one image."""

    def __init__(self, rng, opset):
        self.rng = rng
        self.opset = opset
        self.nodes = []
        self.constants = {}
        self.values = {}
        self.weights = []

    def constant(self, value, dtype=np.float32):
        name = f"c{len(self.constants)}"
        array = np.array(value, dtype=dtype)
        self.constants[name] = array
        self.values[name] = array
        return name

    def ints(self, *value):
        return self.constant(value, np.int64)

    def drawn(self, *shape, around=0.0, width=1.0):
        """Numbers of their own for every element."""
        count = int(np.prod(shape)) if shape else 1
        values = [self.rng.uniform(around - width, around + width) for _ in range(count)]
        return self.constant(np.array(values).reshape(shape))

    def node(self, kind, *inputs, outputs=1, **attributes):
        names = [f"t{len(self.nodes)}_{i}" for i in range(outputs)]
        node = helper.make_node(kind, list(inputs), names, name=f"n{len(self.nodes)}", **attributes)
        read = [name for name in dict.fromkeys(inputs) if name]
        graph = helper.make_graph(
            [node],
            "one",
            [helper.make_tensor_value_info(n, helper.np_dtype_to_tensor_dtype(self.values[n].dtype), None) for n in read],
            [helper.make_tensor_value_info(n, TensorProto.UNDEFINED, None) for n in names],
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", self.opset)])
        with np.errstate(all="ignore"):
            results = ReferenceEvaluator(model).run(None, {n: self.values[n] for n in read})
        if kind in ("MaxPool", "AveragePool"):
            # The reference implementation of pools does not always follow ONNX's own rule of shapes; such a pool is no judge.
            inferred = shape_inference.infer_shapes(model_with_shapes(model, self.values, read)).graph.output[0]
            dims = [dim.dim_value for dim in inferred.type.tensor_type.shape.dim]
            if dims != list(results[0].shape):
                raise ValueError("a pool of another shape")
        self.nodes.append(node)
        for name, value in zip(names, results):
            self.values[name] = np.asarray(value)
        return names[0] if outputs == 1 else names

    def shape(self, name):
        return self.values[name].shape

    def reduce_mean(self, x, axes, keepdims=1):
        if self.opset >= 18:
            return self.node("ReduceMean", x, self.ints(*axes), keepdims=keepdims)
        return self.node("ReduceMean", x, axes=axes, keepdims=keepdims)

    def squeeze(self, x, *axes):
        return self.node("Squeeze", x, self.ints(*axes))

    def unsqueeze(self, x, *axes):
        return self.node("Unsqueeze", x, self.ints(*axes))


def model_with_shapes(model, values, names):
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    for value, name in zip(copy.graph.input, names):
        array = values[name]
        value.CopyFrom(helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(array.dtype), array.shape))
    copy.graph.output[0].type.tensor_type.elem_type = TensorProto.FLOAT
    return copy


def pick(g, *choices):
    return g.rng.choice(choices)


def chance(g, share):
    return g.rng.random() < share


def conv(g, x, outputs=None, size=None, group=None, bias=None, stride=None, padded=True):
    _, channels, height, width = g.shape(x)
    size = size or pick(g, 1, 1, 3, 3, 5)
    if size > min(height, width):
        size = 1
    groups = [n for n in range(1, channels + 1) if channels % n == 0]
    group = group or (channels if chance(g, 0.25) else g.rng.choice(groups) if chance(g, 0.2) else 1)
    outputs = outputs or (channels if group == channels else group * pick(g, 1, 2, 3))
    fan_in = channels // group * size * size
    if g.weights and chance(g, 0.15):
        known = [w for w in g.weights if g.shape(w)[1:] == (channels // group, size, size) and g.shape(w)[0] % group == 0]
        weights = g.rng.choice(known) if known else None
    else:
        weights = None
    weights = weights or g.drawn(outputs, channels // group, size, size, width=(3 / fan_in) ** 0.5)
    g.weights.append(weights)
    inputs = [x, weights]
    if bias if bias is not None else chance(g, 0.5):
        inputs.append(g.drawn(g.shape(weights)[0], width=0.5))
    stride = stride or pick(g, 1, 1, 1, 2)
    attributes = {"group": group, "strides": [stride, stride]}
    if chance(g, 0.02):
        attributes["strides"] = [1, 2]
    if size > 1 and chance(g, 0.02):
        attributes["dilations"] = [2, 2]
    way = g.rng.random()
    half = size // 2
    if not padded or way < 0.15:
        pass
    elif way < 0.25:
        attributes["auto_pad"] = pick(g, "SAME_UPPER", "SAME_LOWER")
    elif way < 0.35 and size > 1:
        attributes["pads"] = [g.rng.randrange(0, half + 1) for _ in range(4)]
    else:
        attributes["pads"] = [half] * 4
    if attributes.get("auto_pad") is None:
        span = (size - 1) * attributes.get("dilations", [1])[0] + 1
        pads = attributes.get("pads", [0] * 4)
        if min(height + pads[0] + pads[2], width + pads[1] + pads[3]) < span:
            attributes.pop("dilations", None)
    return g.node("Conv", *inputs, **attributes)


def channel_constant(g, x, around=0.0, width=1.0):
    """Mostly one number a channel; else something that has as many elements, or is repeated along another axis."""
    _, c, h, w = g.shape(x)
    alike = [(1, c, 1, 1), (c, 1, 1), (c, 1, 1), (), (1,), (1, 1, 1, 1)]
    other = [(w,), (h, 1), (c, h, w), (1, 1, h, w), (c, 1, w)]
    shape = g.rng.choice(alike if chance(g, 0.8) else other)
    return g.drawn(*shape, around=around, width=width) if shape else g.constant(around + g.rng.uniform(-width, width))


def affine(g, x):
    kind = pick(g, "Add", "Mul", "Sub", "Div", "BatchNormalization")
    c = g.shape(x)[1]
    if kind == "BatchNormalization":
        return g.node(kind, x, g.drawn(c, around=1, width=0.5), g.drawn(c), g.drawn(c), g.drawn(c, around=1, width=0.5))
    y = channel_constant(g, x, around=1.0 if kind in ("Mul", "Div") else 0.0, width=0.5)
    return g.node(kind, x, y) if chance(g, 0.8) else g.node(kind, y, x)


def bounds(g, low, high):
    return [g.constant(low) if low is not None else "", g.constant(high) if high is not None else ""]


def activation(g, x):
    kind = g.rng.randrange(14)
    if kind == 0:
        return g.node("Relu", x)
    if kind == 1:
        return g.node("Clip", x, *pick(g, bounds(g, 0, 6), bounds(g, 0, None), bounds(g, 0, 1), bounds(g, 0, 5), bounds(g, -1, 1)))
    if kind == 2:
        return g.node("HardSigmoid", x, alpha=pick(g, 1 / 6, 0.2, 0.5), beta=pick(g, 0.5, 0.5, 0.3))
    if kind == 3:
        return g.node("Mul", *pick(g, (x, g.node("Sigmoid", x)), (g.node("Sigmoid", x), x)))
    if kind in (4, 5):
        # x relu6(x + 3) / 6, or nearly.
        three, six = pick(g, 3, 3, 3, 2.5), pick(g, 6, 6, 6, 5)
        gate = g.node("Clip", g.node("Add", x, g.constant(three)), *bounds(g, 0, six))
        order = g.rng.randrange(4)
        if order == 0:
            return g.node("Div", g.node("Mul", x, gate), g.constant(6))
        if order == 1:
            return g.node("Mul", x, g.node("Div", gate, g.constant(6)))
        if order == 2:
            return g.node("Mul", g.node("Mul", x, g.constant(1 / 6)), gate)
        return g.node("Mul", gate, g.constant(1 / 6))
    if kind in (6, 7):
        # x (1 + erf(x / sqrt 2)) / 2, or nearly.
        root = pick(g, 2**0.5, 2**0.5, 2**0.5, 1.5)
        erf = g.node("Erf", pick(g, g.node("Div", x, g.constant(root)), g.node("Mul", x, g.constant(1 / root))))
        gate = g.node("Add", erf, g.constant(pick(g, 1, 1, 1, 0.9)))
        order = g.rng.randrange(3)
        if order == 0:
            return g.node("Mul", g.node("Mul", x, gate), g.constant(0.5))
        if order == 1:
            return g.node("Mul", g.node("Mul", x, g.constant(0.5)), gate)
        return g.node("Mul", x, g.node("Mul", gate, g.constant(0.5)))
    if kind == 8:
        low, high = pick(g, (0, 6), (0, 6), (0, 4))
        return g.node("Min", g.node("Max", x, g.constant(low)), g.constant(high))
    if kind == 9:
        return g.node("Sigmoid", x)
    if kind == 10 and g.opset >= 20:
        return g.node("Gelu", x, approximate=pick(g, "none", "tanh"))
    if kind == 11:
        return g.node("HardSwish", x)
    if kind == 12:
        return g.node("LeakyRelu", x, alpha=0.1)
    other = conv(g, x, outputs=g.shape(x)[1], size=1, group=1, stride=1, bias=False, padded=False)
    return g.node("Mul", x, g.node("Sigmoid", other)) if chance(g, 0.3) else g.node("Relu", x)


def nhwc(g, x):
    return g.node("Transpose", x, perm=[0, 2, 3, 1])


def nchw(g, x):
    return g.node("Transpose", x, perm=[0, 3, 1, 2])


def layer_norm(g, x):
    c, h, w = g.shape(x)[1:]
    if chance(g, 0.5) and g.opset >= 17:
        if chance(g, 0.3):
            axis = pick(g, 1, 2, -1)
            shape = g.shape(x)[axis:]
            return g.node("LayerNormalization", x, g.drawn(*shape, around=1), g.drawn(*shape), axis=axis)
        inputs = [g.drawn(c, around=1)] + ([g.drawn(c)] if chance(g, 0.7) else [])
        return nchw(g, g.node("LayerNormalization", nhwc(g, x), *inputs, axis=pick(g, -1, 3), epsilon=1e-3))
    # As arithmetic, over the channels of NHWC or of NCHW, or over another axis.
    is_last = chance(g, 0.5)
    y = nhwc(g, x) if is_last else x
    axes = [pick(g, -1, -1, -1, -1, 3, 1)] if is_last else [pick(g, 1, 1, 1, 1, 1, -1, 2)]
    mean = g.reduce_mean(y, axes)
    centred = g.node("Sub", y, mean) if chance(g, 0.9) else g.node("Sub", mean, y)
    other = g.node("Sub", y, g.reduce_mean(y, axes)) if chance(g, 0.3) else centred
    square = pick(g, lambda: g.node("Pow", other, g.constant(pick(g, 2, 2, 2, 4))), lambda: g.node("Mul", other, other))()
    variance = g.node("Add", g.reduce_mean(square, axes if chance(g, 0.9) else [2]), g.constant(pick(g, 1e-3, 1e-5, 0.3)))
    root = g.node("Sqrt", variance)
    normed = g.node("Div", centred, root) if chance(g, 0.6) else g.node("Mul", centred, g.node("Reciprocal", root))
    if chance(g, 0.7):
        shape = (c,) if is_last else pick(g, (1, c, 1, 1), (c, 1, 1))
        normed = g.node("Add", g.node("Mul", normed, g.drawn(*shape, around=1)), g.drawn(*shape))
    return nchw(g, normed) if is_last else normed


def squeeze_excite(g, x):
    n, c, h, w = g.shape(x)
    gated = x if chance(g, 0.9) else conv(g, x, outputs=c, size=1, group=1, stride=1)
    is_flat = chance(g, 0.5)
    squeeze = max(1, c // 2)
    if is_flat:
        pooled = g.reduce_mean(x, pick(g, [2, 3], [-2, -1], [2, 3], [-1]) if h == w else [2, 3], keepdims=0)
        if len(g.shape(pooled)) != 2:
            return pooled if len(g.shape(pooled)) == 4 else g.unsqueeze(pooled, 3)

        def layer(y, a, b):
            if chance(g, 0.5):
                return g.node("Gemm", y, g.drawn(b, a, width=(3 / a) ** 0.5), *([g.drawn(b)] if chance(g, 0.6) else []), transB=1)
            made = g.node("MatMul", y, g.drawn(a, b, width=(3 / a) ** 0.5))
            return g.node("Add", made, g.drawn(b)) if chance(g, 0.6) else made
    else:
        pooled = pick(g, lambda: g.node("GlobalAveragePool", x), lambda: g.reduce_mean(x, [2, 3]))()

        def layer(y, a, b):
            size = pick(g, 1, 1, 1, 1, 3)
            group = 1 if chance(g, 0.85) or b % a else a
            bias = [g.drawn(b)] if chance(g, 0.7) else []
            return g.node("Conv", y, g.drawn(b, a // group, size, size, width=(3 / a) ** 0.5), *bias, group=group, pads=[size // 2] * 4)

    hidden = layer(pooled, c, squeeze)
    inner = activation(g, hidden) if not is_flat and chance(g, 0.3) else g.node("Relu", hidden) if chance(g, 0.85) else hidden
    excite = layer(inner, squeeze, c)
    gate = g.node("Sigmoid", excite) if chance(g, 0.7) else g.node("HardSigmoid", excite, alpha=pick(g, 1 / 6, 0.2), beta=0.5)
    if is_flat:
        gate = pick(
            g,
            lambda: g.unsqueeze(gate, 2, 3),
            lambda: g.unsqueeze(g.unsqueeze(gate, -1), -1),
            lambda: g.node("Reshape", gate, g.ints(n, c, 1, 1)),
            lambda: g.node("Reshape", gate, g.ints(0, -1, 1, 1)),
        )()
    if chance(g, 0.2):
        gate = g.node("Expand", gate, g.ints(n, c, h, w))
    made = g.node("Mul", *pick(g, (gated, gate), (gate, gated)))
    return g.node("Add", made, g.node("Mul", x, gate)) if chance(g, 0.05) else made


def pool(g, x):
    _, c, h, w = g.shape(x)
    kind = pick(g, "MaxPool", "AveragePool")
    if chance(g, 0.15):
        return g.node("GlobalAveragePool", x) if kind == "AveragePool" else g.node("GlobalMaxPool", x)
    size = pick(g, 2, 3, 3, min(h, w))
    size = min(size, h, w)
    columns = size if chance(g, 0.9) else max(1, size - 1)
    attributes = {"kernel_shape": [size, columns], "strides": [pick(g, 1, 2)] * 2}
    if chance(g, 0.5) and size > 1 and columns > 1:
        attributes["pads"] = [pick(g, size // 2, 0, size // 2) for _ in range(4)] if chance(g, 0.3) else [min(size, columns) // 2] * 4
    if kind == "MaxPool" and chance(g, 0.3):
        attributes["ceil_mode"] = 1
    if kind == "AveragePool" and chance(g, 0.5):
        attributes["count_include_pad"] = 1
    return g.node(kind, x, **attributes)


def border(g, x):
    _, c, h, w = g.shape(x)
    top, left, bottom, right = (pick(g, 0, 1, 1) for _ in range(4))
    if chance(g, 0.3):
        top = left = bottom = right = 1
    pads = [0, 0, top, left, 0, 0, bottom, right]
    mode = "constant" if chance(g, 0.8) or min(h, w) < 2 else "reflect"
    inputs = [x, g.ints(*pads)]
    if mode == "constant" and chance(g, 0.3):
        inputs.append(g.constant(pick(g, 0, 0, 1, -3e38)))
    elif mode == "constant" and g.opset >= 18 and chance(g, 0.3):
        inputs = [x, g.ints(top, left, bottom, right), "", g.ints(2, 3)]
    y = g.node("Pad", *inputs, mode=mode)
    if mode == "reflect" and chance(g, 0.7):
        filter = np.outer([1, 2, 1], [1, 2, 1]) / 16
        if chance(g, 0.3):
            filter = np.ones((3, 3)) / 9
        weights = g.constant(np.broadcast_to(filter, (c, 1, 3, 3)))
        return g.node("Conv", y, weights, group=c, strides=[2, 2])
    return conv(g, y, padded=False) if chance(g, 0.6) else pool(g, y)


def read_twice(g, x):
    """What is folded must not change what somebody else reads."""
    y = conv(g, x, outputs=g.shape(x)[1], stride=1)
    z = pick(g, affine, activation, affine)(g, y)
    if g.shape(z) == g.shape(y):
        return g.node(pick(g, "Add", "Add", "Add", "Add", "Mul"), z, y)
    return z


def residual(g, x):
    c = g.shape(x)[1]
    y = g.node("Relu", conv(g, x, outputs=2 * c, group=1, size=1, stride=1))
    y = conv(g, y, outputs=c, group=1, size=1, stride=1)
    if chance(g, 0.5):
        y = affine(g, y)
    if g.shape(y) != g.shape(x):
        return y
    return g.node("Add", *pick(g, (x, y), (y, x)))


def join(g, x):
    y = conv(g, x, size=1, stride=1, padded=False)
    if g.shape(y)[2:] != g.shape(x)[2:]:
        return y
    axis = 1 if chance(g, 0.85) or g.shape(y)[1] != g.shape(x)[1] else pick(g, 2, 3, -1)
    return g.node("Concat", *pick(g, (x, y), (y, x), (y, x, y)), axis=axis)


def divide(g, x):
    y = pick(g, lambda: conv(g, x, group=1, size=pick(g, 1, 3)), lambda: join(g, x), lambda: x)()
    if chance(g, 0.4):
        y = g.node("Relu", y)
    axis = pick(g, 1, 1, 1, 3)
    extent = g.shape(y)[axis]
    if extent < 2:
        return y
    cut = g.rng.randrange(1, extent)
    if chance(g, 0.5):
        parts = g.node("Split", y, g.ints(cut, extent - cut), outputs=2, axis=axis)
    else:
        parts = [
            g.node("Slice", y, g.ints(0), g.ints(cut), g.ints(axis), g.ints(1)),
            g.node("Slice", y, g.ints(cut), g.ints(pick(g, extent, 2**31)), g.ints(axis), g.ints(1)),
        ]
    if chance(g, 0.2):
        return parts[0]
    if axis == 1 and chance(g, 0.7):
        parts[1] = activation(g, parts[1])
    return g.node("Concat", *pick(g, parts, parts[::-1]), axis=axis)


def rearrange(g, x):
    n, c, h, w = g.shape(x)
    kind = g.rng.randrange(7)
    if kind == 0:
        return nchw(g, affine_last(g, nhwc(g, x)))
    if kind == 1:
        y = g.node("Reshape", x, g.ints(n, c, h * w))
        return g.node("Reshape", affine_flat(g, y, c), g.ints(n, c, h, w))
    if kind == 2 and c % 2 == 0:
        # Channel shuffle.
        y = g.node("Transpose", g.node("Reshape", x, g.ints(n, 2, c // 2, h, w)), perm=[0, 2, 1, 3, 4])
        return g.node("Reshape", y, g.ints(n, c, h, w))
    if kind == 3:
        return g.node("Transpose", x, perm=pick(g, [0, 1, 3, 2], [0, 2, 1, 3], [0, 2, 3, 1]))
    if kind == 4:
        return g.node("Reshape", x, g.ints(n, c, w, h))
    if kind == 5:
        shape = g.node("Shape", x)
        batch = g.node("Gather", shape, g.ints(0), axis=0)
        y = g.node("Reshape", x, g.node("Concat", batch, g.ints(-1), axis=0))
        return g.node("Reshape", y, shape)
    return g.node("Reshape", nhwc(g, x), g.ints(n, c, h, w))


def affine_last(g, x):
    c = g.shape(x)[-1]
    y = g.node("Add", g.node("MatMul", x, g.drawn(c, c, width=(3 / c) ** 0.5)), g.drawn(*pick(g, (c,), (1, 1, 1, c), (g.shape(x)[1], 1, 1))))
    return g.node("Relu", y) if chance(g, 0.5) else y


def affine_flat(g, x, c):
    kind = g.rng.randrange(4)
    if kind == 0:
        return g.node("MatMul", g.drawn(c, c, width=(3 / c) ** 0.5), x)
    if kind == 1:
        return g.node("MatMul", x, g.drawn(g.shape(x)[2], g.shape(x)[2], width=0.3))
    if kind == 2:
        return g.node("Add", x, g.drawn(*pick(g, (c, 1), (g.shape(x)[2],))))
    return g.node("Relu", x)


def rows_of_pixels(g, x):
    """Gemm over the channels of all pixels, as optimisers write MatMul and Add."""
    n, c, h, w = g.shape(x)
    y = g.node("Reshape", nhwc(g, x), g.ints(*pick(g, (-1, c), (n * h * w, c))))
    outputs = pick(g, c, 2 * c)
    turned = chance(g, 0.5)
    weights = g.drawn(*((outputs, c) if turned else (c, outputs)), width=(3 / c) ** 0.5)
    bias = [g.drawn(*pick(g, (outputs,), (1, outputs), ()))] if chance(g, 0.7) else []
    scale = {"alpha": 0.5, "beta": 2.0} if chance(g, 0.2) else {}
    y = g.node("Gemm", y, weights, *bias, transB=int(turned), **scale)
    return nchw(g, g.node("Reshape", y, g.ints(n, h, w, outputs)))


def head(g, x):
    n, c, h, w = g.shape(x)
    kind = g.rng.randrange(5)
    if kind == 0:
        y = g.node("Flatten", g.node("GlobalAveragePool", x), axis=1)
    elif kind == 1:
        y = g.reduce_mean(x, [2, 3], keepdims=0)
    elif kind == 2:
        y = g.node("Flatten", x, axis=1)
    elif kind == 3:
        y = g.node("Reshape", nhwc(g, x), g.ints(n, -1))
    else:
        y = g.node("Flatten", g.reduce_mean(x, pick(g, [2, 3], [1, 2], [3])), axis=1)
    features = g.shape(y)[1]
    outputs = pick(g, 1, 5, c)
    weights = g.drawn(outputs, features, width=(3 / features) ** 0.5)
    y = g.node("Gemm", y, weights, *([g.drawn(outputs)] if chance(g, 0.7) else []), transB=1)
    return g.node("Softmax", y, axis=pick(g, 1, -1)) if chance(g, 0.3) else y


PATTERNS = [conv, conv, affine, affine, activation, activation, layer_norm, squeeze_excite, pool, border, read_twice, residual, join, divide, rearrange, rows_of_pixels]


def make(seed):
    rng = random.Random(seed)
    # The reference implementation of batch norms before opset 14 takes means of the image, as in training.
    g = Network(rng, rng.choice([15, 17, 18, 20]))
    side = rng.choice([4, 5, 6, 8])
    # Channels, height and width are often equal, so that nothing can be told by its length.
    shape = (rng.choice([1, 1, 1, 2]), rng.choice([1, 2, 3, 4]), side, side if rng.random() < 0.7 else side + 2)
    g.values["image"] = np.array([rng.uniform(-2, 2) for _ in range(int(np.prod(shape)))], dtype=np.float32).reshape(shape)
    x = "image"
    if rng.random() < 0.8:
        x = conv(g, x, outputs=rng.choice([side, side, 4, 6]), group=1, stride=1)
    for _ in range(rng.randrange(1, 6)):
        if len(g.shape(x)) != 4 or min(g.shape(x)) < 1:
            break
        x = rng.choice(PATTERNS)(g, x)
    if len(g.shape(x)) == 4 and rng.random() < 0.4:
        x = head(g, x)
    return g, x


def model_of(g, result):
    image = g.values["image"]
    return helper.make_model(
        helper.make_graph(
            g.nodes,
            "network",
            [helper.make_tensor_value_info("image", TensorProto.FLOAT, image.shape)],
            [helper.make_tensor_value_info(result, TensorProto.FLOAT, None)],
            [numpy_helper.from_array(array, name) for name, array in g.constants.items()],
        ),
        opset_imports=[helper.make_opsetid("", g.opset)],
        ir_version=9,
    )


def encoded(array):
    return base64.b64encode(np.ascontiguousarray(array, dtype="<f4").tobytes()).decode()


def main(folder, count, seed):
    made = 0
    failed = 0
    while made < count:
        try:
            g, result = make(f"{seed}.{made}.{failed}")
            value = g.values[result]
            if not g.nodes or not np.isfinite(value).all() or value.size == 0:
                raise ValueError("no numbers")
        except Exception:  # noqa: BLE001: what is no network is drawn again
            failed += 1
            if failed > 20 * count + 100:
                raise
            continue
        Path(folder, f"{made}.onnx").write_bytes(model_of(g, result).SerializeToString())
        record = {"image": encoded(g.values["image"]), "result": encoded(value), "dims": list(value.shape)}
        Path(folder, f"{made}.json").write_text(json.dumps(record))
        made += 1


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
