// Holds our ceilings against other people's ways of measuring them, in one run and taking turns:
//
//     ceilings-crosscheck [SECONDS [PERCENT]]
//
// - arithmetic against a loop written in assembly as cpufp has it: multiply-adds on registers that are named, so that no
//   compiler has a say;
// - memory against STREAM's copy and triad, written as STREAM writes them, over doubles, each thread with its own part, with
//   plain stores and with those that go around the caches, of which the better counts for both.
//
// Prints both and their ratio, and fails where they differ by more than PERCENT: 5, which a quiet machine keeps. As a test it
// is more lenient, for a test must not fail for what else the machine does.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#ifdef PLIMSOLL_X86
#include <immintrin.h>
#endif

#include "calibrate/arithmetic.h"
#include "calibrate/bandwidth.h"
#include "cpu/cpu_info.h"
#include "cpu/memory_info.h"
#include "cpu/thread_pool.h"
#include "kernels/kernel_choice.h"
#include "support/aligned_buffer.h"
#include "support/elapsed.h"

using namespace plimsoll;

namespace {

double secondsOf(const std::function<void()>& work) {
  const auto start = Clock::now();
  work();
  return secondsSince(start);
}

// ------------------------------------------------------------------------------------------------------------ arithmetic

#ifdef PLIMSOLL_X86
constexpr double operationsPerRound = 12 * 8 * 2;

// Twelve sums in ymm0 to ymm11. What is in them does not matter, if only it is no denormal: zeros stay zeros.
void assemblyRounds(std::uint64_t rounds) {
  asm volatile(
      "vzeroall\n"
      "1:\n"
      "vfmadd231ps %%ymm12, %%ymm12, %%ymm0\n"
      "vfmadd231ps %%ymm12, %%ymm12, %%ymm1\n"
      "vfmadd231ps %%ymm12, %%ymm12, %%ymm2\n"
      "vfmadd231ps %%ymm12, %%ymm12, %%ymm3\n"
      "vfmadd231ps %%ymm12, %%ymm12, %%ymm4\n"
      "vfmadd231ps %%ymm12, %%ymm12, %%ymm5\n"
      "vfmadd231ps %%ymm12, %%ymm12, %%ymm6\n"
      "vfmadd231ps %%ymm12, %%ymm12, %%ymm7\n"
      "vfmadd231ps %%ymm12, %%ymm12, %%ymm8\n"
      "vfmadd231ps %%ymm12, %%ymm12, %%ymm9\n"
      "vfmadd231ps %%ymm12, %%ymm12, %%ymm10\n"
      "vfmadd231ps %%ymm12, %%ymm12, %%ymm11\n"
      "dec %[rounds]\n"
      "jnz 1b\n"
      "vzeroupper\n"
      : [rounds] "+r"(rounds)
      :
      : "cc", "ymm0", "ymm1", "ymm2", "ymm3", "ymm4", "ymm5", "ymm6", "ymm7", "ymm8", "ymm9", "ymm10", "ymm11", "ymm12");
}
#endif

// ---------------------------------------------------------------------------------------------------------------- STREAM

// STREAM's three arrays, or a thread's part of them, in huge pages like ours: what small ones cost on a virtual machine is nothing
// that a loop over them could mend.
// One behind the other, with STREAM's OFFSET between them: of what its own instructions recommend to try, that which is best here.
struct StreamArrays {
  StreamArrays() = default;
  explicit StreamArrays(std::size_t elements) : count(elements), all(3 * (elements + offset)) {
    for (std::size_t j = 0; j < all.size(); ++j) all[j] = 1;
  }
  double* a() { return all.data(); }
  double* b() { return all.data() + count + offset; }
  double* c() { return all.data() + 2 * (count + offset); }

  static constexpr std::size_t offset = 128;
  std::size_t count = 0;
  AlignedBuffer<double> all;
};

#ifdef PLIMSOLL_X86
constexpr std::size_t lane = 2;
template <bool AroundCache>
void storeLanes(double* to, __m128d value) {
  if constexpr (AroundCache) {
    _mm_stream_pd(to, value);
  } else {
    _mm_store_pd(to, value);
  }
}
template <bool AroundCache>
void streamCopy(StreamArrays& arrays) {
  const double* a = arrays.a();
  double* c = arrays.c();
  const std::size_t count = arrays.count;
  for (std::size_t j = 0; j < count; j += lane) storeLanes<AroundCache>(c + j, _mm_load_pd(a + j));
}
template <bool AroundCache>
void streamTriad(StreamArrays& arrays) {
  const __m128d scalar = _mm_set1_pd(3.0);
  double* a = arrays.a();
  const double* b = arrays.b();
  const double* c = arrays.c();
  const std::size_t count = arrays.count;
  for (std::size_t j = 0; j < count; j += lane) {
    storeLanes<AroundCache>(a + j, _mm_add_pd(_mm_load_pd(b + j), _mm_mul_pd(scalar, _mm_load_pd(c + j))));
  }
}
#else
template <bool>
void streamCopy(StreamArrays& arrays) {
  const double* a = arrays.a();
  double* c = arrays.c();
  const std::size_t count = arrays.count;
  for (std::size_t j = 0; j < count; ++j) c[j] = a[j];
}
template <bool>
void streamTriad(StreamArrays& arrays) {
  double* a = arrays.a();
  const double* b = arrays.b();
  const double* c = arrays.c();
  const std::size_t count = arrays.count;
  for (std::size_t j = 0; j < count; ++j) a[j] = b[j] + 3.0 * c[j];
}
#endif

// Two ways to measure one thing; each takes so many seconds and gives operations or bytes a second.
struct Pair {
  std::string what;
  std::function<double(double)> ours, theirs;
  double unit;
  const char* unitName;
};

int failures = 0;

// They take turns, and the best of each counts. Where they differ they go on for a while: the machine may have been busy.
void compare(const Pair& pair, double seconds, double percent) {
  double ours = 0, theirs = 0;
  const auto agree = [&] { return theirs > 0 && std::abs(ours / theirs - 1) <= percent / 100; };
  constexpr int turns = 8, mostTurns = 5 * turns;
  for (int turn = 0; turn < turns || (turn < mostTurns && !agree()); ++turn) {
    ours = std::max(ours, pair.ours(seconds / turns / 2));
    theirs = std::max(theirs, pair.theirs(seconds / turns / 2));
  }
  if (!agree()) ++failures;
  std::printf("%-28s ours %8.1f  theirs %8.1f %s  ratio %.3f%s\n", pair.what.c_str(), ours / pair.unit, theirs / pair.unit,
              pair.unitName, ours / theirs, agree() ? "" : "  DIFFERS");
}

// The best rate of a piece of work that is done again and again.
double bestRate(double seconds, double perPiece, const std::function<void()>& piece) {
  double rate = 0;
  const auto start = Clock::now();
  do {
    rate = std::max(rate, perPiece / secondsOf(piece));
  } while (secondsSince(start) < seconds);
  return rate;
}

void compareArithmetic([[maybe_unused]] ThreadPool& team, [[maybe_unused]] double seconds, [[maybe_unused]] double percent) {
#ifdef PLIMSOLL_X86
  const Cancellation never;
  for (const PeakLoop& peak : usablePeaks(cpuInfo().instructionSets)) {
    if (std::string(peak.instructionSet) != "avx2") continue;
    double share = 0;
    constexpr std::uint64_t rounds = 1'000'000;
    const auto ours = [&](double time) {
      const ArithmeticCeiling ceiling = measureArithmetic(peak, team, time, never);
      if (ceiling.theoreticalOperationsPerSecond) {
        share = std::max(share, ceiling.operationsPerSecond / *ceiling.theoreticalOperationsPerSecond);
      }
      return ceiling.operationsPerSecond;
    };
    const auto theirs = [&](double time) {
      const double operations = operationsPerRound * static_cast<double>(rounds) * team.size();
      return bestRate(time, operations, [&] { team.run([&](int) { assemblyRounds(rounds); }); });
    };
    compare({"fp32 avx2, " + std::to_string(team.size()) + " threads", ours, theirs, 1e9, "Gop/s"}, seconds, percent);
    if (share > 0) std::printf("    %.1f%% of the theoretical\n", 100 * share);
  }
#endif
}

void compareMemory(ThreadPool& team, double seconds, double percent) {
  const Cancellation never;
  const KernelSet& kernels = *usableKernelSets(cpuInfo().instructionSets).front();
  const WorkingSet set = workingSets(cpuInfo(), team.size(), availableMemoryBytes()).back();
  // STREAM's three arrays, as large together as our own working set.
  constexpr std::size_t page = 512;
  const std::size_t count = set.bytes / sizeof(double) / 3 / static_cast<std::size_t>(team.size()) / page * page;
  std::vector<StreamArrays> parts(static_cast<std::size_t>(team.size()));
  // Each thread is the first to touch its own part, which so lies in the memory that is next to it.
  team.run([&](int member) { parts[static_cast<std::size_t>(member)] = StreamArrays(count); });
  using Part = std::function<void(StreamArrays&)>;
  const auto inParts = [&](const Part& work) {
    team.run([&](int member) { work(parts[static_cast<std::size_t>(member)]); });
  };
  const double bytes = static_cast<double>(count) * sizeof(double) * team.size();
  const auto ours = [&](Access access) {
    return [&, access](double time) { return measureBandwidth(kernels, set, access, team, time, never).bytesPerSecond; };
  };
  const auto better = [&](double arrays, const Part& plain, const Part& aroundCache) {
    return [&, arrays, plain, aroundCache](double time) {
      const auto rate = [&](const Part& part) { return bestRate(time / 2, arrays * bytes, [&] { inParts(part); }); };
      return std::max(rate(plain), rate(aroundCache));
    };
  };
  const std::string threads = ", " + std::to_string(team.size()) + " threads";
  compare({"DRAM copy" + threads, ours(Access::copy), better(2, streamCopy<false>, streamCopy<true>), 1e9, "GB/s"},
          seconds, percent);
  compare({"DRAM triad" + threads, ours(Access::triad), better(3, streamTriad<false>, streamTriad<true>), 1e9, "GB/s"},
          seconds, percent);
}

}  // namespace

int main(int argc, char** argv) {
  const double seconds = argc > 1 ? std::atof(argv[1]) : 2;
  const double percent = argc > 2 ? std::atof(argv[2]) : 5;
  std::vector<int> teams = {1};
  if (cpuInfo().physicalCores > 1) teams.push_back(cpuInfo().physicalCores);
  for (const int threads : teams) {
    ThreadPool team(threads);
    compareArithmetic(team, seconds, percent);
    compareMemory(team, seconds, percent);
  }
  return failures == 0 ? 0 : 1;
}
