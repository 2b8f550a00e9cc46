#include <immintrin.h>

#include "calibrate/arithmetic.h"

namespace plimsoll {
namespace {

constexpr int chains = 24;

[[gnu::noinline]] float avx512Rounds(std::uint64_t count) {
  const __m512 factor = _mm512_set1_ps(0.999f);
  const __m512 term = _mm512_set1_ps(0.001f);
  __m512 sums[chains];
  for (int i = 0; i < chains; ++i) sums[i] = _mm512_set1_ps(static_cast<float>(i));
  for (std::uint64_t round = 0; round < count; ++round) {
#pragma GCC unroll 24
    for (int i = 0; i < chains; ++i) sums[i] = _mm512_fmadd_ps(sums[i], factor, term);
  }
  __m512 total = sums[0];
  for (int i = 1; i < chains; ++i) total = _mm512_add_ps(total, sums[i]);
  float lanes[16];
  _mm512_storeu_ps(lanes, total);
  return lanes[0] + lanes[15];
}

}  // namespace

PeakLoop avx512Peak() { return {"fp32", "avx512", chains * 16 * 2, avx512Rounds}; }

}  // namespace plimsoll
