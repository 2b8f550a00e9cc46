// Arithmetic ceilings: loops that do nothing but multiply and add in registers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cpu/cpu_info.h"
#include "cpu/thread_pool.h"
#include "support/cancellation.h"

namespace plimsoll {

// One loop; `run` returns something that depends on every result.
struct PeakLoop {
  const char* dtype;
  const char* instructionSet;
  double operationsPerRound;
  float (*run)(std::uint64_t rounds);
};

PeakLoop genericPeak();
#ifdef PLIMSOLL_X86
PeakLoop avx2Peak();
PeakLoop avx512Peak();
PeakLoop avx512Bf16Peak();
PeakLoop avx512VnniPeak();
PeakLoop amxBf16Peak();
PeakLoop amxInt8Peak();
#endif
#ifdef PLIMSOLL_AVX512_FP16
PeakLoop avx512Fp16Peak();
#endif
#ifdef PLIMSOLL_ARM64
PeakLoop neonPeak();
PeakLoop neonBf16Peak();
#endif
std::vector<PeakLoop> usablePeaks(const InstructionSets& sets);
// Throws ProtocolError: badRequest, where there is none such here.
PeakLoop peakNamed(const std::string& dtype, const std::string& instructionSet, const InstructionSets& sets);

// One trial of a ceiling.
struct ArithmeticSample {
  double operationsPerSecond = 0;
  std::optional<double> clockHz;
  std::optional<double> roundTripNs;
};

struct ArithmeticCeiling {
  std::string dtype;
  std::string instructionSet;
  int threads = 1;
  double operationsPerSecond = 0;
  std::optional<double> clockHz;
  std::optional<double> theoreticalOperationsPerSecond;
  std::optional<double> roundTripNs;  // between its threads, the least that was seen
  std::vector<ArithmeticSample> samples;  // in order; the best of them is the ceiling
};

// The best of many short trials of the whole team together: a ceiling must not be beaten by what is held against it.
ArithmeticCeiling measureArithmetic(const PeakLoop& loop, ThreadPool& team, double seconds, const Cancellation& cancellation);

}  // namespace plimsoll
