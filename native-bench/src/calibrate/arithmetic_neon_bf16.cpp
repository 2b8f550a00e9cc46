#include <arm_neon.h>

#include "calibrate/arithmetic.h"

namespace plimsoll {
namespace {

constexpr int chains = 24;

// BFMMLA: a 2x4 by a 4x2 matrix, summed in fp32, is 16 multiply-adds.
[[gnu::noinline]] float neonBf16Rounds(std::uint64_t count) {
  const bfloat16x8_t left = vreinterpretq_bf16_u16(vdupq_n_u16(0x3000));  // 2^-31
  const bfloat16x8_t right = left;
  float32x4_t sums[chains];
  // Unrolled, too: what is reached by an index lives in memory, and GCC would write it there in every round.
#pragma GCC unroll 24
  for (int i = 0; i < chains; ++i) sums[i] = vdupq_n_f32(static_cast<float>(i));
  for (std::uint64_t round = 0; round < count; ++round) {
#pragma GCC unroll 24
    for (int i = 0; i < chains; ++i) sums[i] = vbfmmlaq_f32(sums[i], left, right);
  }
  float32x4_t total = sums[0];
#pragma GCC unroll 24
  for (int i = 1; i < chains; ++i) total = vaddq_f32(total, sums[i]);
  return vaddvq_f32(total);
}

}  // namespace

PeakLoop neonBf16Peak() { return {"bf16", "neon-bf16", chains * 16 * 2, neonBf16Rounds}; }

}  // namespace plimsoll
