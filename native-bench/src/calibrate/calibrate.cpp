#include "calibrate/calibrate.h"

#include <iterator>

#include "cpu/memory_info.h"
#include "kernels/kernel_choice.h"

namespace plimsoll {

Calibration calibrate(Ceilings which, double secondsPerCeiling, const Cancellation& cancellation,
                      const std::function<void(double, const std::string&)>& progress) {
  const CpuInfo& cpu = cpuInfo();
  const std::vector<PeakLoop> peaks = usablePeaks(cpu.instructionSets);
  const KernelSet& kernels = *usableKernelSets(cpu.instructionSets).front();
  std::vector<int> teams = {1};
  if (cpu.physicalCores > 1) teams.push_back(cpu.physicalCores);
  constexpr Access accesses[] = {Access::read, Access::write, Access::copy, Access::triad};
  const auto setsFor = [&](int threads) {
    return which == Ceilings::arithmetic ? std::vector<WorkingSet>{} : workingSets(cpu, threads, availableMemoryBytes());
  };

  Calibration result;
  std::size_t total = 0;
  for (const int threads : teams) total += peaks.size() + std::size(accesses) * setsFor(threads).size();
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
    for (const WorkingSet& set : setsFor(threads)) {
      for (const Access access : accesses) {
        report(set.level + " bandwidth");
        result.bandwidth.push_back(measureBandwidth(kernels, set, access, team, secondsPerCeiling, cancellation));
      }
    }
  }
  return result;
}

}  // namespace plimsoll
