// Every operator, activation and way of adding a residual by oneDNN, against the reference.
#include <iostream>
#include <utility>

#include "../test/check.h"
#include "../test/test_networks.h"
#include "onednn_network.h"

using namespace plimsoll;

namespace {

int failures = 0;

void verifyAll(const test::GraphText& graph, const std::vector<PlannedKernel>& plan, const std::string& name, DataType dtype) {
  const Cancellation never;
  const std::string what = name + (dtype == DataType::bf16 ? " in bf16" : "");
  for (const auto& [batch, threads] : {std::pair<std::size_t, int>{1, 1}, {3, 2}}) {
    onednn::OnednnNetwork network(graph.parse(), plan, batch, threads, 1, dtype, never);
    const Verification result = verify(network, never, [](double) {});
    for (const KernelCheck& check : result.kernels) {
      CHECK(check.passed, what << " " << check.name << " batch " << batch << " threads " << threads << ": "
                               << check.relativeL2Error << " of " << check.tolerance);
    }
    // A whole pass leaves what the pass kernel by kernel left: nothing was written over that is still read.
    const int last = network.kernel(network.kernelCount() - 1).output;
    const std::vector<float> before = network.readTensor(last);
    network.run();
    network.run();
    CHECK(network.readTensor(last) == before, what << " batch " << batch << " threads " << threads);
  }
}

// bf16 only where the processor has it.
void verifyAll(const test::GraphText& graph, const std::vector<PlannedKernel>& plan, const std::string& what) {
  verifyAll(graph, plan, what, DataType::fp32);
  if (!onednn::instructionSetName(DataType::bf16).empty()) verifyAll(graph, plan, what, DataType::bf16);
}

std::vector<PlannedKernel> onePerOperator(int operators) {
  std::vector<std::vector<int>> groups;
  for (int id = 1; id < operators; ++id) groups.push_back({id});
  return test::planOf(groups);
}

int addTwo(test::GraphText& g, int left, int right) { return g.simple("add", {left, right}); }

void testConvolutions() {
  for (const int groups : {1, 3, 24}) {
    for (const int stride : {1, 2}) {
      for (const int kernelSize : {1, 3}) {
        test::GraphText g(9, 10, 5);
        const int first = g.conv(0, 24, 3, 1, 1, 1);
        g.conv(first, 24, kernelSize, stride, groups, kernelSize / 2);
        verifyAll(g, onePerOperator(3), "groups " + std::to_string(groups));
      }
    }
  }
}

void testActivations() {
  for (const char* function : {"relu", "relu6", "silu", "gelu", "sigmoid", "hardSwish", "hardSigmoid"}) {
    test::GraphText g(6, 5, 4);
    const int conv = g.conv(0, 19, 3, 1, 1, 1);
    const int folded = g.activation(conv, function);
    g.activation(folded, function);
    verifyAll(g, test::planOf({{conv, folded}, {folded + 1}}), function);
  }
}

void testResiduals() {
  for (const int channels : {16, 21}) {
    // The residual ends here, is read again later, is the image, and is read twice by the same kernel.
    test::GraphText g(7, 6, channels);
    const int a = g.conv(0, channels, 1, 1, 1, 0);
    const int b = g.conv(a, channels, 3, 1, 1, 1);
    const int inPlace = addTwo(g, b, a);
    const int after = g.activation(inPlace, "relu");
    const int c = g.conv(after, channels, 1, 1, 1, 0);
    const int kept = addTwo(g, after, c);
    const int d = g.conv(kept, channels, 1, 1, 1, 0);
    const int image = addTwo(g, d, 0);
    const int e = g.conv(image, channels, 3, 1, 1, 1);
    const int twice = addTwo(g, e, image);
    const int last = addTwo(g, twice, after);
    verifyAll(g, test::planOf({{a}, {b, inPlace, after}, {c, kept}, {d, image}, {e, twice}, {last}}), "residuals");

    test::GraphText own(5, 5, channels);
    const int x = own.conv(0, channels, 1, 1, 1, 0);
    const int y = own.conv(x, channels, 1, 1, 1, 0);
    const int sum = addTwo(own, y, x);
    const int flat = own.linear(sum, 30);
    const int other = own.linear(sum, 30);
    const int both = addTwo(own, other, flat);
    verifyAll(own, test::planOf({{x}, {y, sum}, {flat}, {other, both}}), "linear with a residual");
  }
}

void testOthers() {
  for (const int channels : {5, 16, 40}) {
    test::GraphText g(8, 7, 3);
    int x = g.conv(0, channels, 3, 1, 1, 1);
    x = g.pool("maxPool", x, 3, 2, 1);
    x = g.squeezeExcite(x, 6, "relu", "hardSigmoid");
    x = g.simple("layerNorm", {x});
    x = g.simple("concat", {x, x});
    x = g.pool("averagePool", x, 3, 1, 1);
    x = g.simple("blurPool", {x});
    x = g.squeezeExcite(x, 4, "silu", "sigmoid");
    x = g.simple("globalAveragePool", {x});
    x = g.linear(x, 11);
    verifyAll(g, onePerOperator(x + 1), "channels " + std::to_string(channels));
  }
}

void testRefusals() {
  const Cancellation never;
  test::GraphText g(6, 6, 8);
  const int conv = g.conv(0, 8, 3, 1, 1, 1);
  const int pool = g.pool("maxPool", conv, 2, 2, 0);
  const int after = g.activation(pool, "relu");
  const auto prepare = [&](const std::vector<PlannedKernel>& plan) {
    onednn::OnednnNetwork network(g.parse(), plan, 1, 1, 1, DataType::fp32, never);
  };
  CHECK(test::throws<ProtocolError>([&] { prepare(test::planOf({{conv}, {pool, after}})); }));
  CHECK(test::throws<ProtocolError>([&] { prepare(test::planOf({{conv, pool}, {after}})); }));
  CHECK(test::throws<ProtocolError>([&] { prepare(test::planOf({{conv}, {pool}, {after}}, {true})); }));
}

}  // namespace

void test::fail(const char* file, int line, const std::string& what) {
  if (++failures <= 20) std::cerr << file << ":" << line << ": " << what << "\n";
}

int main() {
  testConvolutions();
  testActivations();
  testResiduals();
  testOthers();
  testRefusals();
  std::cout << "onednn: " << (failures == 0 ? "ok" : "FAILED") << "\n";
  return failures == 0 ? 0 : 1;
}
