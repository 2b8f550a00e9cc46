// The fused blocks against the reference, and against the same blocks layer by layer.
#include <algorithm>
#include <array>
#include <cmath>
#include <random>

#include "check.h"
#include "cpu/cpu_info.h"
#include "kernels/kernel_choice.h"
#include "support/aligned_buffer.h"
#include "support/error.h"
#include "test_networks.h"

using namespace plimsoll;
using test::GraphText;
using test::planOf;

namespace {

// A graph of one block, the operators of the block, and how they are grouped layer by layer.
struct TestBlock {
  GraphText graph;
  std::string what;
  int block = 0;
  std::vector<int> ids;
  std::vector<std::vector<int>> layers;

  TestBlock(const std::string& kind, int height, int width, int channels)
      : graph(height, width, channels), what(kind + " " + std::to_string(height) + "x" + std::to_string(width) + "x" + std::to_string(channels)) {
    block = graph.block(kind);
  }

  // A kernel of its own.
  int begin(int id) {
    ids.push_back(id);
    layers.push_back({id});
    return id;
  }
  // Folded into the one before.
  int fold(int id) {
    ids.push_back(id);
    layers.back().push_back(id);
    return id;
  }
};

struct Spatial {
  int kernelSize = 3, stride = 1, groupWidth = 8, pad = 1;
};

bool keepsSize(const Spatial& s) { return s.stride == 1 && 2 * s.pad == s.kernelSize - 1; }

TestBlock convFirst(int height, int width, int channels, int groupWidth) {
  TestBlock b("convfirst", height, width, channels);
  const int conv = b.begin(b.graph.conv(0, channels, 3, 1, channels / groupWidth, 1));
  const int hidden = b.fold(b.graph.activation(b.begin(b.graph.conv(conv, 6 * channels, 1, 1, 1, 0)), "relu"));
  b.fold(b.graph.simple("add", {b.begin(b.graph.conv(hidden, channels, 1, 1, 1, 0)), 0}));
  return b;
}

TestBlock convFirstDownsample(int height, int width, int channels, int outChannels) {
  TestBlock b("convfirstDownsample", height, width, channels);
  const int conv = b.begin(b.graph.conv(0, channels, 3, 1, channels / 8, 1));
  const int joined = b.begin(b.graph.simple("concat", {conv, 0}));
  const int blurred = b.begin(b.graph.simple("blurPool", {joined}));
  const int hidden = b.fold(b.graph.activation(b.begin(b.graph.conv(blurred, 4 * outChannels, 1, 1, 1, 0)), "silu"));
  b.begin(b.graph.conv(hidden, outChannels, 1, 1, 1, 0));
  return b;
}

TestBlock convNext(int height, int width, int channels) {
  TestBlock b("convnext", height, width, channels);
  const int depthwise = b.begin(b.graph.conv(0, channels, 7, 1, channels, 3));
  const int norm = b.begin(b.graph.simple("layerNorm", {depthwise}));
  const int hidden = b.fold(b.graph.activation(b.begin(b.graph.conv(norm, 4 * channels, 1, 1, 1, 0)), "gelu"));
  b.fold(b.graph.simple("add", {b.begin(b.graph.conv(hidden, channels, 1, 1, 1, 0)), 0}));
  return b;
}

TestBlock mbconv(int height, int width, int channels, int expansion, const Spatial& s, bool squeezeExcite) {
  TestBlock b("mbconv", height, width, channels);
  const int wide = channels * expansion;
  const int first = b.fold(b.graph.activation(b.begin(b.graph.conv(0, wide, 1, 1, 1, 0)), "silu"));
  int last = b.fold(b.graph.activation(b.begin(b.graph.conv(first, wide, s.kernelSize, s.stride, wide / s.groupWidth, s.pad)), "silu"));
  if (squeezeExcite) last = b.begin(b.graph.squeezeExcite(last, channels / 4 + 1, "silu", "sigmoid"));
  const int project = b.begin(b.graph.conv(last, channels, 1, 1, 1, 0));
  if (keepsSize(s)) b.fold(b.graph.simple("add", {project, 0}));
  return b;
}

TestBlock fusedMbconv(int height, int width, int channels, int expansion, const Spatial& s) {
  TestBlock b("fusedMbconv", height, width, channels);
  const int hidden = b.fold(b.graph.activation(b.begin(b.graph.conv(0, channels * expansion, s.kernelSize, s.stride, 1, s.pad)), "silu"));
  const int project = b.begin(b.graph.conv(hidden, channels, 1, 1, 1, 0));
  if (keepsSize(s)) b.fold(b.graph.simple("add", {project, 0}));
  return b;
}

TestBlock depthwiseSeparable(int height, int width, int channels, const Spatial& s, bool squeezeExcite) {
  TestBlock b("depthwiseSeparable", height, width, channels);
  int last = b.fold(b.graph.activation(b.begin(b.graph.conv(0, channels, s.kernelSize, s.stride, channels, s.pad)), "hardSwish"));
  if (squeezeExcite) last = b.begin(b.graph.squeezeExcite(last, channels / 4 + 1, "relu", "hardSigmoid"));
  b.begin(b.graph.conv(last, channels + 5, 1, 1, 1, 0));
  return b;
}

TestBlock ffn(int height, int width, int channels, const std::string& activation, bool adds) {
  TestBlock b("ffn", height, width, channels);
  const int hidden = b.fold(b.graph.activation(b.begin(b.graph.conv(0, 4 * channels, 1, 1, 1, 0)), activation));
  const int project = b.begin(b.graph.conv(hidden, channels, 1, 1, 1, 0));
  if (adds) b.fold(b.graph.simple("add", {project, 0}));
  return b;
}

TestBlock linearFfn(int features) {
  TestBlock b("ffn", 1, 1, features);
  const int hidden = b.fold(b.graph.activation(b.begin(b.graph.linear(0, 3 * features)), "gelu"));
  b.fold(b.graph.simple("add", {b.begin(b.graph.linear(hidden, features)), 0}));
  return b;
}

int identityOf(TestBlock& b, int channels, int outChannels, int stride) {
  if (channels == outChannels && stride == 1) return 0;
  return b.begin(b.graph.conv(0, outChannels, 1, stride, 1, 0));
}

TestBlock basic(int height, int width, int channels, int outChannels, int stride) {
  TestBlock b("basic", height, width, channels);
  const int identity = identityOf(b, channels, outChannels, stride);
  const int first = b.fold(b.graph.activation(b.begin(b.graph.conv(0, outChannels, 3, stride, 1, 1)), "relu"));
  const int second = b.begin(b.graph.conv(first, outChannels, 3, 1, 1, 1));
  b.fold(b.graph.activation(b.fold(b.graph.simple("add", {second, identity})), "relu"));
  return b;
}

TestBlock bottleneck(int height, int width, int channels, int inner, int outChannels, const Spatial& s, bool squeezeExcite) {
  TestBlock b("bottleneck", height, width, channels);
  const int identity = identityOf(b, channels, outChannels, s.stride);
  const int first = b.fold(b.graph.activation(b.begin(b.graph.conv(0, inner, 1, 1, 1, 0)), "relu"));
  int last = b.fold(b.graph.activation(b.begin(b.graph.conv(first, inner, 3, s.stride, inner / s.groupWidth, 1)), "relu"));
  if (squeezeExcite) last = b.begin(b.graph.squeezeExcite(last, channels / 4 + 1, "relu", "sigmoid"));
  const int third = b.begin(b.graph.conv(last, outChannels, 1, 1, 1, 0));
  b.fold(b.graph.activation(b.fold(b.graph.simple("add", {third, identity})), "relu"));
  return b;
}

double largestDifference(const std::vector<float>& a, const std::vector<float>& b) {
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(static_cast<double>(a[i] - b[i])));
  return largest;
}

std::string nameOf(const Schedule& schedule) {
  std::string name;
  for (const Segment& segment : schedule.segments) {
    name += " [" + std::to_string(segment.first) + "," + std::to_string(segment.end) + ") form " +
            std::to_string(static_cast<int>(segment.form)) + " rows " + std::to_string(segment.stripRows);
  }
  return name;
}

// The block as one kernel: right, the same as its layers one by one, and the same for every team.
void checkFused(const TestBlock& b) {
  const auto layerwise = planOf(b.layers);
  const auto fused = planOf({b.ids}, {true}, b.block);
  for (const test::Runnable& r : test::runnables()) {
    const test::Ran expected = test::run(b.graph, layerwise, *r.kernels, 1, 2, r.dtype);
    std::vector<float> first;
    for (const int threads : {1, 2, 3}) {
      const test::Ran ran = test::run(b.graph, fused, *r.kernels, threads, 2, r.dtype);
      CHECK(ran.verification.passed, r.name << " " << b.what << " error " << ran.verification.kernels[0].relativeL2Error);
      CHECK(largestDifference(ran.output, expected.output) < r.fusionTolerance, r.name << " " << b.what);
      if (threads == 1) first = ran.output;
      CHECK(ran.output == first, r.name << " " << b.what << " with " << threads << " threads");
    }
  }
}

// Whatever the planner could choose is right, too: some of its schedules, drawn at random, and the same bits from each.
void checkSchedules(const TestBlock& b, std::mt19937& random, int draws) {
  const auto fused = planOf({b.ids}, {true}, b.block);
  for (const test::Runnable& r : test::runnables()) {
    const std::size_t batch = 1 + random() % 3;
    std::vector<float> first;
    for (int draw = 0; draw < draws; ++draw) {
      std::string drawn;
      const auto choose = [&](const std::vector<Schedule>& schedules) {
        const std::size_t index = random() % schedules.size();
        drawn = nameOf(schedules[index]);
        return index;
      };
      const int threads = 1 + static_cast<int>(random() % 4);
      const test::Ran ran = test::run(b.graph, fused, *r.kernels, threads, batch, r.dtype, choose);
      const std::string what = r.name + " " + b.what + drawn + " batch " + std::to_string(batch) + " threads " + std::to_string(threads);
      CHECK(test::agrees(ran.verification), what << " error " << ran.verification.kernels[0].relativeL2Error);
      if (draw == 0) first = ran.output;
      CHECK(ran.output == first, what);
    }
  }
}

// The first schedule that slices, which the planner would not choose for a block so small.
void checkSlices(const TestBlock& b) {
  const auto isSliced = [](const Schedule& schedule) { return schedule.segments.front().form == SegmentForm::slices; };
  for (const test::Runnable& r : test::runnables()) {
    bool sliced = false;
    const auto choose = [&](const std::vector<Schedule>& schedules) {
      const auto found = std::find_if(schedules.begin(), schedules.end(), isSliced);
      sliced = found != schedules.end();
      return sliced ? static_cast<std::size_t>(found - schedules.begin()) : 0;
    };
    const test::Ran ran = test::run(b.graph, planOf({b.ids}, {true}, b.block), *r.kernels, 2, 2, r.dtype, choose);
    CHECK(sliced, r.name << " " << b.what);
    CHECK(ran.verification.passed, r.name << " " << b.what << " error " << ran.verification.kernels[0].relativeL2Error);
  }
}

TestBlock randomBlock(std::mt19937& random) {
  const auto upTo = [&](int most) { return 1 + static_cast<int>(random() % static_cast<unsigned>(most)); };
  const auto oneOf = [&](const std::vector<int>& values) { return values[random() % values.size()]; };
  const bool flag = random() % 2 == 0;
  const int height = upTo(15);
  const int width = upTo(20);
  const int channels = upTo(28);
  const int kernelSize = oneOf({1, 2, 3, 5});
  // No window lies in the padding alone.
  const Spatial dense{kernelSize, upTo(2), 1, oneOf({0, kernelSize / 2})};
  const bool fits = height + 2 * dense.pad >= kernelSize && width + 2 * dense.pad >= kernelSize;
  const Spatial spatial = fits ? dense : Spatial{3, 1, 1, 1};
  const int groups = upTo(3);
  const int groupWidth = oneOf({4, 5, 8, 16, 24});
  switch (random() % 9) {
    case 0: return convFirst(height, width, 8 * groups, 8);
    case 1: return convFirstDownsample(height, width, 8 * groups, channels);
    case 2: return convNext(height, width, channels);
    case 3: return mbconv(height, width, channels, upTo(5), spatial, flag);
    case 4: return fusedMbconv(height, width, channels, upTo(4), spatial);
    case 5: return depthwiseSeparable(height, width, channels, spatial, flag);
    case 6: return ffn(height, width, channels, flag ? "gelu" : "relu6", random() % 2 == 0);
    case 7: return basic(height, width, channels, flag ? channels : upTo(28), upTo(2));
    default:
      return bottleneck(height, width, channels, groups * groupWidth, flag ? channels : upTo(40),
                        {3, upTo(2), oneOf({groupWidth, groups * groupWidth}), 1}, random() % 3 == 0);
  }
}

// Strips and slices stay in their scratch memory and in their output: there are guard words around both.
template <typename Stored>
void checkGuards(const Kernels<Stored>& kernels, const std::string& name, std::mt19937& random) {
  const auto upTo = [&](std::size_t most) { return 1 + random() % most; };
  const Stored guard(12288.0f);
  constexpr std::size_t guards = 64;
  FusedTaskOf<Stored> task;
  task.layerCount = 1 + random() % mostBlockLayers;
  std::vector<AlignedBuffer<Stored>> memory;
  std::vector<AlignedBuffer<float>> biases;
  const auto keep = [&](std::size_t elements, float value) {
    AlignedBuffer<Stored>& kept = memory.emplace_back(elements);
    std::fill(kept.data(), kept.data() + elements, Stored(value));
    return kept.data();
  };
  ConvShape s;
  s.batch = upTo(3);
  s.outHeight = upTo(12);
  s.outWidth = upTo(12);
  s.outChannels = 8 * upTo(3);
  const Stored* input = keep(s.pixels() * s.outChannels, 1.0f);
  for (std::size_t i = 0; i < task.layerCount; ++i) {
    ConvTaskOf<Stored>& conv = task.layers[i].conv;
    s.inHeight = s.outHeight;
    s.inWidth = s.outWidth;
    s.inChannels = s.outChannels;
    s.kernelHeight = s.kernelWidth = 2 * (random() % 3) + 1;
    s.padTop = s.padLeft = s.kernelHeight / 2;
    s.stride = upTo(2);
    s.outHeight = (s.inHeight + 2 * s.padTop - s.kernelHeight) / s.stride + 1;
    s.outWidth = (s.inWidth + 2 * s.padLeft - s.kernelWidth) / s.stride + 1;
    const std::size_t kind = random() % 3;
    s.groups = kind == 0 ? 1 : kind == 1 ? s.inChannels / 8 : s.inChannels;
    s.outChannels = kind == 0 ? upTo(40) * 8 : s.inChannels;
    conv.shape = s;
    Stored* weights = keep(kernels.packedWeights(s), 0.0f);
    float* bias = biases.emplace_back(kernels.packedBias(s)).data();
    const std::vector<float> drawn(s.outChannels * s.reduction(), 0.01f);
    kernels.pack(s, drawn.data(), nullptr, weights, bias);
    conv.weights = weights;
    conv.epilogue.bias = bias;
    conv.epilogue.before = Activation::relu;
  }
  task.layers[0].conv.input = input;
  const std::size_t elements = s.pixels() * s.outChannels;
  std::vector<Stored> output(guards + elements + guards, guard);
  task.layers[task.layerCount - 1].conv.output = output.data() + guards;
  task.stripRows = upTo(2 * s.outHeight);
  const std::size_t scratchFloats = kernels.fusedScratch(task);
  const int members = static_cast<int>(upTo(3));
  for (int member = 0; member < members; ++member) {
    AlignedBuffer<float> scratch(scratchFloats + guards);
    std::fill(scratch.data(), scratch.data() + scratch.size(), 12288.0f);
    kernels.fused(task, {member, members, scratch.data()});
    const float* behind = scratch.data() + scratchFloats;
    CHECK(std::all_of(behind, behind + guards, [](float value) { return value == 12288.0f; }), name);
  }
  const auto isGuard = [&](Stored value) { return value == guard; };
  const auto first = output.begin() + guards;
  const auto last = output.end() - guards;
  CHECK(std::all_of(output.begin(), first, isGuard), name);
  CHECK(std::all_of(last, output.end(), isGuard), name);
  CHECK(std::none_of(first, last, isGuard), name << " leaves part of its output out");
}

}  // namespace

void testFused() {
  // Rows longer than a strip, maps smaller than one, groups of eight and more, and dense.
  for (const auto& [height, width, channels, groupWidth] :
       {std::array{9, 130, 16, 8}, {8, 8, 48, 8}, {33, 17, 24, 8}, {1, 1, 16, 8}, {12, 12, 64, 32}, {7, 5, 16, 16}}) {
    checkFused(convFirst(height, width, channels, groupWidth));
  }
  for (const auto& [height, width, channels] : {std::array{9, 130, 16}, {14, 14, 40}, {3, 3, 20}, {1, 1, 16}, {7, 7, 176}}) {
    checkFused(convNext(height, width, channels));
  }
  for (const auto& [height, width, channels, outChannels] : {std::array{16, 16, 16, 24}, {17, 9, 24, 10}, {1, 1, 8, 8}, {2, 3, 16, 40}}) {
    checkFused(convFirstDownsample(height, width, channels, outChannels));
  }

  // Depthwise and grouped, strides one and two, maps of several strips, slices that end in part of a vector, no padding,
  // and a kernel larger than the map.
  checkFused(mbconv(14, 14, 24, 4, {5, 1, 1, 2}, true));
  checkFused(mbconv(9, 300, 8, 6, {3, 2, 1, 1}, false));
  checkFused(mbconv(120, 120, 4, 6, {5, 1, 1, 2}, true));
  checkFused(mbconv(121, 90, 8, 3, {3, 2, 1, 1}, true));
  checkFused(mbconv(7, 7, 20, 5, {3, 1, 1, 1}, true));
  checkFused(mbconv(11, 8, 12, 3, {3, 1, 1, 0}, false));
  checkFused(mbconv(3, 2, 16, 4, {5, 2, 1, 2}, true));
  checkFused(mbconv(14, 14, 32, 4, {3, 1, 8, 1}, false));
  checkFused(mbconv(60, 70, 16, 6, {3, 2, 16, 1}, true));
  checkFused(mbconv(10, 10, 24, 4, {3, 1, 24, 1}, false));

  // Slices of 16, 32 and 64 channels that leave one over, and of groups that leave one group.
  for (const int stride : {1, 2}) {
    checkSlices(mbconv(9, 9, 11, 3, {3, stride, 1, 1}, false));
    checkSlices(mbconv(9, 9, 13, 5, {3, stride, 1, 1}, true));
    checkSlices(mbconv(9, 9, 24, 3, {3, stride, 8, 1}, false));
    checkSlices(mbconv(9, 9, 33, 3, {3, stride, 3, 1}, false));
  }

  for (const int stride : {1, 2}) {
    checkFused(fusedMbconv(30, 21, 24, 4, {3, stride, 1, 1}));
    checkFused(depthwiseSeparable(31, 18, 20, {5, stride, 1, 2}, stride == 1));
    checkFused(basic(20, 13, 24, 24 * stride, stride));
    checkFused(bottleneck(21, 14, 48, 16, 64, {3, stride, 16, 1}, false));
    checkFused(bottleneck(14, 14, 40, 40, 40, {3, stride, 8, 1}, true));
  }
  checkFused(bottleneck(14, 14, 64, 16, 64, {3, 1, 16, 1}, false));
  checkFused(ffn(9, 11, 30, "gelu", true));
  checkFused(ffn(1, 1, 100, "silu", false));
  checkFused(linearFfn(70));

  std::mt19937 random(7);
  for (int round = 0; round < 120; ++round) checkSchedules(randomBlock(random), random, 3);
  for (const KernelSet* set : test::testedKernelSets()) {
    for (int round = 0; round < 200; ++round) {
      if (set->fp32 != nullptr) checkGuards(*set->fp32, set->name, random);
      checkGuards(*set->bf16, set->name, random);
    }
  }

  const auto refuses = [](const TestBlock& b, const std::string& reason) {
    try {
      test::run(b.graph, planOf({b.ids}, {true}, b.block), genericKernels(), 1);
    } catch (const ProtocolError& error) {
      CHECK(error.code == "unsupported" && std::string(error.what()).find(reason) != std::string::npos, error.what());
      return;
    }
    CHECK(false, b.what << " was taken");
  };
  // A block of another kind has no fused kernel, and says so.
  TestBlock other = ffn(8, 8, 16, "relu", false);
  other.block = other.graph.block("stem");
  refuses(other, "There is no fused kernel for blocks of the kind 'stem'");
  // Nor has one of a known kind that is built in another way.
  TestBlock pooled("ffn", 8, 8, 16);
  pooled.begin(pooled.graph.conv(pooled.begin(pooled.graph.pool("maxPool", 0, 2, 2, 0)), 8, 1, 1, 1, 0));
  refuses(pooled, "where no fused kernel expects it");
  TestBlock forked("ffn", 8, 8, 16);
  forked.begin(forked.graph.conv(0, 16, 1, 1, 1, 0));
  forked.begin(forked.graph.conv(0, 16, 1, 1, 1, 0));
  refuses(forked, "reads another tensor");
  TestBlock flattened("ffn", 4, 4, 8);
  flattened.begin(flattened.graph.linear(flattened.begin(flattened.graph.conv(0, 8, 1, 1, 1, 0)), 12));
  refuses(flattened, "flattens a map");
  TestBlock tooLong("ffn", 4, 4, 8);
  int last = 0;
  for (int i = 0; i < 4; ++i) last = tooLong.begin(tooLong.graph.conv(last, 8, 1, 1, 1, 0));
  refuses(tooLong, "no chain of one to three layers");
}
