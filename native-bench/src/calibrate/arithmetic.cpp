#include "calibrate/arithmetic.h"

#include <algorithm>
#include <atomic>

#include "calibrate/clock.h"
#include "calibrate/microarchitecture.h"
#include "calibrate/round_trip.h"
#include "support/elapsed.h"
#include "support/error.h"

namespace plimsoll {
namespace {

constexpr double trialSeconds = 0.01;

// Multiply and add apart: what a processor without fused multiply-add has.
[[gnu::noinline]] float genericRounds(std::uint64_t rounds) {
  typedef float Floats __attribute__((vector_size(16)));
  constexpr int chains = 12;
  const Floats factor = Floats{} + 0.999f;
  const Floats term = Floats{} + 0.001f;
  Floats sums[chains];
  // Not from one: it would stay one, and a compiler that sees that leaves the chain out.
  for (int i = 0; i < chains; ++i) sums[i] = Floats{} + static_cast<float>(i + 2);
  for (std::uint64_t round = 0; round < rounds; ++round) {
#pragma GCC unroll 12
    for (int i = 0; i < chains; ++i) sums[i] = sums[i] * factor + term;
  }
  float total = 0;
  for (const Floats& sum : sums) total += sum[0] + sum[1] + sum[2] + sum[3];
  return total;
}

}  // namespace

PeakLoop genericPeak() { return {"fp32", "generic", 12 * 4 * 2, genericRounds}; }

std::vector<PeakLoop> usablePeaks([[maybe_unused]] const InstructionSets& sets) {
  std::vector<PeakLoop> peaks;
#ifdef PLIMSOLL_X86
  if (sets.avx512) peaks.push_back(avx512Peak());
  if (sets.avx2) peaks.push_back(avx2Peak());
  if (sets.amxBf16) peaks.push_back(amxBf16Peak());
  if (sets.avx512Bf16) peaks.push_back(avx512Bf16Peak());
  if (sets.amxInt8) peaks.push_back(amxInt8Peak());
  if (sets.avx512Vnni) peaks.push_back(avx512VnniPeak());
#endif
#ifdef PLIMSOLL_AVX512_FP16
  if (sets.avx512Fp16) peaks.push_back(avx512Fp16Peak());
#endif
#ifdef PLIMSOLL_ARM64
  if (sets.neon) peaks.push_back(neonPeak());
  if (sets.neonBf16) peaks.push_back(neonBf16Peak());
#endif
  if (peaks.empty()) peaks.push_back(genericPeak());
  return peaks;
}

PeakLoop peakNamed(const std::string& dtype, const std::string& instructionSet, const InstructionSets& sets) {
  for (const PeakLoop& peak : usablePeaks(sets)) {
    if (dtype == peak.dtype && instructionSet == peak.instructionSet) return peak;
  }
  failBadRequest("There is no loop of " + dtype + " by " + instructionSet + " on this machine.");
}

ArithmeticCeiling measureArithmetic(const PeakLoop& loop, ThreadPool& team, double seconds, const Cancellation& cancellation) {
  // Stored, so that no loop can be left out.
  std::atomic<float> result{0};
  const auto trial = [&](std::uint64_t rounds) {
    const auto start = Clock::now();
    team.run([&](int) { result.store(loop.run(rounds), std::memory_order_relaxed); });
    return secondsSince(start);
  };
  std::uint64_t rounds = 1000;
  while (trial(rounds) < trialSeconds / 4) rounds *= 2;
  rounds *= 4;

  ArithmeticCeiling ceiling{loop.dtype, loop.instructionSet, team.size(), 0, {}, {}, {}, {}};
  double clockHz = 0;
  const auto start = Clock::now();
  do {
    cancellation.throwIfRequested();
    const double elapsed = trial(rounds);
    const double rate = loop.operationsPerRound * static_cast<double>(rounds) * team.size() / elapsed;
    ceiling.operationsPerSecond = std::max(ceiling.operationsPerSecond, rate);
    // Between the trials, while the others are as busy, so that it is the clock under this load.
    std::atomic<double> own{0};
    team.run([&](int member) {
      const double hz = measureClockHz();
      if (member == 0) own.store(hz);
    });
    clockHz = std::max(clockHz, own.load());
    const std::optional<double> tripNs = measureRoundTripNs(team);
    if (tripNs) ceiling.roundTripNs = std::min(*tripNs, ceiling.roundTripNs.value_or(*tripNs));
    ceiling.samples.push_back({rate, own.load() > 0 ? std::optional(own.load()) : std::nullopt, tripNs});
  } while (secondsSince(start) < seconds);

  if (clockHz > 0) {
    ceiling.clockHz = clockHz;
    const int perCycle = operationsPerCycle(cpuInfo(), loop.dtype, loop.instructionSet);
    if (perCycle > 0) ceiling.theoreticalOperationsPerSecond = perCycle * clockHz * team.size();
  }
  return ceiling;
}

}  // namespace plimsoll
