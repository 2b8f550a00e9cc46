#include "network/graph.h"

#include <algorithm>
#include <map>

#include "support/error.h"
#include "support/json.h"

namespace plimsoll {
namespace {

// Larger than any network, small enough that no product of a few of them overflows.
constexpr std::size_t largestExtent = std::size_t{1} << 24;
constexpr std::size_t largestTensor = std::size_t{1} << 33;

const std::vector<std::pair<std::string, OperatorKind>>& kinds() {
  static const std::vector<std::pair<std::string, OperatorKind>> table = {
      {"input", OperatorKind::input},
      {"conv2d", OperatorKind::conv2d},
      {"linear", OperatorKind::linear},
      {"maxPool", OperatorKind::maxPool},
      {"averagePool", OperatorKind::averagePool},
      {"globalAveragePool", OperatorKind::globalAveragePool},
      {"blurPool", OperatorKind::blurPool},
      {"activation", OperatorKind::activation},
      {"add", OperatorKind::add},
      {"concat", OperatorKind::concat},
      {"layerNorm", OperatorKind::layerNorm},
      {"squeezeExcite", OperatorKind::squeezeExcite},
  };
  return table;
}

OperatorKind kindOf(const std::string& name) {
  for (const auto& [text, kind] : kinds()) {
    if (text == name) return kind;
  }
  failUnsupported("There is no kernel for operators of the kind '" + name + "'.");
}

Activation activationOf(const std::string& name) {
  static const std::map<std::string, Activation> table = {
      {"relu", Activation::relu}, {"relu6", Activation::relu6},     {"silu", Activation::silu},
      {"gelu", Activation::gelu}, {"sigmoid", Activation::sigmoid}, {"hardSwish", Activation::hardSwish},
      {"hardSigmoid", Activation::hardSigmoid}};
  const auto found = table.find(name);
  if (found == table.end()) failUnsupported("There is no activation called '" + name + "'.");
  return found->second;
}

std::size_t extent(const Json& object, const char* key, std::size_t least = 0) {
  const auto value = object.at(key).get<std::int64_t>();
  if (value < static_cast<std::int64_t>(least) || static_cast<std::size_t>(value) > largestExtent) {
    failBadRequest(std::string(key) + " is " + std::to_string(value) + ".");
  }
  return static_cast<std::size_t>(value);
}

Shape parseShape(const Json& object) {
  const Shape shape{extent(object, "height", 1), extent(object, "width", 1), extent(object, "channels", 1)};
  if (shape.elements() > largestTensor) failBadRequest("A tensor has more than 2^33 elements.");
  return shape;
}

[[noreturn]] void failOperator(const Operator& op, const std::string& what) {
  failBadRequest("Operator " + op.name + ": " + what);
}

void expectInputs(const Operator& op, std::size_t count) {
  if (op.inputs.size() != count) {
    failOperator(op, "has " + std::to_string(op.inputs.size()) + " inputs instead of " + std::to_string(count) + ".");
  }
}

void expectOutput(const Operator& op, const Shape& expected) {
  if (!(op.output == expected)) failOperator(op, "its output does not have the shape that its inputs give.");
}

// Height and width after a window; fails where the declared output cannot come from it.
void checkWindow(const Operator& op, const Shape& input, std::size_t padBottom, std::size_t padRight) {
  const auto count = [&](std::size_t length, std::size_t before, std::size_t after, std::size_t size) -> std::size_t {
    const std::size_t padded = length + before + after;
    return padded < size ? 0 : (padded - size) / op.stride + 1;
  };
  if (op.output.height != count(input.height, op.padTop, padBottom, op.kernelHeight) ||
      op.output.width != count(input.width, op.padLeft, padRight, op.kernelWidth)) {
    failOperator(op, "its output does not have the size that its window gives.");
  }
}

void parseWindow(Operator& op, const Json& object, const Shape& input) {
  op.stride = extent(object, "stride", 1);
  const Json& padding = object.at("padding");
  op.padTop = extent(padding, "top");
  op.padLeft = extent(padding, "left");
  checkWindow(op, input, extent(padding, "bottom"), extent(padding, "right"));
}

// What the kind needs beside the common fields, held against the shapes of its inputs.
void parseKind(Operator& op, const Json& object, const Graph& graph) {
  if (op.kind == OperatorKind::input) {
    expectInputs(op, 0);
    return;
  }
  const bool binary = op.kind == OperatorKind::add || op.kind == OperatorKind::concat;
  expectInputs(op, binary ? 2 : 1);
  const Shape& input = graph.at(op.inputs[0]).output;
  switch (op.kind) {
    case OperatorKind::input:
      return;
    case OperatorKind::conv2d:
      op.kernelHeight = extent(object, "kernelHeight", 1);
      op.kernelWidth = extent(object, "kernelWidth", 1);
      op.groups = extent(object, "groups", 1);
      op.scaleOnly = object.value("scaleOnly", false);
      op.hasBias = object.at("bias").get<bool>() || object.at("batchNorm").get<bool>();
      if (extent(object, "inChannels", 1) != input.channels || extent(object, "outChannels", 1) != op.output.channels) {
        failOperator(op, "its channels do not match its tensors.");
      }
      if (input.channels % op.groups != 0 || op.output.channels % op.groups != 0) {
        failOperator(op, "its channels cannot be split into its groups.");
      }
      parseWindow(op, object, input);
      return;
    case OperatorKind::linear:
      op.hasBias = object.at("bias").get<bool>();
      if (extent(object, "inFeatures", 1) != input.elements()) failOperator(op, "inFeatures do not match its input.");
      expectOutput(op, {1, 1, extent(object, "outFeatures", 1)});
      return;
    case OperatorKind::maxPool:
    case OperatorKind::averagePool:
      op.kernelHeight = op.kernelWidth = extent(object, "kernelSize", 1);
      parseWindow(op, object, input);
      if (op.output.channels != input.channels) failOperator(op, "a pool keeps its channels.");
      return;
    case OperatorKind::globalAveragePool:
      return expectOutput(op, {1, 1, input.channels});
    case OperatorKind::blurPool:
      return expectOutput(op, {(input.height + 1) / 2, (input.width + 1) / 2, input.channels});
    case OperatorKind::activation:
      op.function = activationOf(object.at("function").get<std::string>());
      return expectOutput(op, input);
    case OperatorKind::add:
      if (!(graph.at(op.inputs[1]).output == input)) failOperator(op, "adds tensors of different shapes.");
      return expectOutput(op, input);
    case OperatorKind::concat: {
      const Shape& right = graph.at(op.inputs[1]).output;
      if (right.height != input.height || right.width != input.width) failOperator(op, "joins different sizes.");
      return expectOutput(op, {input.height, input.width, input.channels + right.channels});
    }
    case OperatorKind::layerNorm:
      op.epsilon = object.at("epsilon").get<float>();
      return expectOutput(op, input);
    case OperatorKind::squeezeExcite:
      op.squeezeChannels = extent(object, "squeezeChannels", 1);
      op.function = activationOf(object.at("innerActivation").get<std::string>());
      op.gate = activationOf(object.at("gate").get<std::string>());
      return expectOutput(op, input);
  }
}

bool hasParameters(OperatorKind kind) {
  return kind == OperatorKind::conv2d || kind == OperatorKind::linear || kind == OperatorKind::layerNorm ||
         kind == OperatorKind::squeezeExcite;
}

Operator parseOperator(const Json& object, const Graph& graph) {
  Operator op;
  op.kind = kindOf(object.at("kind").get<std::string>());
  op.id = object.at("id").get<int>();
  op.name = object.at("name").get<std::string>();
  op.block = object.at("block").get<int>();
  op.inputs = object.at("inputs").get<std::vector<int>>();
  op.output = parseShape(object.at("output"));
  if (op.id != static_cast<int>(graph.operators.size())) failOperator(op, "ids must count up from 0.");
  if ((op.id == 0) != (op.kind == OperatorKind::input)) failOperator(op, "the input must be operator 0, and only that.");
  if (op.block < 0 || op.block >= static_cast<int>(graph.blockKinds.size())) failOperator(op, "is in no block.");
  for (const int input : op.inputs) {
    if (input < 0 || input >= op.id) failOperator(op, "reads a tensor that does not exist yet.");
  }
  if (hasParameters(op.kind)) {
    const Json& bounds = object.at("parameterBounds");
    op.bounds = {bounds.at("weights").get<float>(), bounds.at("biases").get<float>(),
                 bounds.value("secondWeights", 0.0f), bounds.value("secondBiases", 0.0f)};
  }
  parseKind(op, object, graph);
  return op;
}

}  // namespace

const std::vector<std::string>& operatorNames() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const auto& [name, kind] : kinds()) {
      if (kind != OperatorKind::input) all.push_back(name);
    }
    return all;
  }();
  return names;
}

Graph parseGraph(const Json& object) {
  try {
    Graph graph;
    graph.name = object.at("name").get<std::string>();
    graph.inputBound = object.at("inputBound").get<float>();
    for (const Json& block : object.at("blocks")) graph.blockKinds.push_back(block.at("kind").get<std::string>());
    for (const Json& op : object.at("operators")) graph.operators.push_back(parseOperator(op, graph));
    if (graph.operators.empty()) failBadRequest("The graph has no operators.");
    return graph;
  } catch (const Json::Error& error) {
    throw ProtocolError("badRequest", "The graph could not be read.", error.what());
  }
}

std::vector<PlannedKernel> parseKernels(const Json& array, const Graph& graph) {
  std::vector<PlannedKernel> kernels;
  std::vector<bool> computed(graph.operators.size(), false);
  computed[0] = true;
  try {
    for (const Json& object : array) {
      PlannedKernel kernel{object.at("name").get<std::string>(), object.at("block").get<int>(),
                           object.at("operators").get<std::vector<int>>(), object.at("fused").get<bool>()};
      if (kernel.operators.empty()) failBadRequest("Kernel " + kernel.name + " covers no operator.");
      for (const int id : kernel.operators) {
        if (id <= 0 || id >= static_cast<int>(graph.operators.size()) || computed[static_cast<std::size_t>(id)]) {
          failBadRequest("Kernel " + kernel.name + " covers operator " + std::to_string(id) +
                         ", which does not exist or is covered already.");
        }
        for (const int input : graph.at(id).inputs) {
          if (!computed[static_cast<std::size_t>(input)]) {
            failBadRequest("Kernel " + kernel.name + " reads " + graph.at(input).name + " before it is computed.");
          }
        }
        computed[static_cast<std::size_t>(id)] = true;
      }
      kernels.push_back(std::move(kernel));
    }
  } catch (const Json::Error& error) {
    throw ProtocolError("badRequest", "The kernels of the plan could not be read.", error.what());
  }
  if (std::find(computed.begin(), computed.end(), false) != computed.end()) {
    failBadRequest("The plan leaves operators out.");
  }
  return kernels;
}

ConvShape convShapeOf(const Graph& graph, const Operator& op, std::size_t batch) {
  const Shape& input = graph.at(op.inputs[0]).output;
  ConvShape shape;
  shape.batch = batch;
  shape.outHeight = op.output.height;
  shape.outWidth = op.output.width;
  shape.outChannels = op.output.channels;
  if (op.kind == OperatorKind::linear) {
    // NHWC lies in memory as the flattened vector that a linear layer reads.
    shape.inHeight = shape.inWidth = 1;
    shape.inChannels = input.elements();
    return shape;
  }
  shape.inHeight = input.height;
  shape.inWidth = input.width;
  shape.inChannels = input.channels;
  shape.kernelHeight = op.kernelHeight;
  shape.kernelWidth = op.kernelWidth;
  shape.stride = op.stride;
  shape.padTop = op.padTop;
  shape.padLeft = op.padLeft;
  shape.groups = op.groups;
  return shape;
}

OperatorCost costOf(const Graph& graph, const Operator& op) {
  switch (op.kind) {
    case OperatorKind::conv2d:
    case OperatorKind::linear: {
      const ConvShape shape = convShapeOf(graph, op, 1);
      return {op.scaleOnly ? 0 : shape.pixels() * shape.outChannels * shape.reduction(),
              shape.outChannels * shape.reduction() + (op.hasBias ? shape.outChannels : 0)};
    }
    case OperatorKind::squeezeExcite: {
      const std::size_t macs = 2 * op.output.channels * op.squeezeChannels;
      return {macs, macs + op.output.channels + op.squeezeChannels};
    }
    case OperatorKind::layerNorm:
      return {0, 2 * op.output.channels};
    default:
      return {};
  }
}

}  // namespace plimsoll
