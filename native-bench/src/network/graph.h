// The network as it comes over the protocol (core/protocol/provider.ts), checked so that the rest can trust it.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "kernels/tasks.h"
#include "support/json.h"

namespace plimsoll {

enum class OperatorKind {
  input,
  conv2d,
  linear,
  maxPool,
  averagePool,
  globalAveragePool,
  blurPool,
  activation,
  add,
  concat,
  layerNorm,
  squeezeExcite,
};

// One image's worth of a tensor.
struct Shape {
  std::size_t height = 0, width = 0, channels = 0;
  std::size_t elements() const { return height * width * channels; }
  bool operator==(const Shape&) const = default;
};

struct Operator {
  OperatorKind kind = OperatorKind::input;
  int id = 0;
  std::string name;
  int block = 0;
  std::vector<int> inputs;
  Shape output;
  // Half-widths of the uniform distributions of its parameters: weights, biases, second weights, second biases.
  std::array<float, 4> bounds{};

  // Which of these are set depends on the kind.
  std::size_t kernelHeight = 1, kernelWidth = 1, stride = 1, padTop = 0, padLeft = 0, groups = 1;
  bool scaleOnly = false;  // a batch norm by itself: its products are not counted
  bool hasBias = false;  // in execution: the layer's own, or that of a folded batch norm
  Activation function = Activation::none;
  float epsilon = 0;
  std::size_t squeezeChannels = 0;
  Activation gate = Activation::none;
};

struct Graph {
  std::string name;
  float inputBound = 1;
  std::vector<std::string> blockKinds;
  std::vector<Operator> operators;

  const Operator& at(int id) const { return operators[static_cast<std::size_t>(id)]; }
};

struct PlannedKernel {
  std::string name;
  int block = 0;
  std::vector<int> operators;
  bool fused = false;
};

// Both throw ProtocolError('badRequest') with a sentence on what is wrong.
Graph parseGraph(const Json& json);
std::vector<PlannedKernel> parseKernels(const Json& json, const Graph& graph);

const std::vector<std::string>& operatorNames();

// For a conv2d or a linear operator over a batch.
ConvShape convShapeOf(const Graph& graph, const Operator& op, std::size_t batch);

// Multiply-accumulates of one image, and elements of weights and biases that execution reads.
struct OperatorCost {
  std::size_t macs = 0;
  std::size_t weightElements = 0;
};
OperatorCost costOf(const Graph& graph, const Operator& op);

}  // namespace plimsoll
