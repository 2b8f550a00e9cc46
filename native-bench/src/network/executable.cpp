#include "network/executable.h"

#include <algorithm>

namespace plimsoll {
namespace {

bool contains(const std::vector<int>& ids, int id) { return std::find(ids.begin(), ids.end(), id) != ids.end(); }

}  // namespace

Executable::Executable(Graph graph, std::size_t batch, int threads, std::uint64_t seed, DataType dtype)
    : graph_(std::move(graph)), batch_(batch), seed_(seed), dtype_(dtype), team_(threads) {}

void describeKernel(PreparedKernel& kernel, const Graph& graph, std::size_t batch, DataType dtype) {
  const auto& own = kernel.plan.operators;
  const auto tensorBytes = [&](int id) { return batch * graph.at(id).output.elements() * bytesPerElement(dtype); };
  std::size_t macs = 0;
  std::size_t weights = 0;
  for (const int id : own) {
    const Operator& op = graph.at(id);
    for (const int input : op.inputs) {
      if (!contains(own, input) && !contains(kernel.inputs, input)) kernel.inputs.push_back(input);
    }
    const OperatorCost cost = costOf(graph, op);
    macs += cost.macs;
    weights += cost.weightElements;
  }
  kernel.output = own.back();
  kernel.operations = 2 * macs * batch;
  kernel.weightBytes = weights * bytesPerElement(dtype);
  for (const int input : kernel.inputs) kernel.inputBytes += tensorBytes(input);
  kernel.outputBytes = tensorBytes(kernel.output);
}

std::vector<TensorLifetime> tensorLifetimes(const std::vector<const PreparedKernel*>& kernels) {
  const int steps = static_cast<int>(kernels.size());
  std::vector<TensorLifetime> lifetimes = {{0, 0, steps}};
  for (int step = 0; step < steps; ++step) {
    const int id = kernels[static_cast<std::size_t>(step)]->output;
    int last = step;
    for (int reader = step + 1; reader < steps; ++reader) {
      if (contains(kernels[static_cast<std::size_t>(reader)]->inputs, id)) last = reader;
    }
    lifetimes.push_back({id, step, last == step ? steps : last});
  }
  return lifetimes;
}

}  // namespace plimsoll
