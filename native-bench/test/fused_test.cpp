// The fused ConvFirst block against the reference, and against the same block layer by layer.
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

  std::vector<std::vector<int>> layers() const { return {{ids[0]}, {ids[1], ids[2]}, {ids[3], ids[4]}}; }

  ConvFirstGraph(int height, int width, int channels, int groupWidth) : graph(height, width, channels) {
    block = graph.block("convfirst");
    const int conv = graph.conv(0, channels, 3, 1, channels / groupWidth, 1);
    const int expand = graph.conv(conv, 6 * channels, 1, 1, 1, 0);
    const int activation = graph.activation(expand, "relu");
    const int project = graph.conv(activation, channels, 1, 1, 1, 0);
    ids = {conv, expand, activation, project, graph.simple("add", {project, 0})};
  }
};

struct ConvNextGraph {
  GraphText graph;
  int block = 0;
  std::vector<int> ids;

  ConvNextGraph(int height, int width, int channels) : graph(height, width, channels) {
    block = graph.block("convnext");
    const int depthwise = graph.conv(0, channels, 7, 1, channels, 3);
    const int norm = graph.simple("layerNorm", {depthwise});
    const int expand = graph.conv(norm, 4 * channels, 1, 1, 1, 0);
    const int activation = graph.activation(expand, "gelu");
    const int project = graph.conv(activation, channels, 1, 1, 1, 0);
    ids = {depthwise, norm, expand, activation, project, graph.simple("add", {project, 0})};
  }

  std::vector<std::vector<int>> layers() const { return {{ids[0]}, {ids[1]}, {ids[2], ids[3]}, {ids[4], ids[5]}}; }
};

double largestDifference(const std::vector<float>& a, const std::vector<float>& b) {
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(static_cast<double>(a[i] - b[i])));
  return largest;
}

// The block as one kernel: right, the same as its layers one by one, and the same for every team.
template <typename Block>
void checkFused(const Block& b, const std::string& what) {
  const auto layerwise = planOf(b.layers());
  const auto fused = planOf({b.ids}, {true}, b.block);
  for (const KernelSet* kernels : usableKernelSets(cpuInfo().instructionSets)) {
    const test::Ran expected = test::run(b.graph, layerwise, *kernels, 1);
    std::vector<float> first;
    for (const int threads : {1, 2, 3}) {
      const test::Ran ran = test::run(b.graph, fused, *kernels, threads);
      CHECK(ran.verification.passed,
            kernels->name << " " << what << " error " << ran.verification.kernels[0].relativeL2Error);
      CHECK(largestDifference(ran.output, expected.output) < 1e-3, kernels->name << " " << what);
      if (threads == 1) first = ran.output;
      CHECK(ran.output == first, kernels->name << " " << what << " with " << threads << " threads");
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

  // A block of another kind has no fused kernel, and says so.
  ConvFirstGraph other(8, 8, 16, 8);
  other.block = other.graph.block("mbconv");
  CHECK(test::throws<ProtocolError>([&] { test::run(other.graph, planOf({other.ids}, {true}, other.block), genericKernels(), 1); }));
}
