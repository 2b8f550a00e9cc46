#include <immintrin.h>

#include "calibrate/arithmetic.h"

namespace plimsoll {
namespace {

constexpr int chains = 24;

// Half precision throughout, sums too. They stay near 2/3: a denormal would cost a hundred times as much.
[[gnu::noinline]] float avx512Fp16Rounds(std::uint64_t count) {
  const __m512h factor = _mm512_set1_ph(static_cast<_Float16>(0.25f));
  const __m512h term = _mm512_set1_ph(static_cast<_Float16>(0.5f));
  __m512h sums[chains];
#pragma GCC unroll 24
  for (int i = 0; i < chains; ++i) sums[i] = _mm512_set1_ph(static_cast<_Float16>(static_cast<float>(i)));
  for (std::uint64_t round = 0; round < count; ++round) {
#pragma GCC unroll 24
    for (int i = 0; i < chains; ++i) sums[i] = _mm512_fmadd_ph(sums[i], factor, term);
  }
  __m512h total = sums[0];
#pragma GCC unroll 24
  for (int i = 1; i < chains; ++i) total = _mm512_add_ph(total, sums[i]);
  _Float16 lanes[32];
  _mm512_storeu_ph(lanes, total);
  return static_cast<float>(lanes[0]) + static_cast<float>(lanes[31]);
}

}  // namespace

PeakLoop avx512Fp16Peak() { return {"fp16", "avx512-fp16", chains * 32 * 2, avx512Fp16Rounds}; }

}  // namespace plimsoll
