// What this processor is and what the operating system lets us use of it.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace plimsoll {

// What both the CPU and the operating system support.
struct InstructionSets {
  bool avx2 = false;         // with FMA
  bool avx512 = false;       // F, BW, DQ and VL
  bool avx512Bf16 = false;
  bool fastBf16Pairs = false;  // dot products of pairs are to be preferred to multiply-adds
  bool avx512Vnni = false;
  bool avx512Fp16 = false;
  bool amxBf16 = false;      // and the kernel granted the tile registers
  bool amxInt8 = false;
  bool neon = false;
  bool neonFp16 = false;
  bool neonDotProduct = false;
  bool neonI8mm = false;
  bool neonBf16 = false;
  bool sve = false;
};

struct Cache {
  std::string level;  // L1 (data), L2 or L3
  std::size_t bytes = 0;
  int sharedBy = 1;  // logical CPUs that share one instance, of those this process may use
};

struct CpuInfo {
  std::string vendor;
  std::string brand;
  int family = 0;
  int model = 0;
  std::string hypervisor;  // empty on bare metal
  InstructionSets instructionSets;
  std::vector<Cache> caches;
  int logicalCpus = 1;           // that this process may use
  std::vector<int> pinOrder;     // those CPUs: one of each physical core first, the fastest before others, then their siblings
  int physicalCores = 1;         // that those CPUs belong to
};

// Read once; asks the kernel for the AMX tile registers on the way.
const CpuInfo& cpuInfo();

// From now on this process knows no instruction set above `name`; false, and nothing changes, where there is none such on this
// machine. To be called before anything has chosen by cpuInfo().
bool limitInstructionSets(const std::string& name);

// 0 where the level is not known.
std::size_t cacheBytes(const CpuInfo& cpu, const std::string& level);

// Of the same level, that the CPUs of this process have together.
std::size_t cacheInstances(const CpuInfo& cpu, const Cache& cache);

// "cpu", or with the CPUs that PLIMSOLL_CPUS keeps this process to, "cpu:4-7": figures of some cores are not comparable to those of all.
std::string cpuDeviceId();

// Pins the calling thread to one CPU; false where the system does not let us.
bool pinToCpu(int cpu);

// Denormals are flushed to zero: they cost a hundred times a normal number and no network means them.
void flushDenormals();

}  // namespace plimsoll
