#include <immintrin.h>

#include "calibrate/arithmetic.h"

namespace plimsoll {
namespace {

constexpr int chains = 24;

// Products of four unsigned by four signed bytes, summed in 32 bits, which wrap around. By name, for GCC 12 moves every sum
// to another register and back around its own intrinsic.
[[gnu::noinline]] float avx512VnniRounds(std::uint64_t count) {
  const __m512i left = _mm512_set1_epi8(1);
  const __m512i right = _mm512_set1_epi8(2);
  __m512i sums[chains];
#pragma GCC unroll 24
  for (int i = 0; i < chains; ++i) sums[i] = _mm512_set1_epi32(i);
  for (std::uint64_t round = 0; round < count; ++round) {
#pragma GCC unroll 24
    for (int i = 0; i < chains; ++i) asm("vpdpbusd %2, %1, %0" : "+v"(sums[i]) : "v"(left), "v"(right));
  }
  __m512i total = sums[0];
#pragma GCC unroll 24
  for (int i = 1; i < chains; ++i) total = _mm512_add_epi32(total, sums[i]);
  std::int32_t lanes[16];
  _mm512_storeu_si512(lanes, total);
  return static_cast<float>(lanes[0]) + static_cast<float>(lanes[15]);
}

}  // namespace

PeakLoop avx512VnniPeak() { return {"int8", "avx512-vnni", chains * 64 * 2, avx512VnniRounds}; }

}  // namespace plimsoll
