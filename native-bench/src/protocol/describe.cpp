#include "protocol/describe.h"


#include "cpu/cpu_info.h"
#include "support/json.h"

namespace plimsoll {

std::string compilerName() {
#if defined(__clang__)
  return "clang " __clang_version__;
#elif defined(__GNUC__)
  return "gcc " __VERSION__;
#else
  return "unknown";
#endif
}

Json describeCpu(const std::vector<std::string>& instructionSets) {
  const CpuInfo& cpu = cpuInfo();
  Json caches = Json::array();
  for (const Cache& cache : cpu.caches) {
    caches.push_back({{"level", cache.level}, {"bytes", cache.bytes}, {"sharedBy", cache.sharedBy}});
  }
  Json device = {
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
