#include "protocol/describe.h"

#include "cpu/cpu_info.h"
#include "kernels/kernel_choice.h"
#include "network/graph.h"
#include "network/network.h"

namespace plimsoll {
namespace {

using nlohmann::json;

std::string compiler() {
#if defined(__clang__)
  return "clang " __clang_version__;
#elif defined(__GNUC__)
  return "gcc " __VERSION__;
#else
  return "unknown";
#endif
}

// Those that there are kernels for, best first.
std::vector<std::string> instructionSetNames(const InstructionSets& sets) {
  std::vector<std::string> names;
  for (const KernelSet* kernels : usableKernelSets(sets)) names.emplace_back(kernels->name);
  return names;
}

}  // namespace

json describe() {
  const CpuInfo& cpu = cpuInfo();
  json caches = json::array();
  for (const Cache& cache : cpu.caches) {
    caches.push_back({{"level", cache.level}, {"bytes", cache.bytes}, {"sharedBy", cache.sharedBy}});
  }
  json device = {
      {"id", "cpu"},
      {"kind", "cpu"},
      {"name", cpu.brand},
      {"vendor", cpu.vendor},
      {"software", false},
      {"physicalCores", cpu.physicalCores},
      {"threads", cpu.logicalCpus},
      {"instructionSets", instructionSetNames(cpu.instructionSets)},
      {"caches", caches},
  };
  if (!cpu.hypervisor.empty()) device["hypervisor"] = cpu.hypervisor;
  return {
      {"protocol", 1},
      {"provider", "native"},
      {"version", PLIMSOLL_VERSION},
      {"libraries", {{"compiler", compiler()}}},
      {"devices", json::array({device})},
      {"dataTypes", json::array({"fp32"})},
      {"operators", operatorNames()},
      {"plans", json::array({"layerwise", "fused"})},
      {"fusableBlocks", fusableBlocks()},
  };
}

}  // namespace plimsoll
