// What a kernel is told to do: plain data, so that the files of the instruction sets share no code with the rest that
// the linker could mix up. Tensors are NHWC. `Stored` is what tensors and weights are kept as, float or Bf16; sums
// are fp32, and biases, gates and the parameters of LayerNorm, which are few, are fp32.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/bf16.h"
#include "support/inline.h"

namespace plimsoll {

enum class Activation : std::uint8_t { none, relu, relu6, silu, hardSwish, gelu, sigmoid, hardSigmoid };

// Applied to a result while it is in registers or the nearest cache: bias, activation, residual sum, activation.
template <typename Stored>
struct EpilogueOf {
  const float* bias = nullptr;  // padded like the packed weights; never null in a convolution
  Activation before = Activation::none;
  const Stored* residual = nullptr;  // a tensor of the output's shape, or null
  Activation after = Activation::none;
};

struct ConvShape {
  std::size_t batch = 1;
  std::size_t inHeight = 0, inWidth = 0, inChannels = 0;
  std::size_t outHeight = 0, outWidth = 0, outChannels = 0;
  std::size_t kernelHeight = 1, kernelWidth = 1, stride = 1, padTop = 0, padLeft = 0;
  std::size_t groups = 1;
  // Elements from one output pixel to the next, where the result is a slice of a wider tensor; 0: outChannels.
  std::size_t outStride = 0;

  PLIMSOLL_INLINE std::size_t inPerGroup() const { return inChannels / groups; }
  PLIMSOLL_INLINE std::size_t outPerGroup() const { return outChannels / groups; }
  PLIMSOLL_INLINE std::size_t pixelStride() const { return outStride == 0 ? outChannels : outStride; }
  PLIMSOLL_INLINE std::size_t reduction() const { return kernelHeight * kernelWidth * inPerGroup(); }
  PLIMSOLL_INLINE std::size_t pixels() const { return batch * outHeight * outWidth; }
  PLIMSOLL_INLINE bool isDepthwise() const { return groups > 1 && groups == inChannels && groups == outChannels; }
};

// How the members of a team share a kernel; each gets scratch memory of its own.
struct Member {
  int index = 0;
  int count = 1;
  float* scratch = nullptr;
};

template <typename Stored>
struct ConvTaskOf {
  ConvShape shape;
  const Stored* input = nullptr;
  // Factors of the input, one an image and channel, or null; for 1x1 layers without groups.
  const float* inputScale = nullptr;
  const Stored* weights = nullptr;  // packed by the same Kernels
  Stored* output = nullptr;
  EpilogueOf<Stored> epilogue;
};

template <typename Stored>
struct PoolTaskOf {
  std::size_t batch, inHeight, inWidth, channels, outHeight, outWidth, kernelSize, stride, padTop, padLeft;
  bool maximum;
  const Stored* input;
  Stored* output;
};

template <typename Stored>
struct BlurTaskOf {
  std::size_t batch, inHeight, inWidth, channels, outHeight, outWidth;
  const Stored* input;
  Stored* output;
};

template <typename Stored>
struct GlobalPoolTaskOf {
  std::size_t batch, pixels, channels;
  const Stored* input;
  // One of the two: a tensor, or what squeeze-and-excite goes on with.
  Stored* output;
  float* means;
};

template <typename Stored>
struct NormTaskOf {
  std::size_t pixels = 0, channels = 0;
  const Stored* input = nullptr;
  const float* scale = nullptr;
  const float* shift = nullptr;
  float epsilon = 0;
  Stored* output = nullptr;
};

// One layer of a block, and what is done to its result before the next one reads it.
template <typename Stored>
struct BlockLayerOf {
  ConvTaskOf<Stored> conv;
  NormTaskOf<Stored> norm;  // none where it has no channels
  // Then joined with the block's input along the channels and halved by BlurPool: how a ConvFirst network steps down.
  bool joinsAndBlurs = false;
};

constexpr std::size_t mostBlockLayers = 3;

// A block whose layers each need only some rows of the one before. Of the layers' tensors only the first one's input and the
// last one's output are read and written; what lies between is never in memory as a whole.
template <typename Stored>
struct FusedTaskOf {
  BlockLayerOf<Stored> layers[mostBlockLayers];
  std::size_t layerCount = 0;
  // A projection of the block's input, added to the last layer's result like a residual; none where it has no channels.
  ConvTaskOf<Stored> shortcut;
  PLIMSOLL_INLINE bool hasShortcut() const { return shortcut.shape.outChannels > 0; }
  // Rows of the output that go through all layers before the next ones are begun.
  std::size_t stripRows = 1;
};

// The first half of an inverted residual: a 1x1 layer that widens, then a depthwise or narrowly grouped convolution. Only
// expand.input and spatial.output are tensors.
template <typename Stored>
struct ExpandTaskOf {
  ConvTaskOf<Stored> expand, spatial;
  // Rows of the output that are computed together.
  std::size_t stripRows = 1;
};

// output = after(before(left) + right); `right` may be null.
template <typename Stored>
struct ElementTaskOf {
  std::size_t elements;
  const Stored* left;
  Activation before;
  const Stored* right;
  Activation after;
  Stored* output;
};

template <typename Stored>
struct ConcatTaskOf {
  std::size_t pixels, leftChannels, rightChannels;
  const Stored* left;
  const Stored* right;
  Stored* output;
};

// One layer of squeeze-and-excite on the pooled vector: output[n][o] = activation(bias[o] + sum_i weights[o][i] input[n][i]).
template <typename Stored>
struct GateTaskOf {
  std::size_t batch, inputs, outputs;
  const float* input;
  const Stored* weights;
  const float* bias;
  Activation activation;
  float* output;
};

// output[n][p][c] = input[n][p][c] * gate[n][c].
template <typename Stored>
struct ScaleTaskOf {
  std::size_t batch, pixels, channels;
  const Stored* input;
  const float* gate;
  Stored* output;
};

}  // namespace plimsoll
