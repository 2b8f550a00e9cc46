// From a plan to kernels: which code runs each, on which memory.
#include <algorithm>
#include <new>

#include "cpu/cpu_info.h"
#include "cpu/memory_info.h"
#include "network/arena.h"
#include "network/block.h"
#include "network/network.h"
#include "network/planner.h"
#include "support/error.h"
#include "support/philox.h"

namespace plimsoll {
namespace {

std::vector<float> drawTensor(std::uint64_t seed, std::uint32_t stream, std::size_t elements, float bound) {
  std::vector<float> values(elements);
  uniformElements(seed, stream, 0, elements, bound, values.data());
  return values;
}

std::string formOf(const ConvShape& shape) {
  if (shape.isDepthwise()) return "depthwise";
  if (shape.groups > 1) return "grouped";
  return shape.kernelHeight == 1 && shape.kernelWidth == 1 ? "pointwise" : "dense";
}

// What is folded into the first of a chain of operators.
struct Folded {
  Activation before = Activation::none;
  int residual = -1;  // the operator whose tensor is added
  Activation after = Activation::none;
};

}  // namespace

Parameters drawParameters(const Graph& graph, const Operator& op, std::uint64_t seed, DataType dtype) {
  Parameters p;
  const std::size_t channels = op.output.channels;
  switch (op.kind) {
    case OperatorKind::conv2d:
    case OperatorKind::linear: {
      const ConvShape shape = convShapeOf(graph, op, 1);
      p.weights = drawTensor(seed, streams::weights(op.id), shape.outChannels * shape.reduction(), op.bounds[0]);
      if (op.hasBias) p.biases = drawTensor(seed, streams::biases(op.id), shape.outChannels, op.bounds[1]);
      break;
    }
    case OperatorKind::layerNorm:
      p.weights = drawTensor(seed, streams::weights(op.id), channels, op.bounds[0]);
      for (float& scale : p.weights) scale += 1.0f;
      p.biases = drawTensor(seed, streams::biases(op.id), channels, op.bounds[1]);
      break;
    case OperatorKind::squeezeExcite:
      p.weights = drawTensor(seed, streams::weights(op.id), op.squeezeChannels * channels, op.bounds[0]);
      p.biases = drawTensor(seed, streams::biases(op.id), op.squeezeChannels, op.bounds[1]);
      p.secondWeights = drawTensor(seed, streams::secondWeights(op.id), channels * op.squeezeChannels, op.bounds[2]);
      p.secondBiases = drawTensor(seed, streams::secondBiases(op.id), channels, op.bounds[3]);
      break;
    default:
      break;
  }
  // Biases and the scale of LayerNorm stay fp32.
  if (dtype == DataType::bf16 && op.kind != OperatorKind::layerNorm) {
    for (float& weight : p.weights) weight = Bf16(weight);
    for (float& weight : p.secondWeights) weight = Bf16(weight);
  }
  return p;
}

const std::vector<std::string>& fusableBlocks() {
  static const std::vector<std::string> kinds = {"basic",     "bottleneck", "convfirst",   "convfirstDownsample",
                                                 "convnext",  "ffn",        "fusedMbconv", "depthwiseSeparable",
                                                 "mbconv"};
  return kinds;
}

// Turns the planned kernels into phases, one after the other.
template <typename Stored>
class NetworkBuilder {
 public:
  using Epilogue = EpilogueOf<Stored>;
  using ConvTask = ConvTaskOf<Stored>;
  using NormTask = NormTaskOf<Stored>;
  using BlockLayer = BlockLayerOf<Stored>;
  using FusedTask = FusedTaskOf<Stored>;
  using ExpandTask = ExpandTaskOf<Stored>;

  NetworkBuilder(Network& network, const Kernels<Stored>& kernels)
      : n_(network), kernels_(kernels), batch_(network.options_.batch) {}

  void build(std::vector<PlannedKernel> plan, const Cancellation& cancellation) {
    for (PlannedKernel& planned : plan) {
      Kernel kernel;
      kernel.plan = std::move(planned);
      describeKernel(kernel, n_.graph_, batch_, n_.dtype());
      n_.kernels_.push_back(std::move(kernel));
    }
    planKernels();
    placeActivations();
    for (std::size_t index = 0; index < n_.kernels_.size(); ++index) {
      Kernel& kernel = n_.kernels_[index];
      cancellation.throwIfRequested();
      scratchFloats_ = 0;
      if (kernel.plan.fused) {
        addFused(kernel, plans_[index]);
      } else {
        addLayerwise(kernel);
      }
      kernel.workspaceBytes += scratchFloats_ * sizeof(float) * static_cast<std::size_t>(n_.options_.threads);
      kernel.implementation += std::string(".") + n_.options_.kernels->name;
      largestScratch_ = std::max(largestScratch_, scratchFloats_);
    }
    n_.scratch_.resize(static_cast<std::size_t>(n_.options_.threads));
    // Each member touches its own first, so that it lies in its own part of the memory.
    n_.team_.run([this](int member) {
      try {
        n_.scratch_[static_cast<std::size_t>(member)] = AlignedBuffer<float>(largestScratch_);
      } catch (const std::bad_alloc&) {
        scratchFailed_ = true;
      }
    });
    if (scratchFailed_) throw std::bad_alloc();
  }

 private:
  void placeActivations() {
    std::vector<const PreparedKernel*> kernels;
    for (const Kernel& kernel : n_.kernels_) kernels.push_back(&kernel);
    std::vector<TensorLifetime> tensors = tensorLifetimes(kernels);
    for (std::size_t step = 0; step < n_.kernels_.size(); ++step) {
      for (const int id : tensorsBetween(plans_[step])) {
        tensors.push_back({id, static_cast<int>(step), static_cast<int>(step)});
      }
    }
    std::vector<Lifetime> lifetimes;
    for (const auto& [id, first, last] : tensors) lifetimes.push_back({(n_.tensorElements(id) * sizeof(Stored) + 3) / sizeof(float), first, last});
    const ArenaPlan arena = planArena(lifetimes);
    // Linux hands out more than it has, and kills whoever then uses it: ask first. The weights of one layer at a time are drawn as
    // fp32 before they are packed.
    std::size_t weightBytes = 0;
    std::size_t drawnBytes = 0;
    for (const Kernel& kernel : n_.kernels_) {
      weightBytes += kernel.weightBytes;
      drawnBytes = std::max(drawnBytes, kernel.weightBytes / sizeof(Stored) * sizeof(float));
    }
    if (arena.floats * sizeof(float) + weightBytes + drawnBytes > availableMemoryBytes()) throw std::bad_alloc();
    n_.activations_ = AlignedBuffer<std::byte>(arena.floats * sizeof(float));
    n_.tensors_.assign(n_.graph_.operators.size(), nullptr);
    for (std::size_t i = 0; i < tensors.size(); ++i) {
      n_.tensors_[static_cast<std::size_t>(tensors[i].id)] = n_.activations_.data() + arena.offsets[i] * sizeof(float);
    }
    for (const Kernel& kernel : n_.kernels_) {
      for (const int input : kernel.inputs) {
        if (n_.tensor(input) == nullptr) {
          failBadRequest("Kernel " + kernel.plan.name + " reads " + n_.graph_.at(input).name +
                         ", which another kernel keeps to itself.");
        }
      }
    }
  }

  struct BlockPlan {
    Block block;
    Schedule schedule;
  };

  // Decides how each kernel runs, before anything is placed: some keep tensors between their parts.
  void planKernels() {
    const MachineModel machine = machineModel(cpuInfo(), kernels_.tile, n_.options_.threads, n_.options_.ceilings);
    double passBytes = 0;
    for (const Kernel& kernel : n_.kernels_) passBytes += static_cast<double>(kernel.weightBytes + kernel.outputBytes);
    for (Kernel& kernel : n_.kernels_) {
      BlockPlan plan;
      if (kernel.plan.fused) {
        checkFusable(kernel);
        plan.block = blockOf(n_.graph_, kernel.plan);
      } else if (isLayer(n_.graph_.at(kernel.plan.operators.front()))) {
        plan.block.layers.push_back({kernel.plan.operators, -1, false});
      }
      if (!plan.block.layers.empty()) {
        const std::vector<Schedule> schedules = schedulesOf(shapeOf(kernel, plan.block, passBytes), kernels_, machine);
        plan.schedule = n_.options_.choose ? schedules[n_.options_.choose(schedules)] : bestOf(schedules);
        if (kernel.plan.fused) kernel.schedule = plan.schedule.sentence;
        if (n_.options_.ceilings) kernel.prediction = plan.schedule.prediction;
      }
      plans_.push_back(std::move(plan));
    }
  }

  void checkFusable(const Kernel& kernel) const {
    const auto& known = fusableBlocks();
    if (std::find(known.begin(), known.end(), blockKindOf(kernel)) == known.end()) {
      failUnsupported("There is no fused kernel for blocks of the kind '" + blockKindOf(kernel) + "'.");
    }
  }

  BlockShapeOf<Stored> shapeOf(const Kernel& kernel, const Block& block, double passBytes) const {
    BlockShapeOf<Stored> shape;
    shape.passBytes = passBytes;
    shape.isGated = block.gate >= 0;
    shape.gatedLayer = block.gatedLayer;
    shape.task.layerCount = block.layers.size();
    for (std::size_t i = 0; i < block.layers.size(); ++i) {
      const ChainLayer& layer = block.layers[i];
      BlockLayer& to = shape.task.layers[i];
      const Folded folded = foldedIn(kernel, layer.operators);
      to.conv.shape = convShapeOf(n_.graph_, n_.graph_.at(layer.operators.front()), batch_);
      to.conv.epilogue.before = folded.before;
      to.conv.epilogue.after = folded.after;
      if (layer.norm >= 0) to.norm.channels = n_.graph_.at(layer.norm).output.channels;
      to.joinsAndBlurs = layer.joinsAndBlurs;
      shape.addsInput = folded.residual >= 0 && block.shortcut.empty();
    }
    if (!block.shortcut.empty()) {
      shape.task.shortcut.shape = convShapeOf(n_.graph_, n_.graph_.at(block.shortcut.front()), batch_);
    }
    return shape;
  }

  // What a kernel keeps to itself: the tensors between its segments.
  static std::vector<int> tensorsBetween(const BlockPlan& plan) {
    std::vector<int> ids;
    for (std::size_t i = 0; i + 1 < plan.schedule.segments.size(); ++i) {
      ids.push_back(plan.block.layers[plan.schedule.segments[i].end - 1].operators.back());
    }
    return ids;
  }

  const std::string& blockKindOf(const Kernel& kernel) const {
    return n_.graph_.blockKinds[static_cast<std::size_t>(kernel.plan.block)];
  }

  // The operators behind the first: [activation] [add] [activation], each reading the one before it.
  Folded foldedIn(const Kernel& kernel, const std::vector<int>& operators) const {
    Folded folded;
    for (std::size_t i = 1; i < operators.size(); ++i) {
      const Operator& op = n_.graph_.at(operators[i]);
      const int previous = operators[i - 1];
      const auto reads = std::find(op.inputs.begin(), op.inputs.end(), previous);
      if (reads == op.inputs.end()) failUnsupported("Kernel " + kernel.plan.name + " is no chain of operators.");
      Activation& slot = folded.residual >= 0 ? folded.after : folded.before;
      if (op.kind == OperatorKind::activation && slot == Activation::none) {
        slot = op.function;
      } else if (op.kind == OperatorKind::add && folded.residual < 0) {
        folded.residual = op.inputs[0] == previous ? op.inputs[1] : op.inputs[0];
      } else {
        failUnsupported("Kernel " + kernel.plan.name + " folds " + op.name + ", which cannot be folded.");
      }
    }
    return folded;
  }

  // `computedWithin`: the operator, if any, whose result the kernel adds without writing it to memory.
  Epilogue epilogueOf(const Kernel& kernel, const std::vector<int>& operators, int computedWithin = -1) const {
    const Folded folded = foldedIn(kernel, operators);
    Epilogue epilogue;
    epilogue.before = folded.before;
    epilogue.after = folded.after;
    if (folded.residual >= 0 && folded.residual != computedWithin) {
      epilogue.residual = tensor(folded.residual);
      if (epilogue.residual == nullptr) failUnsupported("Kernel " + kernel.plan.name + " adds its own result.");
    }
    return epilogue;
  }

  Stored* tensor(int id) const { return static_cast<Stored*>(n_.tensor(id)); }

  // Memory that lives as long as the network.
  template <typename T>
  T* allocate(std::size_t count) {
    n_.parameters_.emplace_back(count * sizeof(T));
    return reinterpret_cast<T*>(n_.parameters_.back().data());
  }

  template <typename T>
  T* allocateWeights(std::size_t count) {
    n_.weightBytes_ += count * sizeof(T);
    return allocate<T>(count);
  }

  template <typename T>
  T* keep(const std::vector<float>& values) {
    T* kept = allocateWeights<T>(values.size());
    std::transform(values.begin(), values.end(), kept, [](float value) { return T(value); });
    return kept;
  }

  Parameters parametersOf(const Operator& op) const {
    return drawParameters(n_.graph_, op, n_.options_.seed, n_.dtype());
  }

  ConvTask convTask(const Operator& op, const Epilogue& epilogue) {
    ConvTask task;
    task.shape = convShapeOf(n_.graph_, op, batch_);
    task.input = tensor(op.inputs[0]);
    task.output = tensor(op.id);
    task.epilogue = epilogue;
    const Parameters parameters = parametersOf(op);
    Stored* weights = allocateWeights<Stored>(kernels_.packedWeights(task.shape));
    float* bias = allocateWeights<float>(kernels_.packedBias(task.shape));
    kernels_.pack(task.shape, parameters.weights.data(), op.hasBias ? parameters.biases.data() : nullptr, weights, bias);
    task.weights = weights;
    task.epilogue.bias = bias;
    return task;
  }

  NormTask normTask(const Operator& op) {
    const Parameters p = parametersOf(op);
    const Shape& shape = op.output;
    return {batch_ * shape.height * shape.width, shape.channels,   tensor(op.inputs[0]), keep<float>(p.weights),
            keep<float>(p.biases),               op.epsilon,       tensor(op.id)};
  }

  void addLayerwise(Kernel& kernel) {
    const Operator& op = n_.graph_.at(kernel.plan.operators.front());
    const Epilogue epilogue = epilogueOf(kernel, kernel.plan.operators);
    const Kernels<Stored>& k = kernels_;
    Stored* output = tensor(kernel.output);
    const Stored* input = op.inputs.empty() ? nullptr : tensor(op.inputs[0]);
    const Shape in = op.inputs.empty() ? Shape{} : n_.graph_.at(op.inputs[0]).output;
    if (!isLayer(op) && op.kind != OperatorKind::add && kernel.plan.operators.size() > 1) {
      failUnsupported("Kernel " + kernel.plan.name + " folds operators into one that cannot take them.");
    }
    const auto one = [&](const std::string& implementation, Phase phase) {
      kernel.implementation = implementation;
      kernel.phases.push_back(std::move(phase));
    };
    switch (op.kind) {
      case OperatorKind::input:
        failBadRequest("The input is no kernel.");
      case OperatorKind::conv2d:
      case OperatorKind::linear: {
        ConvTask task = convTask(op, epilogue);
        task.output = output;
        scratchFloats_ = k.convolveScratch(task.shape);
        return one(op.kind == OperatorKind::linear ? "linear" : "conv2d." + formOf(task.shape),
                   [&k, task](const Member& m) { k.convolve(task, m); });
      }
      case OperatorKind::maxPool:
      case OperatorKind::averagePool: {
        const PoolTaskOf<Stored> task{batch_,    in.height, in.width,  in.channels, op.output.height, op.output.width, op.kernelHeight,
                            op.stride, op.padTop, op.padLeft, op.kind == OperatorKind::maxPool, input, output};
        return one("pool", [&k, task](const Member& m) { k.pool(task, m); });
      }
      case OperatorKind::globalAveragePool: {
        const GlobalPoolTaskOf<Stored> task{batch_, in.height * in.width, in.channels, input, output, nullptr};
        return one("globalAveragePool", [&k, task](const Member& m) { k.globalPool(task, m); });
      }
      case OperatorKind::blurPool: {
        const BlurTaskOf<Stored> task{batch_, in.height, in.width, in.channels, op.output.height, op.output.width, input, output};
        return one("blurPool", [&k, task](const Member& m) { k.blur(task, m); });
      }
      case OperatorKind::activation: {
        const ElementTaskOf<Stored> task{n_.tensorElements(op.id), input, op.function, nullptr, Activation::none, output};
        return one("activation", [&k, task](const Member& m) { k.elementwise(task, m); });
      }
      case OperatorKind::add: {
        const ElementTaskOf<Stored> task{n_.tensorElements(op.id), input,  Activation::none, tensor(op.inputs[1]),
                               epilogue.before,          output};
        if (epilogue.residual != nullptr) failUnsupported("Kernel " + kernel.plan.name + " has two sums.");
        return one("add", [&k, task](const Member& m) { k.elementwise(task, m); });
      }
      case OperatorKind::concat: {
        const ConcatTaskOf<Stored> task{batch_ * in.height * in.width, in.channels, op.output.channels - in.channels, input,
                              tensor(op.inputs[1]),       output};
        return one("concat", [&k, task](const Member& m) { k.concat(task, m); });
      }
      case OperatorKind::layerNorm: {
        const NormTask task = normTask(op);
        return one("layerNorm", [&k, task](const Member& m) { k.normalize(task, m); });
      }
      case OperatorKind::squeezeExcite:
        return addSqueezeExcite(kernel, op);
    }
  }

  // The phases that compute the gate of squeeze-and-excite, one factor an image and channel, from its input.
  const float* addGate(Kernel& kernel, const Operator& op, const Stored* input) {
    const Kernels<Stored>& k = kernels_;
    const std::size_t channels = op.output.channels;
    const std::size_t pixels = op.output.height * op.output.width;
    const Parameters p = parametersOf(op);
    // The three vectors between its passes belong to the kernel and not to a member.
    const std::size_t workspace = batch_ * (2 * channels + op.squeezeChannels);
    float* pooled = allocate<float>(workspace);
    float* squeezed = pooled + batch_ * channels;
    float* gate = squeezed + batch_ * op.squeezeChannels;
    const GlobalPoolTaskOf<Stored> pool{batch_, pixels, channels, input, nullptr, pooled};
    const GateTaskOf<Stored> reduce{batch_, channels,          op.squeezeChannels, pooled, keep<Stored>(p.weights),
                                    keep<float>(p.biases), op.function, squeezed};
    const GateTaskOf<Stored> expand{batch_, op.squeezeChannels, channels, squeezed, keep<Stored>(p.secondWeights),
                                    keep<float>(p.secondBiases), op.gate, gate};
    kernel.workspaceBytes += workspace * sizeof(float);
    kernel.phases.push_back([&k, pool](const Member& m) { k.globalPool(pool, m); });
    kernel.phases.push_back([&k, reduce](const Member& m) { k.gate(reduce, m); });
    kernel.phases.push_back([&k, expand](const Member& m) { k.gate(expand, m); });
    return gate;
  }

  void addSqueezeExcite(Kernel& kernel, const Operator& op) {
    const Kernels<Stored>& k = kernels_;
    const Stored* input = tensor(op.inputs[0]);
    const float* gate = addGate(kernel, op, input);
    const ScaleTaskOf<Stored> scale{batch_, op.output.height * op.output.width, op.output.channels, input, gate, tensor(op.id)};
    kernel.implementation = "squeezeExcite";
    kernel.phases.push_back([&k, scale](const Member& m) { k.scale(scale, m); });
  }

  void addFused(Kernel& kernel, const BlockPlan& plan) {
    const auto& [block, schedule] = plan;
    const int shortcut = block.shortcut.empty() ? -1 : block.shortcut.back();
    std::vector<BlockLayer> layers;
    for (const ChainLayer& layer : block.layers) {
      BlockLayer made;
      made.conv = convTask(n_.graph_.at(layer.operators.front()), epilogueOf(kernel, layer.operators, shortcut));
      made.conv.output = tensor(layer.operators.back());
      if (layer.norm >= 0) made.norm = normTask(n_.graph_.at(layer.norm));
      made.joinsAndBlurs = layer.joinsAndBlurs;
      layers.push_back(made);
    }
    bool isFused = false;
    for (const Segment& segment : schedule.segments) {
      ConvTask& first = layers[segment.first].conv;
      if (segment.first > 0) first.input = layers[segment.first - 1].conv.output;
      if (block.gate >= 0 && segment.first == block.gatedLayer) {
        first.inputScale = addGate(kernel, n_.graph_.at(block.gate), first.input);
      }
      isFused = isFused || segment.form != SegmentForm::layer;
      addSegment(kernel, block, segment, layers);
    }
    kernel.implementation = (isFused ? "fused." : "layers.") + blockKindOf(kernel);
  }

  void addSegment(Kernel& kernel, const Block& block, const Segment& segment, const std::vector<BlockLayer>& layers) {
    const Kernels<Stored>& k = kernels_;
    const auto add = [&](std::size_t scratch, Phase phase) {
      scratchFloats_ = std::max(scratchFloats_, scratch);
      kernel.phases.push_back(std::move(phase));
    };
    switch (segment.form) {
      case SegmentForm::layer: {
        const ConvTask task = layers[segment.first].conv;
        return add(k.convolveScratch(task.shape), [&k, task](const Member& m) { k.convolve(task, m); });
      }
      case SegmentForm::slices: {
        const ExpandTask task{layers[segment.first].conv, layers[segment.first + 1].conv, segment.stripRows};
        return add(k.expandScratch(task), [&k, task](const Member& m) { k.expand(task, m); });
      }
      case SegmentForm::strips: {
        FusedTask task;
        task.layerCount = segment.end - segment.first;
        std::copy(layers.begin() + static_cast<std::ptrdiff_t>(segment.first), layers.begin() + static_cast<std::ptrdiff_t>(segment.end), task.layers);
        task.stripRows = segment.stripRows;
        if (segment.end == layers.size() && !block.shortcut.empty()) {
          task.shortcut = convTask(n_.graph_.at(block.shortcut.front()), epilogueOf(kernel, block.shortcut));
        }
        return add(k.fusedScratch(task), [&k, task](const Member& m) { k.fused(task, m); });
      }
    }
  }

  Network& n_;
  const Kernels<Stored>& kernels_;
  std::size_t batch_;
  std::vector<BlockPlan> plans_;  // of each kernel
  std::size_t scratchFloats_ = 0;
  std::size_t largestScratch_ = 0;
  std::atomic<bool> scratchFailed_{false};
};

Network::Network(Graph graph, std::vector<PlannedKernel> plan, const NetworkOptions& options,
                 const Cancellation& cancellation)
    : Executable(std::move(graph), options.batch, options.threads, options.seed, options.dtype), options_(options) {
  try {
    if (options_.dtype == DataType::bf16) {
      NetworkBuilder<Bf16>(*this, *options_.kernels->bf16).build(std::move(plan), cancellation);
    } else {
      NetworkBuilder<float>(*this, *options_.kernels->fp32).build(std::move(plan), cancellation);
    }
    fillInput();
  } catch (const std::bad_alloc&) {
    throw ProtocolError("outOfMemory", "There is not enough memory for " + graph_.name + " at batch " +
                                           std::to_string(options_.batch) + ".");
  }
}

}  // namespace plimsoll
