#include <arm_neon.h>

#include "calibrate/arithmetic.h"

namespace plimsoll {
namespace {

// Up to four pipes, each with a latency of four cycles, want sixteen chains; with the two factors 26 of 32 registers.
constexpr int chains = 24;

// The instruction adds to the sum, so it is the sum that has to be a chain: it grows until the product is below its last
// bit, and takes as long as before.
[[gnu::noinline]] float neonRounds(std::uint64_t count) {
  const float32x4_t left = vdupq_n_f32(0.001f);
  const float32x4_t right = vdupq_n_f32(0.999f);
  float32x4_t sums[chains];
  // Unrolled, too: what is reached by an index lives in memory, and GCC would write it there in every round.
#pragma GCC unroll 24
  for (int i = 0; i < chains; ++i) sums[i] = vdupq_n_f32(static_cast<float>(i));
  for (std::uint64_t round = 0; round < count; ++round) {
#pragma GCC unroll 24
    for (int i = 0; i < chains; ++i) sums[i] = vfmaq_f32(sums[i], left, right);
  }
  float32x4_t total = sums[0];
#pragma GCC unroll 24
  for (int i = 1; i < chains; ++i) total = vaddq_f32(total, sums[i]);
  return vaddvq_f32(total);
}

}  // namespace

PeakLoop neonPeak() { return {"fp32", "neon", chains * 4 * 2, neonRounds}; }

}  // namespace plimsoll
