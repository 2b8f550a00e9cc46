// From a plan to chains of primitives. How formats are chosen:
//
// - Every primitive may choose the format of its result, and of its weights, which are brought into it once, here.
// - A primitive is asked which format it likes best for what it reads (`any`). Where that is not the one that it comes in,
//   but the same implementation takes it as it is, it is left as it is; else it is reordered first, in the kernel that
//   needs it and on that kernel's time.
// - Bias, activations and the residual sum are post-ops. A convolution adds to what its result's memory holds (`sum`), which
//   takes no copy where nobody reads the residual afterwards: the result is then written over it. Else it reads the residual
//   while it writes (`binary`) or, where no optimized implementation does, the sum becomes a primitive of its own in the
//   same kernel.
#include <algorithm>
#include <array>
#include <new>
#include <numeric>

#include "cpu/memory_info.h"
#include "network/arena.h"
#include "network/network.h"
#include "onednn_network.h"
#include "support/error.h"

namespace plimsoll::onednn {
namespace {

using Dims = memory::dims;
constexpr auto f32 = memory::data_type::f32;
using Tag = memory::format_tag;

memory::dim extent(std::size_t value) { return static_cast<memory::dim>(value); }

struct Eltwise {
  algorithm kind;
  float alpha, beta;
};

// An activation in oneDNN's terms; it takes two where 2.6 has no single one.
std::vector<Eltwise> eltwisesOf(Activation function) {
  switch (function) {
    case Activation::none: return {};
    case Activation::relu: return {{algorithm::eltwise_relu, 0, 0}};
    case Activation::relu6: return {{algorithm::eltwise_clip, 0, 6}};
    case Activation::silu: return {{algorithm::eltwise_swish, 1, 0}};
    case Activation::gelu: return {{algorithm::eltwise_gelu_erf, 0, 0}};
    case Activation::sigmoid: return {{algorithm::eltwise_logistic, 0, 0}};
    // x * min(max(x / 6 + 1/2, 0), 1): 2.x has the constants built in, 3.x is told them.
    case Activation::hardSwish: return {{algorithm::eltwise_hardswish, 1.0f / 6, 0.5f}};
    case Activation::hardSigmoid:
      return {{algorithm::eltwise_linear, 1.0f / 6, 0.5f}, {algorithm::eltwise_clip, 0, 1}};
  }
  return {};
}

bool isReference(const std::string& implementation) {
  return implementation.rfind("ref", 0) == 0 || implementation.find(":ref") != std::string::npos;
}

// One thing that is done to a result: an activation, or the sum with another tensor.
struct Tail {
  Activation function = Activation::none;
  int residual = -1;  // an operator's id where it is a sum
};

}  // namespace

class ChainBuilder {
 public:
  explicit ChainBuilder(OnednnNetwork& network) : n_(network), batch_(extent(network.batch())) {}

  void build(std::vector<PlannedKernel> plan, const Cancellation& cancellation) {
    n_.tensors_.resize(n_.graph_.operators.size());
    n_.overInput_.resize(n_.graph_.operators.size());
    root_.resize(n_.graph_.operators.size());
    std::iota(root_.begin(), root_.end(), 0);
    for (PlannedKernel& planned : plan) {
      Chain chain;
      chain.plan = std::move(planned);
      describeKernel(chain, n_.graph_, n_.batch(), DataType::fp32);
      n_.chains_.push_back(std::move(chain));
    }
    // A plan's least footprint is known before any format is: it must not take what the machine does not have.
    reserve();
    keepTensor(0, unplaced(nhwc(shapeOf(0))));
    for (Chain& chain : n_.chains_) {
      cancellation.throwIfRequested();
      begin(chain);
      for (const int input : chain.inputs) {
        if (!n_.tensors_[index(input)].get(true)) {
          failBadRequest("Kernel " + chain.plan.name + " reads " + n_.graph_.at(input).name +
                         ", which another kernel keeps to itself.");
        }
      }
      if (chain.plan.fused) failKernel("there are no fused kernels in oneDNN; ask for the layerwise plan.");
      try {
        add();
      } catch (const dnnl::error& error) {
        if (error.status == dnnl_out_of_memory) throw std::bad_alloc();
        throw ProtocolError("unsupported", "oneDNN does not take kernel " + chain.plan.name + ".", error.what());
      }
      finish();
    }
    place();
  }

 private:
  // ------------------------------------------------------------------------------------------------------- memory

  struct Placed {
    memory view;
    int tensor;  // an operator's id; -1 where it lies in the workspace
    std::size_t offsetBytes;
  };

  static std::size_t index(int id) { return static_cast<std::size_t>(id); }

  Dims shapeOf(int id) const {
    const Shape& shape = n_.graph_.at(id).output;
    return {batch_, extent(shape.channels), extent(shape.height), extent(shape.width)};
  }

  // What tensors and weights are kept as; biases, and all parameters as they were drawn, are fp32.
  memory::data_type stored() const { return storedType(n_.dtype()); }
  memory::desc nhwc(const Dims& dims) const { return {dims, stored(), Tag::nhwc}; }
  memory::desc any(const Dims& dims) const { return {dims, stored(), Tag::any}; }

  memory unplaced(const memory::desc& desc) const { return memory(desc, n_.cpu_, DNNL_MEMORY_NONE); }

  void keepTensor(int id, const memory& tensor) {
    n_.tensors_[index(id)] = tensor;
    placed_.push_back({tensor, id, 0});
  }

  // The memory of the kernel's result, in the format that its producer chose.
  memory resultIn(const memory::desc& desc) {
    memory result = unplaced(desc);
    keepTensor(chain_->output, result);
    return result;
  }

  // The kernel's result takes the place of a tensor that nobody reads afterwards.
  memory resultOver(int id) {
    const memory result = viewOf(tensor(id), tensor(id).get_desc());
    n_.tensors_[index(chain_->output)] = result;
    root_[index(chain_->output)] = rootOf(id);
    n_.overInput_[index(chain_->output)] = true;
    return result;
  }

  int rootOf(int id) const { return root_[index(id)]; }

  // Whether this kernel is the last to read the tensor. The image is to be read again in the next pass.
  bool endsHere(int id) const {
    if (rootOf(id) == 0) return false;
    const auto& reads = chain_->plan.operators;
    int own = 0;
    for (const int op : reads) {
      const auto& inputs = n_.graph_.at(op).inputs;
      own += static_cast<int>(std::count(inputs.begin(), inputs.end(), id));
    }
    const auto readsIt = [id](const Chain& later) {
      return std::find(later.inputs.begin(), later.inputs.end(), id) != later.inputs.end();
    };
    return own == 1 && std::none_of(n_.chains_.begin() + (chain_ - n_.chains_.data()) + 1, n_.chains_.end(), readsIt);
  }

  // Memory of this kernel alone, while it runs.
  memory temporary(const memory::desc& desc) {
    memory result = unplaced(desc);
    placed_.push_back({result, -1, workspaceBytes_});
    constexpr std::size_t line = 64;
    workspaceBytes_ += (desc.get_size() + line - 1) / line * line;
    return result;
  }

  // The same bytes with other dimensions, or a part of them that begins at an offset.
  memory viewOf(const memory& whole, const memory::desc& desc, std::size_t offsetBytes = 0) {
    memory view = unplaced(desc);
    const auto found =
        std::find_if(placed_.begin(), placed_.end(), [&](const Placed& p) { return p.view.get() == whole.get(); });
    if (found == placed_.end()) throw ProtocolError("internal", "A view of memory that was never placed.");
    const Placed original = *found;
    placed_.push_back({view, original.tensor, original.offsetBytes + offsetBytes});
    return view;
  }

  // Parameters in the format that a primitive wants: once, and not on its time.
  memory parameters(const memory::desc& plain, const std::vector<float>& values, const memory::desc& wanted) {
    memory given(plain, n_.cpu_, const_cast<float*>(values.data()));
    memory kept(wanted, n_.cpu_);
    dnnl::reorder(given, kept).execute(n_.stream_, given, kept);
    n_.stream_.wait();
    n_.parameters_.push_back(kept);
    n_.weightBytes_ += wanted.get_size();
    return kept;
  }

  memory vector(const std::vector<float>& values) {
    const memory::desc desc({extent(values.size())}, f32, Tag::a);
    return parameters(desc, values, desc);
  }

  void reserve() const {
    std::size_t elements = 0;
    for (const TensorLifetime& tensor : lifetimes()) elements = std::max(elements, n_.tensorElements(tensor.id));
    if (elements * bytesPerElement(n_.dtype()) > availableMemoryBytes()) throw std::bad_alloc();
  }

  std::vector<TensorLifetime> lifetimes() const {
    std::vector<const PreparedKernel*> kernels;
    for (const Chain& chain : n_.chains_) kernels.push_back(&chain);
    return tensorLifetimes(kernels);
  }

  // Formats are settled, so sizes are: everything gets its address.
  void place() {
    std::vector<TensorLifetime> tensors;
    for (const TensorLifetime& tensor : lifetimes()) {
      const int root = rootOf(tensor.id);
      const auto first = std::find_if(tensors.begin(), tensors.end(), [&](const auto& t) { return t.id == root; });
      if (first == tensors.end()) {
        tensors.push_back(tensor);
      } else {
        first->lastStep = std::max(first->lastStep, tensor.lastStep);
      }
    }
    std::vector<Lifetime> wanted;
    for (const auto& [id, first, last] : tensors) {
      const std::size_t bytes = n_.tensors_[index(id)].get_desc().get_size();
      wanted.push_back({(bytes + sizeof(float) - 1) / sizeof(float), first, last});
    }
    const ArenaPlan arena = planArena(wanted);
    if (arena.floats * sizeof(float) + largestWorkspaceBytes_ > availableMemoryBytes()) throw std::bad_alloc();
    n_.activations_ = AlignedBuffer<float>(arena.floats);
    n_.workspace_ = AlignedBuffer<float>(largestWorkspaceBytes_ / sizeof(float));
    std::vector<char*> addresses(n_.tensors_.size(), nullptr);
    for (std::size_t i = 0; i < tensors.size(); ++i) {
      addresses[index(tensors[i].id)] = reinterpret_cast<char*>(n_.activations_.data() + arena.offsets[i]);
    }
    for (Placed& placed : placed_) {
      char* base = placed.tensor < 0 ? reinterpret_cast<char*>(n_.workspace_.data()) : addresses[index(placed.tensor)];
      placed.view.set_data_handle(base + placed.offsetBytes);
    }
  }

  // -------------------------------------------------------------------------------------------------------- steps

  void begin(Chain& chain) {
    chain_ = &chain;
    workspaceBytes_ = 0;
    implementations_.clear();
    reorders_ = 0;
  }

  void finish() {
    std::string text = "onednn:";
    for (std::size_t i = 0; i < implementations_.size(); ++i) text += (i == 0 ? "" : "+") + implementations_[i];
    if (reorders_ > 0) text += "+reorder";
    chain_->implementation = text;
    chain_->workspaceBytes = workspaceBytes_;
    largestWorkspaceBytes_ = std::max(largestWorkspaceBytes_, workspaceBytes_);
  }

  [[noreturn]] void failKernel(const std::string& why) const {
    failUnsupported("Kernel " + chain_->plan.name + " cannot be run by oneDNN: " + why);
  }

  // Its scratchpad is ours, so that it is counted and reused.
  static primitive_attr attributes(const post_ops& operations = {}) {
    primitive_attr result;
    result.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    result.set_post_ops(operations);
    return result;
  }

  template <typename Primitive, typename Descriptor>
  void step(const Descriptor& descriptor, std::unordered_map<int, memory> arguments) {
    if (descriptor.scratchpad_desc().get_size() > 0) {
      arguments[DNNL_ARG_SCRATCHPAD] = temporary(descriptor.scratchpad_desc());
    }
    implementations_.emplace_back(descriptor.impl_info_str());
    chain_->steps.push_back({Primitive(descriptor), std::move(arguments)});
  }

  void copy(const memory& from, const memory& to) {
    const dnnl::reorder::primitive_desc descriptor(n_.cpu_, from.get_desc(), n_.cpu_, to.get_desc(), attributes());
    std::unordered_map<int, memory> arguments = {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}};
    if (descriptor.scratchpad_desc().get_size() > 0) {
      arguments[DNNL_ARG_SCRATCHPAD] = temporary(descriptor.scratchpad_desc());
    }
    chain_->steps.push_back({dnnl::reorder(descriptor), std::move(arguments)});
    ++reorders_;
  }

  // The memory itself where it has the format already.
  memory reordered(const memory& given, const memory::desc& wanted) {
    if (given.get_desc() == wanted) return given;
    memory result = temporary(wanted);
    copy(given, result);
    return result;
  }

  const memory& tensor(int id) const { return n_.tensors_[index(id)]; }

  // `make` builds a descriptor for a format of the source.
  template <typename Make>
  auto bestSource(const memory::desc& given, const Dims& dims, const Make& make) -> decltype(make(given)) {
    auto free = make(any(dims));
    if (free && free->src_desc() == given) return free;
    auto fixed = make(given);
    if (!free) return fixed;
    if (fixed && std::string(fixed->impl_info_str()) == free->impl_info_str()) return fixed;
    return free;
  }

  // ----------------------------------------------------------------------------------------------------- post-ops

  // The operators behind the first: activations and at most one sum, each reading the one before it.
  std::vector<Tail> tailOf(std::size_t from) const {
    std::vector<Tail> tail;
    const auto& ids = chain_->plan.operators;
    for (std::size_t i = from; i < ids.size(); ++i) {
      const Operator& op = n_.graph_.at(ids[i]);
      const int previous = ids[i - 1];
      if (std::find(op.inputs.begin(), op.inputs.end(), previous) == op.inputs.end()) {
        failKernel("its operators are no chain.");
      }
      if (op.kind == OperatorKind::activation) {
        tail.push_back({op.function});
      } else if (op.kind == OperatorKind::add) {
        const int other = op.inputs[0] == previous ? op.inputs[1] : op.inputs[0];
        if (!n_.tensors_[index(other)].get(true)) failKernel("it adds its own result.");
        tail.push_back({Activation::none, other});
      } else {
        failKernel(op.name + " is no post-op.");
      }
    }
    return tail;
  }

  struct PostOps {
    post_ops operations;
    std::unordered_map<int, memory> arguments;
  };

  // `addends`: what each sum of the tail adds, in order; `inPlace`: it adds what lies in the result's memory.
  static PostOps postOps(const std::vector<Tail>& tail, const std::vector<memory>& addends, bool inPlace = false) {
    PostOps result;
    std::size_t next = 0;
    for (const Tail& part : tail) {
      if (part.residual >= 0 && inPlace) {
        result.operations.append_sum(1.0f);
      } else if (part.residual >= 0) {
        const memory& addend = addends.at(next++);
        result.arguments[DNNL_ARG_ATTR_MULTIPLE_POST_OP(result.operations.len()) | DNNL_ARG_SRC_1] = addend;
        result.operations.append_binary(algorithm::binary_add, addend.get_desc());
      }
      for (const auto& [kind, alpha, beta] : eltwisesOf(part.function)) {
        appendEltwise(result.operations, kind, alpha, beta);
      }
    }
    return result;
  }

  static std::unordered_map<int, memory> joined(std::unordered_map<int, memory> left,
                                                const std::unordered_map<int, memory>& right) {
    left.insert(right.begin(), right.end());
    return left;
  }

  // ------------------------------------------------------------------------------------------------------- layers

  // A convolution or inner product whose result is the kernel's. `make` builds a descriptor from the formats of source
  // and result and the attributes; `run` appends the step.
  template <typename Make, typename Run>
  void layer(const memory& source, const Dims& sourceDims, const Dims& resultDims, const std::vector<Tail>& tail,
             const Make& make, const Run& run) {
    const auto sum = std::find_if(tail.begin(), tail.end(), [](const Tail& part) { return part.residual >= 0; });
    const auto choose = [&](const memory::desc& result, const PostOps& post) {
      return bestSource(source.get_desc(), sourceDims,
                        [&](const memory::desc& from) { return make(from, result, attributes(post.operations)); });
    };
    if (sum == tail.end()) {
      const PostOps post = postOps(tail, {});
      const auto descriptor = choose(any(resultDims), post);
      if (!descriptor) failKernel("there is no primitive for its shape with these activations.");
      run(*descriptor, resultIn(descriptor->dst_desc()), post);
      return;
    }
    const memory residual = tensor(sum->residual);
    // The sum reads both in one format: that of what is added.
    if (endsHere(sum->residual)) {
      const PostOps inPlace = postOps(tail, {}, true);
      const auto over = choose(residual.get_desc(), inPlace);
      if (over && !isReference(over->impl_info_str())) {
        run(*over, resultOver(sum->residual), inPlace);
        implementations_.back() += "(sum)";
        return;
      }
    }
    const PostOps post = postOps(tail, {residual});
    const auto whole = choose(residual.get_desc(), post);
    if (whole && !isReference(whole->impl_info_str())) {
      run(*whole, resultIn(whole->dst_desc()), post);
      return;
    }
    const PostOps before = postOps({tail.begin(), sum}, {});
    const auto first = choose(any(resultDims), before);
    if (!first) failKernel("there is no primitive for its shape with these activations.");
    const memory inner = temporary(first->dst_desc());
    run(*first, inner, before);
    addSum(inner, residual, {sum + 1, tail.end()});
  }

  void addSum(const memory& left, const memory& right, const std::vector<Tail>& tail) {
    std::vector<memory> addends;
    for (const Tail& part : tail) {
      if (part.residual >= 0) addends.push_back(reordered(tensor(part.residual), left.get_desc()));
    }
    const PostOps post = postOps(tail, addends);
    const memory other = reordered(right, left.get_desc());
    const auto descriptor = binary(n_.cpu_, algorithm::binary_add, left.get_desc(), left.get_desc(), left.get_desc(),
                                   attributes(post.operations));
    if (!descriptor) failKernel("there is no primitive for its sum.");
    step<dnnl::binary>(*descriptor, joined({{DNNL_ARG_SRC_0, left}, {DNNL_ARG_SRC_1, other},
                                            {DNNL_ARG_DST, resultIn(left.get_desc())}}, post.arguments));
  }

  void addConvolution(const memory& source, const ConvShape& s, const std::vector<float>& weights,
                      const std::vector<float>& bias, const std::vector<Tail>& tail) {
    const Dims from = {batch_, extent(s.inChannels), extent(s.inHeight), extent(s.inWidth)};
    const Dims to = {batch_, extent(s.outChannels), extent(s.outHeight), extent(s.outWidth)};
    // Drawn in the order output, row, column, input.
    const memory::dim in = extent(s.inPerGroup());
    const memory::dim row = extent(s.kernelWidth) * in;
    const memory::dim out = extent(s.kernelHeight) * row;
    Dims dims = {extent(s.outPerGroup()), in, extent(s.kernelHeight), extent(s.kernelWidth)};
    Dims strides = {out, 1, row, in};
    if (s.groups > 1) {
      dims.insert(dims.begin(), extent(s.groups));
      strides.insert(strides.begin(), out * extent(s.outPerGroup()));
    }
    const Window window = windowOf(s.kernelHeight, s.kernelWidth, s.stride, s.padTop, s.padLeft, from, to);
    const memory::desc biasDesc({to[1]}, f32, Tag::a);
    layer(
        source, from, to, tail,
        [&](const memory::desc& sourceDesc, const memory::desc& result, const primitive_attr& attr) {
          return convolution(n_.cpu_, sourceDesc, any(dims), biasDesc, result, window, attr);
        },
        [&](const ConvolutionDesc& descriptor, const memory& result, const PostOps& post) {
          const memory kept = parameters(memory::desc(dims, f32, strides), weights, descriptor.weights_desc());
          step<dnnl::convolution_forward>(
              descriptor, joined({{DNNL_ARG_SRC, reordered(source, descriptor.src_desc())}, {DNNL_ARG_WEIGHTS, kept},
                                  {DNNL_ARG_BIAS, vector(bias)}, {DNNL_ARG_DST, result}}, post.arguments));
        });
  }

  // Bottom and right are what the result needs; a window that does not reach the border needs nothing.
  static Window windowOf(std::size_t height, std::size_t width, std::size_t stride, std::size_t top, std::size_t left,
                         const Dims& from, const Dims& to) {
    const auto after = [&](memory::dim in, memory::dim out, std::size_t kernel, std::size_t before) {
      return std::max<memory::dim>(0, (out - 1) * extent(stride) + extent(kernel) - in - extent(before));
    };
    return {{extent(height), extent(width)},
            {extent(stride), extent(stride)},
            {extent(top), extent(left)},
            {after(from[2], to[2], height, top), after(from[3], to[3], width, left)}};
  }

  // The inner product of whole images with the weights of each output; `weights` in the order output, row, column, input.
  struct InnerProduct {
    memory source;
    Dims from;
    std::size_t outputs;
    const std::vector<float>& weights;
    const std::vector<float>& bias;
  };

  std::optional<InnerProductDesc> describe(const InnerProduct& p, const memory::desc& source,
                                           const primitive_attr& attr) const {
    const Dims dims = {extent(p.outputs), p.from[1], p.from[2], p.from[3]};
    return innerProduct(n_.cpu_, source, any(dims), {{extent(p.outputs)}, f32, Tag::a},
                        {{batch_, extent(p.outputs)}, stored(), Tag::nc}, attr);
  }

  // `result` is NHWC of one pixel, which lies in memory as the plain vector.
  void run(const InnerProduct& p, const InnerProductDesc& descriptor, const memory& result, const PostOps& post) {
    const Dims dims = {extent(p.outputs), p.from[1], p.from[2], p.from[3]};
    const Dims strides = {p.from[1] * p.from[2] * p.from[3], 1, p.from[3] * p.from[1], p.from[1]};
    const memory kept = parameters(memory::desc(dims, f32, strides), p.weights, descriptor.weights_desc());
    step<dnnl::inner_product_forward>(
        descriptor, joined({{DNNL_ARG_SRC, reordered(p.source, descriptor.src_desc())}, {DNNL_ARG_WEIGHTS, kept},
                            {DNNL_ARG_BIAS, vector(p.bias)}, {DNNL_ARG_DST, viewOf(result, descriptor.dst_desc())}},
                           post.arguments));
  }

  void addLinear(const Operator& op, const Parameters& p, const std::vector<Tail>& tail) {
    const int input = op.inputs[0];
    const InnerProduct product{tensor(input), shapeOf(input), op.output.channels, p.weights, p.biases};
    const auto sum = std::find_if(tail.begin(), tail.end(), [](const Tail& part) { return part.residual >= 0; });
    const PostOps post = postOps({tail.begin(), sum}, {});
    const auto descriptor = bestInnerProduct(product, post);
    if (sum == tail.end()) return run(product, descriptor, resultIn(nhwc(shapeOf(op.id))), post);
    const memory inner = temporary(nhwc(shapeOf(op.id)));
    run(product, descriptor, inner, post);
    addSum(inner, tensor(sum->residual), {sum + 1, tail.end()});
  }

  InnerProductDesc bestInnerProduct(const InnerProduct& product, const PostOps& post) {
    const auto found = bestSource(product.source.get_desc(), product.from, [&](const memory::desc& source) {
      return describe(product, source, attributes(post.operations));
    });
    if (!found) failKernel("there is no inner product for its shape with these activations.");
    return *found;
  }

  // ------------------------------------------------------------------------------------------------ other operators

  void add() {
    const Operator& op = n_.graph_.at(chain_->plan.operators.front());
    const std::vector<Tail> tail = tailOf(1);
    const bool takesTail = op.kind == OperatorKind::conv2d || op.kind == OperatorKind::linear || op.kind == OperatorKind::add;
    if (!takesTail && !tail.empty()) failKernel("it folds operators into one that cannot take them.");
    const Parameters p = parametersOf(op);
    switch (op.kind) {
      case OperatorKind::input:
        failBadRequest("The input is no kernel.");
      case OperatorKind::conv2d:
        return addConvolution(tensor(op.inputs[0]), convShapeOf(n_.graph_, op, n_.batch()), p.weights, p.biases, tail);
      case OperatorKind::linear:
        return addLinear(op, p, tail);
      case OperatorKind::maxPool:
        return addPool(op, algorithm::pooling_max);
      case OperatorKind::averagePool:
        return addPool(op, algorithm::pooling_avg_include_padding);
      case OperatorKind::globalAveragePool: {
        const auto descriptor = globalPool(op.inputs[0]);
        return runPool(descriptor, tensor(op.inputs[0]), resultIn(descriptor.dst_desc()));
      }
      case OperatorKind::blurPool:
        return addBlur(op);
      case OperatorKind::activation:
        return addActivation(op);
      case OperatorKind::add:
        return addSum(tensor(op.inputs[0]), tensor(op.inputs[1]), tail);
      case OperatorKind::concat:
        return addConcat(op);
      case OperatorKind::layerNorm:
        return addLayerNorm(op, p);
      case OperatorKind::squeezeExcite:
        return addSqueezeExcite(op, p);
    }
  }

  // A layer without a bias gets one of zeros: every primitive has one then, and it costs nothing.
  Parameters parametersOf(const Operator& op) const {
    Parameters p = drawParameters(n_.graph_, op, n_.seed(), DataType::fp32);
    const bool isLayer = op.kind == OperatorKind::conv2d || op.kind == OperatorKind::linear;
    if (isLayer && p.biases.empty()) p.biases.assign(op.output.channels, 0.0f);
    return p;
  }

  void runPool(const PoolingDesc& descriptor, const memory& source, const memory& result) {
    step<dnnl::pooling_forward>(descriptor, {{DNNL_ARG_SRC, source}, {DNNL_ARG_DST, result}});
  }

  void addPool(const Operator& op, algorithm kind) {
    const Dims from = shapeOf(op.inputs[0]);
    const Dims to = shapeOf(op.id);
    const Window window = windowOf(op.kernelHeight, op.kernelWidth, op.stride, op.padTop, op.padLeft, from, to);
    const memory& source = tensor(op.inputs[0]);
    const auto descriptor = pooling(n_.cpu_, kind, source.get_desc(), any(to), window, attributes());
    if (!descriptor) failKernel("there is no pooling for its window.");
    runPool(*descriptor, source, resultIn(descriptor->dst_desc()));
  }

  PoolingDesc globalPool(int input) const {
    const Dims from = shapeOf(input);
    const Window window{{from[2], from[3]}, {1, 1}, {0, 0}, {0, 0}};
    const auto descriptor = pooling(n_.cpu_, algorithm::pooling_avg_exclude_padding, tensor(input).get_desc(),
                                    any({from[0], from[1], 1, 1}), window, attributes());
    if (!descriptor) failKernel("there is no pooling over whole images of its size.");
    return *descriptor;
  }

  void addActivation(const Operator& op) {
    const memory& source = tensor(op.inputs[0]);
    const std::vector<Eltwise> parts = eltwisesOf(op.function);
    post_ops rest;
    for (std::size_t i = 1; i < parts.size(); ++i) appendEltwise(rest, parts[i].kind, parts[i].alpha, parts[i].beta);
    const auto descriptor =
        eltwise(n_.cpu_, parts[0].kind, source.get_desc(), parts[0].alpha, parts[0].beta, attributes(rest));
    if (!descriptor) failKernel("there is no primitive for its activation.");
    step<dnnl::eltwise_forward>(*descriptor, {{DNNL_ARG_SRC, source}, {DNNL_ARG_DST, resultIn(source.get_desc())}});
  }

  void addConcat(const Operator& op) {
    const memory& left = tensor(op.inputs[0]);
    const memory& right = tensor(op.inputs[1]);
    const auto descriptor = concat(n_.cpu_, {left.get_desc(), right.get_desc()}, attributes());
    if (!descriptor) failKernel("its tensors cannot be joined.");
    step<dnnl::concat>(*descriptor, {{DNNL_ARG_MULTIPLE_SRC, left}, {DNNL_ARG_MULTIPLE_SRC + 1, right},
                                     {DNNL_ARG_DST, resultIn(descriptor->dst_desc())}});
  }

  void addLayerNorm(const Operator& op, const Parameters& p) {
    const Dims dims = shapeOf(op.id);
    // oneDNN normalizes along the last dimension: NHWC seen as images, pixels, channels.
    const memory::desc rows({dims[0], dims[2] * dims[3], dims[1]}, stored(), Tag::abc);
    const auto descriptor = layerNorm(n_.cpu_, rows, op.epsilon, attributes());
    if (!descriptor) failKernel("there is no layer normalization for its shape.");
    const memory source = reordered(tensor(op.inputs[0]), nhwc(dims));
    const memory result = resultIn(nhwc(dims));
    step<dnnl::layer_normalization_forward>(
        *descriptor, {{DNNL_ARG_SRC, viewOf(source, rows)}, {DNNL_ARG_SCALE, vector(p.weights)},
                      {DNNL_ARG_SHIFT, vector(p.biases)}, {DNNL_ARG_DST, viewOf(result, rows)}});
  }

  struct Product {
    memory::desc tensor;
    Tag gate;
    std::optional<BinaryDesc> descriptor;
  };

  // Pool, two inner products, and the product with the input.
  void addSqueezeExcite(const Operator& op, const Parameters& p) {
    const memory& source = tensor(op.inputs[0]);
    const Dims dims = shapeOf(op.id);
    const memory::dim squeezed = extent(op.squeezeChannels);
    const auto pool = globalPool(op.inputs[0]);
    const memory pooled = temporary(pool.dst_desc());
    runPool(pool, source, pooled);

    const memory hidden = temporary(nhwc({batch_, squeezed, 1, 1}));
    const InnerProduct reduce{pooled, {batch_, dims[1], 1, 1}, op.squeezeChannels, p.weights, p.biases};
    const PostOps inner = postOps({{op.function}}, {});
    run(reduce, bestInnerProduct(reduce, inner), hidden, inner);

    const memory gate = temporary(nhwc({batch_, dims[1], 1, 1}));
    const InnerProduct expand{hidden, {batch_, squeezed, 1, 1}, op.output.channels, p.secondWeights, p.secondBiases};
    const PostOps outer = postOps({{op.gate}}, {});
    run(expand, bestInnerProduct(expand, outer), gate, outer);

    // Which formats of the two have more than reference code differs from version to version; the last ones always do.
    const memory::desc given = source.get_desc();
    Product product{given, tagOf(given, dims), {}};
    for (const Product& choice : {product, Product{given, Tag::nhwc, {}}, Product{nhwc(dims), Tag::nhwc, {}}}) {
      const memory::desc scales({batch_, dims[1], 1, 1}, stored(), choice.gate);
      product = choice;
      product.descriptor = binary(n_.cpu_, algorithm::binary_mul, choice.tensor, scales, choice.tensor, attributes());
      if (product.descriptor && !isReference(product.descriptor->impl_info_str())) break;
    }
    const memory::desc tensorDesc = product.tensor;
    const Tag tag = product.gate;
    const auto& whole = product.descriptor;
    const memory scaled = reordered(source, tensorDesc);
    const memory scales = reordered(gate, {{batch_, dims[1], 1, 1}, stored(), tag});
    const memory result = resultIn(tensorDesc);
    if (whole && (batch_ == 1 || !isReference(whole->impl_info_str()))) {
      step<dnnl::binary>(*whole, {{DNNL_ARG_SRC_0, scaled}, {DNNL_ARG_SRC_1, scales}, {DNNL_ARG_DST, result}});
      return;
    }
    // A gate that differs from image to image has no optimized implementation in every version; that of one image has.
    const Dims one = {1, dims[1], dims[2], dims[3]};
    const memory::desc image = tensorDesc.submemory_desc(one, {0, 0, 0, 0});
    const std::size_t imageBytes = tensorDesc.get_size() / n_.batch();
    const memory::desc gateOfOne({1, dims[1], 1, 1}, stored(), tag);
    const auto single = binary(n_.cpu_, algorithm::binary_mul, image, gateOfOne, image, attributes());
    if (!single) failKernel("there is no product of its gate with its input.");
    for (std::size_t i = 0; i < n_.batch(); ++i) {
      step<dnnl::binary>(*single, {{DNNL_ARG_SRC_0, viewOf(scaled, image, i * imageBytes)},
                                   {DNNL_ARG_SRC_1, viewOf(scales, gateOfOne, i * gateOfOne.get_size())},
                                   {DNNL_ARG_DST, viewOf(result, image, i * imageBytes)}});
      if (i > 0) implementations_.pop_back();
    }
  }

  Tag tagOf(const memory::desc& desc, const Dims& dims) const {
    for (const Tag tag : {Tag::nhwc, Tag::nChw16c, Tag::nChw8c, Tag::nChw4c}) {
      if (memory::desc(dims, stored(), tag) == desc) return tag;
    }
    return Tag::nchw;
  }

  // oneDNN has no such filter: a depthwise convolution with fixed weights, behind copies that mirror the border.
  void addBlur(const Operator& op) {
    const Dims from = shapeOf(op.inputs[0]);
    const memory::dim channels = from[1], height = from[2], width = from[3];
    const memory::desc paddedDesc = nhwc({batch_, channels, height + 2, width + 2});
    const memory padded = temporary(paddedDesc);
    const memory source = reordered(tensor(op.inputs[0]), nhwc(from));
    const auto part = [&](const memory& whole, const memory::desc& desc, memory::dim rows, memory::dim columns,
                          memory::dim y, memory::dim x) {
      return viewOf(whole, desc.submemory_desc({batch_, channels, rows, columns}, {0, 0, y, x}));
    };
    copy(source, part(padded, paddedDesc, height, width, 1, 1));
    // Before the first lies the second once more, behind the last the one before it; columns after rows, for the corners.
    const auto mirrored = [](memory::dim length) { return std::array<memory::dim, 2>{length == 1 ? 1 : 2, length == 1 ? 1 : length - 1}; };
    copy(part(padded, paddedDesc, 1, width, mirrored(height)[0], 1), part(padded, paddedDesc, 1, width, 0, 1));
    copy(part(padded, paddedDesc, 1, width, mirrored(height)[1], 1), part(padded, paddedDesc, 1, width, height + 1, 1));
    copy(part(padded, paddedDesc, height + 2, 1, 0, mirrored(width)[0]), part(padded, paddedDesc, height + 2, 1, 0, 0));
    copy(part(padded, paddedDesc, height + 2, 1, 0, mirrored(width)[1]), part(padded, paddedDesc, height + 2, 1, 0, width + 1));
    ConvShape s;
    s.batch = n_.batch();
    s.inChannels = s.outChannels = s.groups = op.output.channels;
    s.inHeight = static_cast<std::size_t>(height) + 2;
    s.inWidth = static_cast<std::size_t>(width) + 2;
    s.outHeight = op.output.height;
    s.outWidth = op.output.width;
    s.kernelHeight = s.kernelWidth = 3;
    s.stride = 2;
    constexpr std::array<float, 3> filter = {0.25f, 0.5f, 0.25f};
    std::vector<float> weights;
    for (std::size_t channel = 0; channel < s.groups; ++channel) {
      for (const float y : filter) {
        for (const float x : filter) weights.push_back(y * x);
      }
    }
    addConvolution(padded, s, weights, std::vector<float>(s.groups, 0.0f), {});
  }

  OnednnNetwork& n_;
  memory::dim batch_;
  Chain* chain_ = nullptr;
  std::vector<Placed> placed_;
  std::vector<int> root_;  // by operator: whose memory it lies in; its own but where it was written over another
  std::vector<std::string> implementations_;  // of the chain that is being built
  int reorders_ = 0;
  std::size_t workspaceBytes_ = 0;
  std::size_t largestWorkspaceBytes_ = 0;
};

OnednnNetwork::OnednnNetwork(Graph graph, std::vector<PlannedKernel> plan, std::size_t batch, int threads,
                             std::uint64_t seed, DataType dtype, const Cancellation& cancellation)
    : Executable(std::move(graph), batch, threads, seed, dtype),
      threads_(threads),
      cpu_(engine::kind::cpu, 0),
      stream_(cpu_) {
  useThreads();
  try {
    ChainBuilder(*this).build(std::move(plan), cancellation);
    fillInput();
  } catch (const std::bad_alloc&) {
    throw ProtocolError("outOfMemory", "There is not enough memory for " + graph_.name + " at batch " +
                                           std::to_string(batch_) + ".");
  }
}

}  // namespace plimsoll::onednn
