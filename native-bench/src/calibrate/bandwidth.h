// Bandwidth ceilings: reading, writing, copying and the triad of STREAM, over working sets that fit each level of the memory.
#pragma once

#include <string>
#include <vector>

#include "cpu/cpu_info.h"
#include "cpu/thread_pool.h"
#include "kernels/kernel_set.h"
#include "support/cancellation.h"

namespace plimsoll {

enum class Access { read, write, copy, triad };

struct BandwidthCeiling {
  std::string level;  // L1, L2, L3 or DRAM
  Access access = Access::read;
  int threads = 1;
  std::size_t workingSetBytes = 0;  // all arrays of all threads
  double bytesPerSecond = 0;
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
