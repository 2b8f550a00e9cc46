// The upper half of an fp32 number: its range with eight bits of precision, in half the memory.
#pragma once

#include <cstdint>

#include "support/inline.h"

namespace plimsoll {

struct Bf16 {
  std::uint16_t bits;

  Bf16() = default;
  // To the nearest, a tie to the even one. A NaN stays one: rounding its last bits up could make an infinity of it.
  PLIMSOLL_INLINE explicit Bf16(float value) {
    std::uint32_t word = 0;
    __builtin_memcpy(&word, &value, sizeof word);
    const std::uint32_t rounded = word + 0x7fff + ((word >> 16) & 1);
    bits = static_cast<std::uint16_t>((value != value ? word | 0x400000 : rounded) >> 16);
  }
  PLIMSOLL_INLINE operator float() const {
    const std::uint32_t word = static_cast<std::uint32_t>(bits) << 16;
    float value = 0;
    __builtin_memcpy(&value, &word, sizeof value);
    return value;
  }
};

}  // namespace plimsoll
