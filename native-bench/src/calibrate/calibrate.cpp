#include "calibrate/calibrate.h"

#include <memory>

#include "cpu/memory_info.h"
#include "kernels/kernel_choice.h"

namespace plimsoll {

Calibration calibrate(double secondsPerCeiling, const Cancellation& cancellation,
                      const std::function<void(double, const std::string&)>& progress) {
  const CpuInfo& cpu = cpuInfo();
  const std::vector<PeakLoop> peaks = usablePeaks(cpu.instructionSets);
  const KernelSet& kernels = *usableKernelSets(cpu.instructionSets).front();
  std::vector<int> teams = {1};
  if (cpu.physicalCores > 1) teams.push_back(cpu.physicalCores);
  constexpr Access accesses[] = {Access::read, Access::copy, Access::triad};

  Calibration result;
  std::size_t total = 0;
  for (const int threads : teams) total += peaks.size() + 3 * workingSets(cpu, threads, availableMemoryBytes()).size();
  std::size_t done = 0;
  const auto report = [&](const std::string& next) {
    progress(static_cast<double>(done) / static_cast<double>(total), next);
    ++done;
  };
  for (const int threads : teams) {
    ThreadPool team(threads);
    for (const PeakLoop& peak : peaks) {
      report(std::string(peak.dtype) + " " + peak.instructionSet);
      result.arithmetic.push_back(measureArithmetic(peak, team, secondsPerCeiling, cancellation));
    }
    for (const WorkingSet& set : workingSets(cpu, threads, availableMemoryBytes())) {
      for (const Access access : accesses) {
        report(set.level + " bandwidth");
        result.bandwidth.push_back(measureBandwidth(kernels, set, access, team, secondsPerCeiling, cancellation));
      }
    }
  }
  return result;
}

}  // namespace plimsoll
