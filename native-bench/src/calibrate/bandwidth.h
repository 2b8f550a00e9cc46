// Bandwidth ceilings: reading, writing, copying and the triad of STREAM, over working sets that fit each level of the memory.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "cpu/cpu_info.h"
#include "cpu/thread_pool.h"
#include "kernels/kernel_set.h"
#include "support/cancellation.h"

namespace plimsoll {

enum class Access { read, write, copy, triad };

// One trial of a ceiling.
struct BandwidthSample {
  double bytesPerSecond = 0;
  // Between the threads of the team, just after. Processors under two L3 caches may have two ways to memory, and
  // together up to twice the bandwidth of two that share one.
  std::optional<double> roundTripNs;
};

struct BandwidthCeiling {
  std::string level;  // L1, L2, L3 or DRAM
  Access access = Access::read;
  int threads = 1;
  std::size_t workingSetBytes = 0;  // all arrays of all threads
  double bytesPerSecond = 0;
  // In order; the best of them is the ceiling. Of stores those that were faster: by way of the caches, or around them.
  std::vector<BandwidthSample> samples;
  // Of the working set in DRAM; nothing where the system does not tell.
  std::optional<std::size_t> hugePageBytes;
};

// A level and how much of it the whole team uses.
struct WorkingSet {
  std::string level;
  std::size_t bytes = 0;
};

// Half of each cache; for DRAM four times the last-level caches, as STREAM asks, as far as free memory allows.
std::vector<WorkingSet> workingSets(const CpuInfo& cpu, int threads, std::size_t availableBytes);

BandwidthCeiling measureBandwidth(const KernelSet& kernels, const WorkingSet& set, Access access, ThreadPool& team,
                                  double seconds, const Cancellation& cancellation);

}  // namespace plimsoll
