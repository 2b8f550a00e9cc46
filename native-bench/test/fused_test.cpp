// The fused blocks against the reference, and against the same blocks layer by layer.
#include <algorithm>
#include <cmath>

#include "check.h"
#include "cpu/cpu_info.h"
#include "kernels/kernel_choice.h"
#include "support/error.h"
#include "test_networks.h"

using namespace plimsoll;
using test::GraphText;
using test::planOf;

namespace {

struct ConvFirstGraph {
  GraphText graph;
  int block = 0;
  std::vector<int> ids;
  std::vector<std::vector<int>> layers;

  ConvFirstGraph(int height, int width, int channels, int groupWidth) : graph(height, width, channels) {
    block = graph.block("convfirst");
    const int conv = graph.conv(0, channels, 3, 1, channels / groupWidth, 1);
    const int expand = graph.conv(conv, 6 * channels, 1, 1, 1, 0);
    const int activation = graph.activation(expand, "relu");
    const int project = graph.conv(activation, channels, 1, 1, 1, 0);
    const int add = graph.simple("add", {project, 0});
    ids = {conv, expand, activation, project, add};
    layers = {{conv}, {expand, activation}, {project, add}};
  }
};

struct ConvNextGraph {
  GraphText graph;
  int block = 0;
  std::vector<int> ids;
  std::vector<std::vector<int>> layers;

  ConvNextGraph(int height, int width, int channels) : graph(height, width, channels) {
    block = graph.block("convnext");
    const int depthwise = graph.conv(0, channels, 7, 1, channels, 3);
    const int norm = graph.simple("layerNorm", {depthwise});
    const int expand = graph.conv(norm, 4 * channels, 1, 1, 1, 0);
    const int activation = graph.activation(expand, "gelu");
    const int project = graph.conv(activation, channels, 1, 1, 1, 0);
    const int add = graph.simple("add", {project, 0});
    ids = {depthwise, norm, expand, activation, project, add};
    layers = {{depthwise}, {norm}, {expand, activation}, {project, add}};
  }
};

struct MbconvGraph {
  GraphText graph;
  int block = 0;
  std::vector<int> ids;
  std::vector<std::vector<int>> layers;

  struct Options {
    int height, width, channels, expansion, kernelSize, stride, groupWidth, pad;
    bool squeezeExcite;
  };

  explicit MbconvGraph(const Options& o) : graph(o.height, o.width, o.channels) {
    block = graph.block("mbconv");
    const int wide = o.channels * o.expansion;
    const int expand = graph.conv(0, wide, 1, 1, 1, 0);
    const int first = graph.activation(expand, "silu");
    const int spatial = graph.conv(first, wide, o.kernelSize, o.stride, wide / o.groupWidth, o.pad);
    const int second = graph.activation(spatial, "silu");
    ids = {expand, first, spatial, second};
    layers = {{expand, first}, {spatial, second}};
    int last = second;
    if (o.squeezeExcite) {
      last = graph.squeezeExcite(second, o.channels / 4 + 1, "silu", "sigmoid");
      ids.push_back(last);
      layers.push_back({last});
    }
    const int project = graph.conv(last, o.channels, 1, 1, 1, 0);
    ids.push_back(project);
    layers.push_back({project});
    const bool keepsSize = o.stride == 1 && 2 * o.pad == o.kernelSize - 1;
    if (!keepsSize) return;
    ids.push_back(graph.simple("add", {project, 0}));
    layers.back().push_back(ids.back());
  }
};

double largestDifference(const std::vector<float>& a, const std::vector<float>& b) {
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(static_cast<double>(a[i] - b[i])));
  return largest;
}

// The block as one kernel: right, the same as its layers one by one, and the same for every team.
template <typename Block>
void checkFused(const Block& b, const std::string& what) {
  const auto layerwise = planOf(b.layers);
  const auto fused = planOf({b.ids}, {true}, b.block);
  for (const test::Runnable& r : test::runnables()) {
    const test::Ran expected = test::run(b.graph, layerwise, *r.kernels, 1, 2, r.dtype);
    std::vector<float> first;
    for (const int threads : {1, 2, 3}) {
      const test::Ran ran = test::run(b.graph, fused, *r.kernels, threads, 2, r.dtype);
      CHECK(ran.verification.passed, r.name << " " << what << " error " << ran.verification.kernels[0].relativeL2Error);
      CHECK(largestDifference(ran.output, expected.output) < r.fusionTolerance, r.name << " " << what);
      if (threads == 1) first = ran.output;
      CHECK(ran.output == first, r.name << " " << what << " with " << threads << " threads");
    }
  }
}

std::string sizeOf(int height, int width, int channels) {
  return std::to_string(height) + "x" + std::to_string(width) + "x" + std::to_string(channels);
}

}  // namespace

void testFused() {
  struct Size {
    int height, width, channels, groupWidth;
  };
  // Rows longer than a strip, maps smaller than one, groups of eight and more, and dense.
  for (const Size size : {Size{9, 130, 16, 8}, {8, 8, 48, 8}, {33, 17, 24, 8}, {1, 1, 16, 8}, {12, 12, 64, 32}, {7, 5, 16, 16}}) {
    checkFused(ConvFirstGraph(size.height, size.width, size.channels, size.groupWidth),
               "convfirst " + sizeOf(size.height, size.width, size.channels));
  }
  for (const Size size : {Size{9, 130, 16, 1}, {14, 14, 40, 1}, {3, 3, 20, 1}, {1, 1, 16, 1}, {7, 7, 176, 1}}) {
    checkFused(ConvNextGraph(size.height, size.width, size.channels),
               "convnext " + sizeOf(size.height, size.width, size.channels));
  }

  // Depthwise and grouped, strides one and two, maps of several strips, slices that end in part of a vector, no padding,
  // and a kernel larger than the map.
  for (const MbconvGraph::Options& o : {MbconvGraph::Options{14, 14, 24, 4, 5, 1, 1, 2, true}, {9, 300, 8, 6, 3, 2, 1, 1, false},
                                        {120, 120, 4, 6, 5, 1, 1, 2, true}, {121, 90, 8, 3, 3, 2, 1, 1, true}, {7, 7, 20, 5, 3, 1, 1, 1, true},
                                        {11, 8, 12, 3, 3, 1, 1, 0, false}, {3, 2, 16, 4, 5, 2, 1, 2, true}, {14, 14, 32, 4, 3, 1, 8, 1, false},
                                        {60, 70, 16, 6, 3, 2, 16, 1, true}, {10, 10, 24, 4, 3, 1, 24, 1, false}}) {
    checkFused(MbconvGraph(o), "mbconv " + sizeOf(o.height, o.width, o.channels) + " kernel " + std::to_string(o.kernelSize) +
                                   " stride " + std::to_string(o.stride) + " groups of " + std::to_string(o.groupWidth));
  }

  // A block of another kind has no fused kernel, and says so.
  ConvFirstGraph other(8, 8, 16, 8);
  other.block = other.graph.block("bottleneck");
  CHECK(test::throws<ProtocolError>([&] { test::run(other.graph, planOf({other.ids}, {true}, other.block), genericKernels(), 1); }));
}
