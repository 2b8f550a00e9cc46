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
#include <chrono>
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

using namespace plimsoll;

namespace {

using Clock = std::chrono::steady_clock;
double secondsOf(const std::function<void()>& work) {
  const auto start = Clock::now();
  work();
  return std::chrono::duration<double>(Clock::now() - start).count();
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
void streamCopy(double* c, const double* a, std::size_t begin, std::size_t end) {
  for (std::size_t j = begin; j < end; j += lane) storeLanes<AroundCache>(c + j, _mm_load_pd(a + j));
}
template <bool AroundCache>
void streamTriad(double* a, const double* b, const double* c, std::size_t begin, std::size_t end) {
  const __m128d scalar = _mm_set1_pd(3.0);
  for (std::size_t j = begin; j < end; j += lane) {
    storeLanes<AroundCache>(a + j, _mm_add_pd(_mm_load_pd(b + j), _mm_mul_pd(scalar, _mm_load_pd(c + j))));
  }
}
#else
template <bool>
void streamCopy(double* c, const double* a, std::size_t begin, std::size_t end) {
  for (std::size_t j = begin; j < end; ++j) c[j] = a[j];
}
template <bool>
void streamTriad(double* a, const double* b, const double* c, std::size_t begin, std::size_t end) {
  for (std::size_t j = begin; j < end; ++j) a[j] = b[j] + 3.0 * c[j];
}
#endif

void best(double& known, double found) { known = std::max(known, found); }

int failures = 0;

void compare(const std::string& what, double ours, double theirs, double unit, const char* unitName, double percent) {
  const double ratio = ours / theirs;
  const bool agree = std::abs(ratio - 1) <= percent / 100;
  if (!agree) ++failures;
  std::printf("%-28s ours %8.1f  theirs %8.1f %s  ratio %.3f%s\n", what.c_str(), ours / unit, theirs / unit, unitName, ratio,
              agree ? "" : "  DIFFERS");
}

void compareArithmetic([[maybe_unused]] ThreadPool& team, [[maybe_unused]] double seconds, [[maybe_unused]] double percent) {
#ifdef PLIMSOLL_X86
  const Cancellation never;
  for (const PeakLoop& peak : usablePeaks(cpuInfo().instructionSets)) {
    if (std::string(peak.instructionSet) != "avx2") continue;
    double ours = 0, theirs = 0, share = 0;
    constexpr std::uint64_t rounds = 2'000'000;
    const auto start = Clock::now();
    do {
      const ArithmeticCeiling ceiling = measureArithmetic(peak, team, seconds / 8, never);
      best(ours, ceiling.operationsPerSecond);
      if (ceiling.theoreticalOperationsPerSecond) {
        best(share, ceiling.operationsPerSecond / *ceiling.theoreticalOperationsPerSecond);
      }
      const double elapsed = secondsOf([&] { team.run([](int) { assemblyRounds(rounds); }); });
      best(theirs, operationsPerRound * static_cast<double>(rounds) * team.size() / elapsed);
    } while (std::chrono::duration<double>(Clock::now() - start).count() < seconds);
    compare("fp32 avx2, " + std::to_string(team.size()) + " threads", ours, theirs, 1e9, "Gop/s", percent);
    if (share > 0) std::printf("    %.1f%% of the theoretical\n", 100 * share);
  }
#endif
}

void compareMemory(ThreadPool& team, double seconds, double percent) {
  const Cancellation never;
  const KernelSet& kernels = *usableKernelSets(cpuInfo().instructionSets).front();
  const WorkingSet set = workingSets(cpuInfo(), team.size(), availableMemoryBytes()).back();
  // STREAM's three arrays, as large together as our own working set.
  const std::size_t elements = set.bytes / sizeof(double) / 3 / 1024 * 1024;
  struct Aligned {
    explicit Aligned(std::size_t count) : data(static_cast<double*>(std::aligned_alloc(4096, count * sizeof(double)))) {}
    ~Aligned() { std::free(data); }
    double* data;
  };
  const Aligned a(elements), b(elements), c(elements);
  if (a.data == nullptr || b.data == nullptr || c.data == nullptr) {
    std::printf("memory: skipped, there is not enough\n");
    return;
  }
  const auto parts = [&](const std::function<void(std::size_t, std::size_t)>& work) {
    return secondsOf([&] {
      team.run([&](int member) {
        const Share share = shareOf(elements / 1024, member, team.size());
        work(share.begin * 1024, share.end * 1024);
      });
    });
  };
  parts([&](std::size_t begin, std::size_t end) {
    for (std::size_t j = begin; j < end; ++j) a.data[j] = 1, b.data[j] = 2, c.data[j] = 0;
  });
  const double bytes = static_cast<double>(elements) * sizeof(double);
  double ours[2] = {}, theirs[2] = {};
  const auto start = Clock::now();
  do {
    best(ours[0], measureBandwidth(kernels, set, Access::copy, team, seconds / 8, never).bytesPerSecond);
    best(theirs[0], 2 * bytes / parts([&](std::size_t from, std::size_t to) { streamCopy<false>(c.data, a.data, from, to); }));
    best(theirs[0], 2 * bytes / parts([&](std::size_t from, std::size_t to) { streamCopy<true>(c.data, a.data, from, to); }));
    best(ours[1], measureBandwidth(kernels, set, Access::triad, team, seconds / 8, never).bytesPerSecond);
    best(theirs[1],
         3 * bytes / parts([&](std::size_t from, std::size_t to) { streamTriad<false>(a.data, b.data, c.data, from, to); }));
    best(theirs[1],
         3 * bytes / parts([&](std::size_t from, std::size_t to) { streamTriad<true>(a.data, b.data, c.data, from, to); }));
  } while (std::chrono::duration<double>(Clock::now() - start).count() < seconds);
  const std::string threads = ", " + std::to_string(team.size()) + " threads";
  compare("DRAM copy" + threads, ours[0], theirs[0], 1e9, "GB/s", percent);
  compare("DRAM triad" + threads, ours[1], theirs[1], 1e9, "GB/s", percent);
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
