#include "protocol/describe.h"

#include <nlohmann/json.hpp>

#include "cpu/cpu_info.h"

namespace plimsoll {

using nlohmann::json;

std::string compilerName() {
#if defined(__clang__)
  return "clang " __clang_version__;
#elif defined(__GNUC__)
  return "gcc " __VERSION__;
#else
  return "unknown";
#endif
}

json describeCpu(const std::vector<std::string>& instructionSets) {
  const CpuInfo& cpu = cpuInfo();
  json caches = json::array();
  for (const Cache& cache : cpu.caches) {
    caches.push_back({{"level", cache.level}, {"bytes", cache.bytes}, {"sharedBy", cache.sharedBy}});
  }
  json device = {
      {"id", cpuDeviceId()},
      {"kind", "cpu"},
      {"name", cpu.brand},
      {"vendor", cpu.vendor},
      {"software", false},
      {"physicalCores", cpu.physicalCores},
      {"threads", cpu.logicalCpus},
      {"instructionSets", instructionSets},
      {"caches", caches},
  };
  if (!cpu.hypervisor.empty()) device["hypervisor"] = cpu.hypervisor;
  return device;
}

}  // namespace plimsoll
