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

struct BlockGraph {
  GraphText graph;
  int block = 0;
  std::vector<int> ids;

  BlockGraph(int height, int width, int channels, int groupWidth) : graph(height, width, channels) {
    block = graph.block("convfirst");
    const int conv = graph.conv(0, channels, 3, 1, channels / groupWidth, 1);
    const int expand = graph.conv(conv, 6 * channels, 1, 1, 1, 0);
    const int activation = graph.activation(expand, "relu");
    const int project = graph.conv(activation, channels, 1, 1, 1, 0);
    ids = {conv, expand, activation, project, graph.simple("add", {project, 0})};
  }
};

double largestDifference(const std::vector<float>& a, const std::vector<float>& b) {
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(static_cast<double>(a[i] - b[i])));
  return largest;
}

}  // namespace

void testFused() {
  struct Size {
    int height, width, channels, groupWidth;
  };
  // Rows longer than a strip, maps smaller than one, groups of eight and more, and dense.
  for (const Size size : {Size{9, 130, 16, 8}, {8, 8, 48, 8}, {33, 17, 24, 8}, {1, 1, 16, 8}, {12, 12, 64, 32}, {7, 5, 16, 16}}) {
    const BlockGraph b(size.height, size.width, size.channels, size.groupWidth);
    const auto layerwise = planOf({{b.ids[0]}, {b.ids[1], b.ids[2]}, {b.ids[3], b.ids[4]}});
    const auto fused = planOf({b.ids}, {true}, b.block);
    for (const KernelSet* kernels : usableKernelSets(cpuInfo().instructionSets)) {
      const test::Ran expected = test::run(b.graph, layerwise, *kernels, 1);
      std::vector<float> first;
      for (const int threads : {1, 2, 3}) {
        const test::Ran ran = test::run(b.graph, fused, *kernels, threads);
        CHECK(ran.verification.passed, kernels->name << " " << size.height << "x" << size.width << "x" << size.channels << " error "
                                                     << ran.verification.kernels[0].relativeL2Error);
        CHECK(largestDifference(ran.output, expected.output) < 1e-3);
        if (threads == 1) first = ran.output;
        CHECK(ran.output == first, kernels->name << " with " << threads << " threads");
      }
    }
  }

  // A block of another kind has no fused kernel, and says so.
  BlockGraph other(8, 8, 16, 8);
  other.block = other.graph.block("mbconv");
  CHECK(test::throws<ProtocolError>([&] { test::run(other.graph, planOf({other.ids}, {true}, other.block), genericKernels(), 1); }));
}
