#include "network/block.h"

#include <algorithm>
#include <map>

#include "kernels/tasks.h"
#include "support/error.h"

namespace plimsoll {
namespace {

bool isFoldable(const Operator& op) { return op.kind == OperatorKind::activation || op.kind == OperatorKind::add; }

bool reads(const Operator& op, int id) { return std::find(op.inputs.begin(), op.inputs.end(), id) != op.inputs.end(); }

// Each layer with the activations and sums that follow it; every other operator alone.
std::vector<std::vector<int>> partsOf(const Graph& graph, const std::vector<int>& ids) {
  std::vector<std::vector<int>> parts;
  for (const int id : ids) {
    const bool folds = !parts.empty() && isLayer(graph.at(parts.back().front())) && isFoldable(graph.at(id)) &&
                       reads(graph.at(id), parts.back().back());
    if (folds) {
      parts.back().push_back(id);
    } else {
      parts.push_back({id});
    }
  }
  return parts;
}

// The part whose result the last one adds, if it is in the block.
std::vector<int> takeShortcut(const Graph& graph, std::vector<std::vector<int>>& parts) {
  for (const int id : parts.back()) {
    const Operator& op = graph.at(id);
    if (op.kind != OperatorKind::add) continue;
    for (auto part = parts.begin(); part + 1 < parts.end(); ++part) {
      if (!reads(op, part->back())) continue;
      std::vector<int> shortcut = *part;
      parts.erase(part);
      return shortcut;
    }
  }
  return {};
}

}  // namespace

bool isLayer(const Operator& op) { return op.kind == OperatorKind::conv2d || op.kind == OperatorKind::linear; }

Block blockOf(const Graph& graph, const PlannedKernel& kernel) {
  const auto fail = [&](const std::string& why) {
    failUnsupported("Block " + kernel.name + " of the kind '" + graph.blockKinds[static_cast<std::size_t>(kernel.block)] +
                    "' cannot be one kernel: " + why + ".");
  };
  std::vector<std::vector<int>> parts = partsOf(graph, kernel.operators);
  Block block;
  block.shortcut = takeShortcut(graph, parts);
  const int input = graph.at(parts.front().front()).inputs[0];
  if (!block.shortcut.empty()) {
    const Operator& op = graph.at(block.shortcut.front());
    if (!isLayer(op) || op.inputs[0] != input) fail("it adds more than one layer of its input");
  }
  int previous = input;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const Operator& op = graph.at(parts[i].front());
    const std::string readsOther = op.name + " reads another tensor than the operator before it makes";
    const bool afterLayer = i > 0 && isLayer(graph.at(parts[i - 1].front()));
    if (!reads(op, previous)) fail(readsOther);
    if (isLayer(op)) {
      if (op.kind == OperatorKind::linear && graph.at(previous).output.elements() != graph.at(previous).output.channels) {
        fail(op.name + " flattens a map");
      }
      block.layers.push_back({parts[i], -1, false});
    } else if (op.kind == OperatorKind::layerNorm && afterLayer) {
      block.layers.back().norm = op.id;
    } else if (op.kind == OperatorKind::squeezeExcite && afterLayer && block.gate < 0) {
      block.gate = op.id;
      block.gatedLayer = block.layers.size();
    } else if (op.kind == OperatorKind::concat && block.layers.size() == 1 && afterLayer && op.inputs[0] == previous &&
               op.inputs[1] == input && i + 1 < parts.size() &&
               graph.at(parts[i + 1].front()).kind == OperatorKind::blurPool) {
      block.layers.back().joinsAndBlurs = true;
    } else if (op.kind != OperatorKind::blurPool || !block.layers.back().joinsAndBlurs) {
      fail("it has " + op.name + " where no fused kernel expects it");
    }
    previous = parts[i].back();
  }
  if (block.layers.empty() || block.layers.size() > mostBlockLayers || !isLayer(graph.at(parts.back().front()))) {
    fail("it is no chain of one to three layers");
  }
  for (const ChainLayer& layer : block.layers) {
    const bool adds = std::any_of(layer.operators.begin(), layer.operators.end(),
                                  [&](int id) { return graph.at(id).kind == OperatorKind::add; });
    if (adds && &layer != &block.layers.back()) fail("it adds before its end");
  }
  if (block.gate >= 0 && (convShapeOf(graph, graph.at(block.layers[block.gatedLayer].operators.front()), 1).groups > 1 ||
                          graph.at(block.layers[block.gatedLayer].operators.front()).kernelHeight > 1)) {
    fail("the layer behind its squeeze-and-excite is no 1x1 layer");
  }
  return block;
}

}  // namespace plimsoll
