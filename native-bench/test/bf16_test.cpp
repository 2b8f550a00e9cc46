// Rounding to bf16: to the nearest, ties to even, and the vectors as the scalar does it.
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "check.h"
#include "test_networks.h"

using namespace plimsoll;

namespace {

float floatOf(std::uint32_t word) {
  float value = 0;
  std::memcpy(&value, &word, sizeof value);
  return value;
}

void testScalar() {
  const auto rounded = [](std::uint32_t word) { return Bf16(floatOf(word)).bits; };
  CHECK(rounded(0x3f800000) == 0x3f80);
  CHECK(rounded(0x3f808000) == 0x3f80, "a tie falls to the even one below");
  CHECK(rounded(0x3f818000) == 0x3f82, "a tie falls to the even one above");
  CHECK(rounded(0x3f808001) == 0x3f81);
  CHECK(rounded(0x3f807fff) == 0x3f80);
  CHECK(rounded(0xbf808001) == 0xbf81);
  CHECK(rounded(0x7f7fffff) == 0x7f80, "beyond the largest one is infinity");
  CHECK(std::isnan(static_cast<float>(Bf16(floatOf(0x7fffffff)))), "a NaN whose last bits would carry stays one");
  CHECK(std::isnan(static_cast<float>(Bf16(floatOf(0xff800001)))));
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    Bf16 value;
    value.bits = static_cast<std::uint16_t>(bits);
    if (!std::isnan(static_cast<float>(value))) CHECK(Bf16(static_cast<float>(value)).bits == bits, "is exact: " << bits);
  }
}

// A sum of two tensors is rounded once: the vectors must give what the scalar gives, in every lane and at every tail.
void testVectors(const Kernels<Bf16>& kernels, const char* name) {
  std::mt19937 random(7);
  for (const std::size_t elements : {1u, 7u, 16u, 33u, 5000u}) {
    std::vector<Bf16> left(elements), right(elements), sum(elements);
    for (std::size_t i = 0; i < elements; ++i) {
      left[i] = Bf16(std::ldexp(static_cast<float>(random()), static_cast<int>(random() % 20) - 40));
      right[i] = Bf16(-std::ldexp(static_cast<float>(random()), static_cast<int>(random() % 20) - 40));
    }
    left[0] = Bf16(std::numeric_limits<float>::quiet_NaN());
    kernels.elementwise({elements, left.data(), Activation::none, right.data(), Activation::none, sum.data()}, {});
    CHECK(std::isnan(static_cast<float>(sum[0])), name);
    for (std::size_t i = 1; i < elements; ++i) {
      const Bf16 expected(static_cast<float>(left[i]) + static_cast<float>(right[i]));
      CHECK(sum[i].bits == expected.bits, name << " element " << i << " of " << elements);
    }
  }
}

}  // namespace

void testBf16() {
  testScalar();
  for (const KernelSet* set : test::testedKernelSets()) testVectors(*set->bf16, set->name);
}
