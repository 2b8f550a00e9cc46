#include "protocol/native_provider.h"

#include "cpu/cpu_info.h"
#include "kernels/kernel_choice.h"
#include "network/network.h"
#include "protocol/describe.h"
#include "support/error.h"

namespace plimsoll {
namespace {

using nlohmann::json;

// Those that there are kernels for, best first.
std::vector<std::string> instructionSetNames(const InstructionSets& sets) {
  std::vector<std::string> names;
  for (const KernelSet* kernels : usableKernelSets(sets)) names.emplace_back(kernels->name);
  return names;
}

const KernelSet& kernelsFor(const std::optional<std::string>& instructionSet) {
  const auto usable = usableKernelSets(cpuInfo().instructionSets);
  if (!instructionSet) return *usable.front();
  for (const KernelSet* kernels : usable) {
    if (kernels->name == *instructionSet) return *kernels;
  }
  failUnsupported("This machine has no instruction set '" + *instructionSet + "', or there are no kernels for it.");
}

}  // namespace

json NativeProvider::describe() const {
  return {
      {"protocol", 1},
      {"provider", "native"},
      {"version", PLIMSOLL_VERSION},
      {"libraries", {{"compiler", compilerName()}}},
      {"devices", json::array({describeCpu(instructionSetNames(cpuInfo().instructionSets))})},
      {"dataTypes", json::array({"fp32"})},
      {"operators", operatorNames()},
      {"plans", json::array({"layerwise", "fused"})},
      {"fusableBlocks", fusableBlocks()},
  };
}

std::unique_ptr<Executable> NativeProvider::prepare(PrepareRequest request, const Cancellation& cancellation) const {
  if (request.dtype != "fp32") failUnsupported("There are kernels for fp32 only.");
  NetworkOptions options;
  options.kernels = &kernelsFor(request.instructionSet);
  options.batch = request.batch;
  options.threads = request.threads;
  options.seed = request.seed;
  options.ceilings = request.ceilings;
  return std::make_unique<Network>(std::move(request.graph), std::move(request.plan), options, cancellation);
}

}  // namespace plimsoll
