#include "cpu/cpu_info.h"

#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <sstream>

#include "cpu/instruction_sets.h"

#ifdef PLIMSOLL_X86
#include <cpuid.h>
#include <immintrin.h>
#endif
#ifdef PLIMSOLL_ARM64
#include <sys/auxv.h>

#include "cpu/arm_processor.h"
#endif

namespace plimsoll {
namespace {

std::optional<std::string> readLine(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  if (!std::getline(file, line)) return std::nullopt;
  return line;
}

// "0-3,8" as the kernel writes lists of CPUs.
std::vector<int> parseCpuList(const std::string& text) {
  std::vector<int> cpus;
  std::istringstream stream(text);
  std::string part;
  while (std::getline(stream, part, ',')) {
    int first = 0;
    int last = 0;
    const int fields = std::sscanf(part.c_str(), "%d-%d", &first, &last);
    if (fields < 1) continue;
    if (fields == 1) last = first;
    for (int cpu = first; cpu <= last; ++cpu) cpus.push_back(cpu);
  }
  return cpus;
}

std::string cpuFolder(int cpu) { return "/sys/devices/system/cpu/cpu" + std::to_string(cpu); }

std::vector<int> allowedCpus() {
  std::vector<int> cpus;
#ifdef __linux__
  cpu_set_t mask;
  CPU_ZERO(&mask);
  if (sched_getaffinity(0, sizeof mask, &mask) == 0) {
    // A list of its own: one kind of core, where there are several.
    if (const char* chosen = std::getenv("PLIMSOLL_CPUS")) {
      cpu_set_t kept;
      CPU_ZERO(&kept);
      for (const int cpu : parseCpuList(chosen)) {
        if (cpu >= 0 && cpu < CPU_SETSIZE && CPU_ISSET(cpu, &mask)) CPU_SET(cpu, &kept);
      }
      if (CPU_COUNT(&kept) > 0 && sched_setaffinity(0, sizeof kept, &kept) == 0) mask = kept;
    }
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
      if (CPU_ISSET(cpu, &mask)) cpus.push_back(cpu);
    }
  }
#endif
  if (cpus.empty()) {
    const long online = std::max(1L, sysconf(_SC_NPROCESSORS_ONLN));
    for (int cpu = 0; cpu < online; ++cpu) cpus.push_back(cpu);
  }
  return cpus;
}

std::size_t parseSize(const std::string& text) {
  std::size_t value = 0;
  char unit = 0;
  if (std::sscanf(text.c_str(), "%zu%c", &value, &unit) < 1) return 0;
  if (unit == 'K') return value << 10;
  if (unit == 'M') return value << 20;
  return value;
}

// How fast this CPU is beside the others, in a unit of its own; 0 where it is not told.
long capacityOf(int cpu) {
  for (const char* file : {"/cpu_capacity", "/cpufreq/cpuinfo_max_freq"}) {
    const auto line = readLine(cpuFolder(cpu) + file);
    if (line) return std::atol(line->c_str());
  }
  return 0;
}

// Where there are several kinds of core, the faster come first, and of those as fast the ones with the larger L3 cache: a team that is
// smaller than the machine takes the best cores, and what is told of the caches holds for them.
void putFastestFirst(std::vector<int>& cpus) {
  std::map<int, std::pair<long, std::size_t>> rank;
  std::set<long, std::greater<>> capacities;
  for (const int cpu : cpus) {
    const auto l3 = readLine(cpuFolder(cpu) + "/cache/index3/size");
    const long capacity = capacityOf(cpu);
    rank[cpu] = {capacity, l3 ? parseSize(*l3) : 0};
    capacities.insert(capacity);
  }
  // Cores of one kind differ a little in the clock that they are made for: as fast as the fastest that is less than a sixth faster.
  std::map<long, long> kindOf;
  long fastest = 0;
  for (const long capacity : capacities) {
    if (kindOf.empty() || static_cast<double>(capacity) < 0.85 * static_cast<double>(fastest)) fastest = capacity;
    kindOf[capacity] = fastest;
  }
  for (auto& [cpu, told] : rank) told.first = kindOf[told.first];
  std::stable_sort(cpus.begin(), cpus.end(), [&](int a, int b) { return rank[a] > rank[b]; });
}

void readTopology(CpuInfo& info) {
  const std::vector<int> allowed = allowedCpus();
  info.logicalCpus = static_cast<int>(allowed.size());
  std::set<int> taken;
  std::vector<int> siblings;
  for (const int cpu : allowed) {
    const auto list = readLine(cpuFolder(cpu) + "/topology/thread_siblings_list");
    const std::vector<int> core = list ? parseCpuList(*list) : std::vector<int>{cpu};
    const bool coreIsTaken = std::any_of(core.begin(), core.end(), [&](int other) { return taken.count(other) != 0; });
    (coreIsTaken ? siblings : info.pinOrder).push_back(cpu);
    taken.insert(cpu);
  }
  info.physicalCores = static_cast<int>(info.pinOrder.size());
  putFastestFirst(info.pinOrder);
  putFastestFirst(siblings);
  info.pinOrder.insert(info.pinOrder.end(), siblings.begin(), siblings.end());
}

void readCaches(CpuInfo& info) {
  const std::string folder = cpuFolder(info.pinOrder.front()) + "/cache/index";
  const std::vector<int>& usable = info.pinOrder;
  for (int index = 0; index < 8; ++index) {
    const std::string path = folder + std::to_string(index);
    const auto level = readLine(path + "/level");
    if (!level) break;
    const auto type = readLine(path + "/type");
    const auto size = readLine(path + "/size");
    const auto shared = readLine(path + "/shared_cpu_list");
    // The protocol knows three levels; what is behind them counts as memory.
    if (!size || (type && *type == "Instruction") || *level > "3") continue;
    int sharedBy = 0;
    for (const int cpu : shared ? parseCpuList(*shared) : usable) {
      if (std::find(usable.begin(), usable.end(), cpu) != usable.end()) ++sharedBy;
    }
    info.caches.push_back({"L" + *level, parseSize(*size), std::max(1, sharedBy)});
  }
}

#ifdef PLIMSOLL_X86

struct Registers {
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
};

Registers cpuid(unsigned leaf, unsigned subleaf = 0) {
  Registers r;
  if (__get_cpuid_count(leaf, subleaf, &r.eax, &r.ebx, &r.ecx, &r.edx) == 0) return {};
  return r;
}

std::string textOf(std::initializer_list<unsigned> registers) {
  std::string text;
  for (const unsigned value : registers) {
    char bytes[4];
    std::memcpy(bytes, &value, 4);
    text.append(bytes, 4);
  }
  return text.substr(0, text.find('\0'));
}

// Which register files the operating system saves; asked only where OSXSAVE says that XGETBV exists.
std::uint64_t savedStates() {
  std::uint32_t low = 0;
  std::uint32_t high = 0;
  asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (std::uint64_t{high} << 32) | low;
}

bool requestTileRegisters() {
#if defined(__linux__) && defined(SYS_arch_prctl)
  constexpr int requestPermission = 0x1023;  // ARCH_REQ_XCOMP_PERM
  constexpr int tileData = 18;               // XFEATURE_XTILEDATA
  return syscall(SYS_arch_prctl, requestPermission, tileData) == 0;
#else
  return false;
#endif
}

void readProcessor(CpuInfo& info) {
  const Registers vendor = cpuid(0);
  info.vendor = textOf({vendor.ebx, vendor.edx, vendor.ecx});
  std::string brand;
  for (unsigned leaf = 0x80000002; leaf <= 0x80000004; ++leaf) {
    const Registers r = cpuid(leaf);
    brand += textOf({r.eax, r.ebx, r.ecx, r.edx});
  }
  const auto first = brand.find_first_not_of(' ');
  const auto last = brand.find_last_not_of(' ');
  info.brand = first == std::string::npos ? "unknown" : brand.substr(first, last - first + 1);

  const Registers features = cpuid(1);
  const unsigned baseFamily = (features.eax >> 8) & 0xf;
  info.family = static_cast<int>(baseFamily + (baseFamily == 0xf ? (features.eax >> 20) & 0xff : 0));
  info.model = static_cast<int>(((features.eax >> 4) & 0xf) | (((features.eax >> 16) & 0xf) << 4));
  if (features.ecx >> 31) {
    // The hypervisor's leaf is outside the range that __get_cpuid_count checks.
    Registers r;
    __cpuid(0x40000000, r.eax, r.ebx, r.ecx, r.edx);
    info.hypervisor = textOf({r.ebx, r.ecx, r.edx});
    if (info.hypervisor.empty()) info.hypervisor = "unknown";
  }

  const bool osxsave = (features.ecx >> 27) & 1;
  const std::uint64_t states = osxsave ? savedStates() : 0;
  const bool ymm = (states & 0x6) == 0x6;
  const bool zmm = (states & 0xe6) == 0xe6;
  const bool tiles = (states & 0x60000) == 0x60000;
  const Registers extended = cpuid(7);
  const Registers extended1 = cpuid(7, 1);
  const auto bit = [](unsigned value, int position) { return ((value >> position) & 1) != 0; };
  InstructionSets& sets = info.instructionSets;
  sets.avx2 = ymm && bit(extended.ebx, 5) && bit(features.ecx, 12);
  sets.avx512 = zmm && sets.avx2 && bit(extended.ebx, 16) && bit(extended.ebx, 17) && bit(extended.ebx, 30) &&
                bit(extended.ebx, 31);
  sets.avx512Vnni = sets.avx512 && bit(extended.ecx, 11);
  sets.avx512Bf16 = sets.avx512 && bit(extended1.eax, 5);
  // On Zen 4 twice the operations of fp32 were measured, on an Intel processor with AMX half of them (docs/native-kernels.md).
  sets.fastBf16Pairs = sets.avx512Bf16 && info.vendor == "AuthenticAMD";
  sets.avx512Fp16 = sets.avx512 && bit(extended.edx, 23);
  sets.amxBf16 = tiles && bit(extended.edx, 24) && bit(extended.edx, 22) && requestTileRegisters();
  sets.amxInt8 = sets.amxBf16 && bit(extended.edx, 25);
}

#elif defined(PLIMSOLL_ARM64)

void readProcessor(CpuInfo& info) {
  std::ifstream cpuinfo("/proc/cpuinfo");
  readArmProcessor(cpuinfo, info.pinOrder, info);
  info.instructionSets = armInstructionSets(getauxval(AT_HWCAP), getauxval(AT_HWCAP2));
}

#else

void readProcessor(CpuInfo& info) {
  info.vendor = "unknown";
  info.brand = "unknown";
}

#endif

CpuInfo read() {
  CpuInfo info;
  readTopology(info);
  readProcessor(info);
  readCaches(info);
  return info;
}

CpuInfo& ownInfo() {
  static CpuInfo info = read();
  return info;
}

}  // namespace

const CpuInfo& cpuInfo() { return ownInfo(); }

bool limitInstructionSets(const std::string& name) {
  const auto kept = limitedTo(cpuInfo().instructionSets, name);
  if (kept) ownInfo().instructionSets = *kept;
  return kept.has_value();
}

std::size_t cacheBytes(const CpuInfo& cpu, const std::string& level) {
  for (const Cache& cache : cpu.caches) {
    if (cache.level == level) return cache.bytes;
  }
  return 0;
}

std::size_t cacheInstances(const CpuInfo& cpu, const Cache& cache) {
  return static_cast<std::size_t>(std::max(1, cpu.logicalCpus / cache.sharedBy));
}

std::string cpuDeviceId() {
  const char* chosen = std::getenv("PLIMSOLL_CPUS");
  return chosen == nullptr ? "cpu" : "cpu:" + std::string(chosen);
}

bool pinToCpu(int cpu) {
#ifdef __linux__
  cpu_set_t mask;
  CPU_ZERO(&mask);
  CPU_SET(cpu, &mask);
  return sched_setaffinity(0, sizeof mask, &mask) == 0;
#else
  static_cast<void>(cpu);
  return false;
#endif
}

void flushDenormals() {
#ifdef PLIMSOLL_X86
  constexpr unsigned flushToZero = 0x8000;
  constexpr unsigned denormalsAreZero = 0x0040;
  _mm_setcsr(_mm_getcsr() | flushToZero | denormalsAreZero);
#elif defined(PLIMSOLL_ARM64)
  std::uint64_t control = 0;
  asm volatile("mrs %0, fpcr" : "=r"(control));
  asm volatile("msr fpcr, %0" ::"r"(control | (std::uint64_t{1} << 24)));
#endif
}

}  // namespace plimsoll
