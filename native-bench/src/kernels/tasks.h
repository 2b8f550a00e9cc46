// What a kernel is told to do: plain data, so that the files of the instruction sets share no code with the rest that
// the linker could mix up. Tensors are NHWC fp32.
#pragma once

#include <cstddef>
#include <cstdint>

// Never emitted as a function of its own: the linker would keep one copy, perhaps that of an instruction set which the
// machine does not have.
#define PLIMSOLL_INLINE [[gnu::always_inline]] inline

namespace plimsoll {

enum class Activation : std::uint8_t { none, relu, relu6, silu, hardSwish, gelu, sigmoid, hardSigmoid };

// Applied to a result while it is in registers or the nearest cache: bias, activation, residual sum, activation.
struct Epilogue {
  const float* bias = nullptr;  // padded like the packed weights; never null in a convolution
  Activation before = Activation::none;
  const float* residual = nullptr;  // a tensor of the output's shape, or null
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

struct ConvTask {
  ConvShape shape;
  const float* input = nullptr;
  // Factors of the input, one an image and channel, or null; for 1x1 layers without groups.
  const float* inputScale = nullptr;
  const float* weights = nullptr;  // packed by the same KernelSet
  float* output = nullptr;
  Epilogue epilogue;
};

struct PoolTask {
  std::size_t batch, inHeight, inWidth, channels, outHeight, outWidth, kernelSize, stride, padTop, padLeft;
  bool maximum;
  const float* input;
  float* output;
};

struct BlurTask {
  std::size_t batch, inHeight, inWidth, channels, outHeight, outWidth;
  const float* input;
  float* output;
};

struct GlobalPoolTask {
  std::size_t batch, pixels, channels;
  const float* input;
  float* output;
};

struct NormTask {
  std::size_t pixels = 0, channels = 0;
  const float* input = nullptr;
  const float* scale = nullptr;
  const float* shift = nullptr;
  float epsilon = 0;
  float* output = nullptr;
};

// One layer of a block, and what is done to its result before the next one reads it.
struct BlockLayer {
  ConvTask conv;
  NormTask norm;  // none where it has no channels
  // Then joined with the block's input along the channels and halved by BlurPool: how a ConvFirst network steps down.
  bool joinsAndBlurs = false;
};

// A block whose layers each need only some rows of the one before. Of the layers' tensors only the first one's input and the
// last one's output are read and written; what lies between is never in memory as a whole.
struct FusedTask {
  static constexpr std::size_t mostLayers = 3;

  BlockLayer layers[mostLayers];
  std::size_t layerCount = 0;
  // A projection of the block's input, added to the last layer's result like a residual; none where it has no channels.
  ConvTask shortcut;
  PLIMSOLL_INLINE bool hasShortcut() const { return shortcut.shape.outChannels > 0; }
  // Rows of the output that go through all layers before the next ones are begun.
  std::size_t stripRows = 1;
};

// The first half of an inverted residual: a 1x1 layer that widens, then a depthwise or narrowly grouped convolution. Only
// expand.input and spatial.output are tensors.
struct ExpandTask {
  ConvTask expand, spatial;
  // Rows of the output that are computed together.
  std::size_t stripRows = 1;
};

// output = after(before(left) + right); `right` may be null.
struct ElementTask {
  std::size_t elements;
  const float* left;
  Activation before;
  const float* right;
  Activation after;
  float* output;
};

struct ConcatTask {
  std::size_t pixels, leftChannels, rightChannels;
  const float* left;
  const float* right;
  float* output;
};

// One layer of squeeze-and-excite on the pooled vector: output[n][o] = activation(bias[o] + sum_i weights[o][i] input[n][i]).
struct GateTask {
  std::size_t batch, inputs, outputs;
  const float* input;
  const float* weights;
  const float* bias;
  Activation activation;
  float* output;
};

// output[n][p][c] = input[n][p][c] * gate[n][c].
struct ScaleTask {
  std::size_t batch, pixels, channels;
  const float* input;
  const float* gate;
  float* output;
};

}  // namespace plimsoll
