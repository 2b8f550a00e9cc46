#include <algorithm>
#include <cmath>
#include <type_traits>
#include <utility>

#include "check.h"
#include "cpu/cpu_info.h"
#include "kernels/kernel_choice.h"
#include "network/reference.h"
#include "support/error.h"
#include "test_networks.h"

using namespace plimsoll;
using test::GraphText;
using test::planOf;

namespace {

// Every operator once, with odd sizes and channels that fill no vector.
struct Everything {
  GraphText graph{19, 23, 3};
  std::vector<PlannedKernel> plan;

  Everything() {
    const int stem = graph.conv(0, 20, 3, 2, 1, 1);
    const int stemAct = graph.activation(stem, "silu");
    const int pooled = graph.pool("maxPool", stemAct, 3, 2, 1);
    const int averaged = graph.pool("averagePool", stemAct, 3, 2, 1);
    const int joined = graph.simple("concat", {pooled, averaged});
    const int normed = graph.simple("layerNorm", {joined});
    const int depthwise = graph.conv(normed, 40, 5, 1, 40, 2);
    const int gated = graph.squeezeExcite(depthwise, 10, "relu", "hardSigmoid");
    const int projected = graph.conv(gated, 40, 1, 1, 1, 0);
    const int sum = graph.simple("add", {projected, normed});
    const int sumAct = graph.activation(sum, "gelu");
    const int grouped = graph.conv(sumAct, 40, 3, 1, 5, 1);
    const int alone = graph.simple("add", {grouped, sumAct});
    const int swish = graph.activation(alone, "hardSwish");
    const int blurred = graph.simple("blurPool", {swish});
    const int hidden = graph.linear(blurred, 33);
    const int hiddenAct = graph.activation(hidden, "sigmoid");
    const int pooledAgain = graph.simple("globalAveragePool", {blurred});
    const int joinedAgain = graph.simple("concat", {hiddenAct, pooledAgain});
    const int last = graph.linear(joinedAgain, 10);
    plan = planOf({{stem, stemAct}, {pooled}, {averaged}, {joined}, {normed}, {depthwise}, {gated}, {projected, sum, sumAct},
                   {grouped}, {alone}, {swish}, {blurred}, {hidden, hiddenAct}, {pooledAgain}, {joinedAgain}, {last}});
  }
};

void testEveryOperator() {
  const Everything all;
  for (const test::Runnable& r : test::runnables()) {
    std::vector<float> first;
    for (const int threads : {1, 2, 3}) {
      const test::Ran ran = test::run(all.graph, all.plan, *r.kernels, threads, 2, r.dtype);
      for (const KernelCheck& kernel : ran.verification.kernels) {
        CHECK(kernel.passed, r.name << " " << kernel.name << " error " << kernel.relativeL2Error);
      }
      CHECK(ran.verification.passed);
      CHECK(ran.verification.output.standardDeviation > 0.01);
      if (threads == 1) first = ran.output;
      CHECK(ran.output == first, r.name << " with " << threads << " threads");
    }
  }
}

template <typename Stored>
const Kernels<Stored>*& kernelsOf(KernelSet& set) {
  if constexpr (std::is_same_v<Stored, float>) return set.fp32;
  else return set.bf16;
}

template <typename Stored>
const Kernels<Stored>& generic() {
  static KernelSet set = genericKernels();
  return *kernelsOf<Stored>(set);
}

// Kernels that are wrong in one element, or leave one out: the check must see it.
template <typename Stored>
void testThatWrongKernelsFail() {
  constexpr DataType dtype = std::is_same_v<Stored, float> ? DataType::fp32 : DataType::bf16;
  // A single element of bf16 may be off by more.
  constexpr float wrongBy = dtype == DataType::fp32 ? 0.01f : 0.5f;
  const Everything all;
  const auto fails = [&](const Kernels<Stored>& broken) {
    KernelSet set = genericKernels();
    kernelsOf<Stored>(set) = &broken;
    return !test::run(all.graph, all.plan, set, 1, 2, dtype).verification.passed;
  };
  const Kernels<Stored>& sound = generic<Stored>();
  Kernels<Stored> broken = sound;
  CHECK(!fails(broken));
  broken.convolve = [](const ConvTaskOf<Stored>& task, const Member& member) {
    generic<Stored>().convolve(task, member);
    task.output[5] = Stored(task.output[5] + wrongBy);
  };
  CHECK(fails(broken));
  broken.convolve = [](const ConvTaskOf<Stored>& task, const Member& member) {
    generic<Stored>().convolve(task, member);
    task.output[5] = Stored(std::nanf(""));
  };
  CHECK(fails(broken));
  // Two channels in each other's place.
  broken.convolve = [](const ConvTaskOf<Stored>& task, const Member& member) {
    generic<Stored>().convolve(task, member);
    if (task.shape.outChannels < 2 || member.index != 0) return;
    for (std::size_t pixel = 0; pixel < task.shape.pixels(); ++pixel) {
      std::swap(task.output[pixel * task.shape.pixelStride()], task.output[pixel * task.shape.pixelStride() + 1]);
    }
  };
  CHECK(fails(broken));
  // Rows and columns in each other's place, of the input and of the window.
  broken.convolve = [](const ConvTaskOf<Stored>& task, const Member& member) {
    ConvTaskOf<Stored> turned = task;
    std::swap(turned.shape.inHeight, turned.shape.inWidth);
    std::swap(turned.shape.outHeight, turned.shape.outWidth);
    generic<Stored>().convolve(turned, member);
  };
  CHECK(fails(broken));
  broken = sound;
  // The weights in the order of another layout: input channels before the window.
  broken.pack = [](const ConvShape& shape, const float* weights, const float* bias, Stored* packed, float* packedBias) {
    const std::size_t taps = shape.kernelHeight * shape.kernelWidth;
    std::vector<float> turned(shape.outChannels * shape.reduction());
    for (std::size_t i = 0; i < turned.size(); ++i) {
      const std::size_t output = i / shape.reduction(), tap = i % shape.reduction() / shape.inPerGroup(), channel = i % shape.inPerGroup();
      turned[i] = weights[(output * shape.inPerGroup() + channel) * taps + tap];
    }
    generic<Stored>().pack(shape, turned.data(), bias, packed, packedBias);
  };
  CHECK(fails(broken));
  broken = sound;
  broken.blur = [](const BlurTaskOf<Stored>&, const Member&) {};
  CHECK(fails(broken));
  broken = sound;
  broken.pack = [](const ConvShape& shape, const float* weights, const float* bias, Stored* packed, float* packedBias) {
    std::vector<float> flipped(weights, weights + shape.outChannels * shape.reduction());
    flipped[0] = -flipped[0];
    generic<Stored>().pack(shape, flipped.data(), bias, packed, packedBias);
  };
  CHECK(fails(broken));
}

void testBadGraphs() {
  const auto refused = [](const char* path, const nlohmann::json& value) {
    const Everything all;
    nlohmann::json graph = all.graph.document();
    graph[nlohmann::json::json_pointer(path)] = value;
    return test::throws<ProtocolError>([&] { parseGraph(Json::parse(graph.dump())); });
  };
  CHECK(!refused("/name", "other"));
  CHECK(refused("/operators/1/kind", "fourier"));
  CHECK(refused("/operators/1/stride", 0));
  CHECK(refused("/operators/1/outChannels", 21));
  CHECK(refused("/operators/1/groups", 2));
  CHECK(refused("/operators/1/output/height", 11));
  CHECK(refused("/operators/3/inputs", nlohmann::json::array({3})));
  CHECK(refused("/operators/3/inputs", nlohmann::json::array()));
  CHECK(refused("/operators/1/output/channels", -4));
  CHECK(refused("/operators", nlohmann::json::array()));
  CHECK(refused("/blocks", nlohmann::json::array()));

  const Everything all;
  const Cancellation never;
  const auto refusedPlan = [&](std::vector<std::vector<int>> groups) {
    NetworkOptions options;
    options.kernels = &genericKernels();
    return test::throws<ProtocolError>([&] {
      const Graph graph = all.graph.parse();
      nlohmann::json kernels = nlohmann::json::array();
      for (const auto& group : groups) kernels.push_back({{"name", "k"}, {"block", 0}, {"operators", group}, {"fused", false}});
      Network(graph, parseKernels(Json::parse(kernels.dump()), graph), options, never);
    });
  };
  CHECK(refusedPlan({{1, 2}}));           // leaves operators out
  CHECK(refusedPlan({{2}, {1}}));         // reads before it is computed
  CHECK(refusedPlan({{1, 2}, {2}}));      // twice
  CHECK(refusedPlan({{}}));               // nothing
}

// Squeeze-and-excite of one pixel by hand: its mean, its hidden layer and its factors rounded, or not.
void testGates() {
  GraphText text(1, 1, 4);
  const int id = text.squeezeExcite(0, 2, "relu", "sigmoid");
  const Graph graph = text.parse();
  const Operator& op = graph.at(id);
  const DoubleTensor input = {1.001, -0.3003, 0.7007, 2.01};
  const Parameters p = drawParameters(graph, op, 3, DataType::bf16);
  ThreadPool team(1);
  for (const DataType gates : {DataType::fp32, DataType::bf16}) {
    const auto kept = [gates](double value) { return gates == DataType::bf16 ? static_cast<double>(Bf16(static_cast<float>(value))) : value; };
    const DoubleTensor result = referenceOperator(graph, op, {&input}, {1, 3, DataType::bf16, gates}, team);
    double hidden[2];
    for (std::size_t o = 0; o < 2; ++o) {
      double sum = p.biases[o];
      for (std::size_t c = 0; c < 4; ++c) sum += kept(input[c]) * static_cast<double>(p.weights[o * 4 + c]);
      hidden[o] = kept(std::max(sum, 0.0));
    }
    for (std::size_t c = 0; c < 4; ++c) {
      double sum = p.secondBiases[c];
      for (std::size_t o = 0; o < 2; ++o) sum += hidden[o] * static_cast<double>(p.secondWeights[c * 2 + o]);
      CHECK(std::abs(result[c] - input[c] * kept(1 / (1 + std::exp(-sum)))) < 1e-12, result[c]);
    }
  }
  const DoubleTensor exact = referenceOperator(graph, op, {&input}, {1, 3, DataType::bf16, DataType::fp32}, team);
  CHECK(exact != referenceOperator(graph, op, {&input}, {1, 3, DataType::bf16, DataType::bf16}, team));
}

}  // namespace

void testOperators() {
  testGates();
  testEveryOperator();
  testThatWrongKernelsFail<float>();
  testThatWrongKernelsFail<Bf16>();
  testBadGraphs();
}
