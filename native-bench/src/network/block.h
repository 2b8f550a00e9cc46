// What a block is made of, as far as a fused kernel must know.
#pragma once

#include <vector>

#include "network/graph.h"

namespace plimsoll {

// A layer of the block's main path with what is folded into it, and what happens to its result.
struct ChainLayer {
  std::vector<int> operators;  // conv2d or linear, then activations and a sum
  int norm = -1;               // the LayerNorm behind it
  bool joinsAndBlurs = false;  // joined with the block's input and halved
};

struct Block {
  std::vector<ChainLayer> layers;
  // A 1x1 layer on the block's input whose result is added to that of the last layer.
  std::vector<int> shortcut;
  // Squeeze-and-excite, and the layer that reads its result.
  int gate = -1;
  std::size_t gatedLayer = 0;
};

bool isLayer(const Operator& op);

// Throws ProtocolError('unsupported') with what the block has that no fused kernel knows.
Block blockOf(const Graph& graph, const PlannedKernel& kernel);

}  // namespace plimsoll
