#include <immintrin.h>

#include "calibrate/arithmetic.h"

namespace plimsoll {
namespace {

constexpr int chains = 24;

// Products of pairs, summed in fp32: the sums grow without reaching what fp32 cannot hold.
[[gnu::noinline]] float avx512Bf16Rounds(std::uint64_t count) {
  const __m512bh left = (__m512bh)_mm512_set1_epi16(0x3f80);   // 1
  const __m512bh right = (__m512bh)_mm512_set1_epi16(0x3000);  // 2^-31
  __m512 sums[chains];
  for (int i = 0; i < chains; ++i) sums[i] = _mm512_set1_ps(static_cast<float>(i));
  for (std::uint64_t round = 0; round < count; ++round) {
#pragma GCC unroll 24
    for (int i = 0; i < chains; ++i) sums[i] = _mm512_dpbf16_ps(sums[i], left, right);
  }
  __m512 total = sums[0];
  for (int i = 1; i < chains; ++i) total = _mm512_add_ps(total, sums[i]);
  float lanes[16];
  _mm512_storeu_ps(lanes, total);
  return lanes[0] + lanes[15];
}

}  // namespace

PeakLoop avx512Bf16Peak() { return {"bf16", "avx512-bf16", chains * 16 * 2 * 2, avx512Bf16Rounds}; }

}  // namespace plimsoll
