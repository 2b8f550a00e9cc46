#include <immintrin.h>

#include "calibrate/arithmetic.h"

namespace plimsoll {
namespace {

// Two units, each with a latency of up to five cycles, want ten chains; factor and term leave room for these.
constexpr int chains = 12;

[[gnu::noinline]] float avx2Rounds(std::uint64_t count) {
  const __m256 factor = _mm256_set1_ps(0.999f);
  const __m256 term = _mm256_set1_ps(0.001f);
  __m256 sums[chains];
  for (int i = 0; i < chains; ++i) sums[i] = _mm256_set1_ps(static_cast<float>(i));
  for (std::uint64_t round = 0; round < count; ++round) {
#pragma GCC unroll 12
    for (int i = 0; i < chains; ++i) sums[i] = _mm256_fmadd_ps(sums[i], factor, term);
  }
  __m256 total = sums[0];
  for (int i = 1; i < chains; ++i) total = _mm256_add_ps(total, sums[i]);
  float lanes[8];
  _mm256_storeu_ps(lanes, total);
  return lanes[0] + lanes[7];
}

}  // namespace

PeakLoop avx2Peak() { return {"fp32", "avx2", chains * 8 * 2, avx2Rounds}; }

}  // namespace plimsoll
