#include "protocol/native_provider.h"

#include <algorithm>

#include "cpu/cpu_info.h"
#include "kernels/kernel_choice.h"
#include "network/network.h"
#include "protocol/describe.h"
#include "support/error.h"
#include "support/json.h"
#include "support/test_burn.h"

namespace plimsoll {
namespace {

// Those that there are kernels for, best first.
std::vector<std::string> instructionSetNames(const InstructionSets& sets) {
  std::vector<std::string> names;
  for (const KernelSet* kernels : usableKernelSets(sets)) names.emplace_back(kernels->name);
  return names;
}

DataType dataTypeOf(const std::string& name) {
  if (name == "fp32") return DataType::fp32;
  if (name == "bf16") return DataType::bf16;
  failUnsupported("There are kernels for fp32 and bf16 only.");
}

const KernelSet& kernelsFor(const std::optional<std::string>& instructionSet, DataType dtype) {
  if (!instructionSet) return bestKernelSet(cpuInfo().instructionSets, dtype);
  for (const KernelSet* kernels : usableKernelSets(cpuInfo().instructionSets)) {
    if (kernels->name != *instructionSet) continue;
    if (computes(*kernels, dtype)) return *kernels;
    failUnsupported("The instruction set '" + *instructionSet + "' multiplies in bf16 only.");
  }
  failUnsupported("This machine has no instruction set '" + *instructionSet + "', or there are no kernels for it.");
}

}  // namespace

Json NativeProvider::describe() const {
  Json description = {
      {"protocol", 1},
      {"provider", "native"},
      {"version", PLIMSOLL_VERSION},
      {"libraries", {{"compiler", compilerName()}}},
      {"devices", Json::array({describeCpu(instructionSetNames(cpuInfo().instructionSets))})},
      {"dataTypes", Json::array({"fp32", "bf16"})},
      {"operators", operatorNames()},
      {"plans", Json::array({"layerwise", "fused"})},
      {"fusableBlocks", fusableBlocks()},
  };
  if (testBurn() > 0.0) description["libraries"]["test burn"] = std::to_string(testBurn());
  if (!bestKernelSet(cpuInfo().instructionSets, DataType::bf16).multipliesBf16) description["multipliedIn"] = {{"bf16", "fp32"}};
  return description;
}

std::unique_ptr<Executable> NativeProvider::prepare(PrepareRequest request, const Cancellation& cancellation) const {
  NetworkOptions options;
  options.dtype = dataTypeOf(request.dtype);
  options.kernels = &kernelsFor(request.instructionSet, options.dtype);
  options.batch = request.batch;
  options.threads = request.threads;
  options.seed = request.seed;
  options.ceilings = request.ceilings;
  return std::make_unique<Network>(std::move(request.graph), std::move(request.plan), options, cancellation);
}

}  // namespace plimsoll
