#include "check.h"
#include "support/philox.h"

using plimsoll::philox4x32;
using plimsoll::uniformElements;

void testPhilox() {
  // Known-answer vectors of Random123's kat_vectors file, philox4x32 with 10 rounds.
  using Words = std::array<std::uint32_t, 4>;
  CHECK((philox4x32({0, 0, 0, 0}, {0, 0}) == Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  CHECK((philox4x32({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}) ==
         Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  CHECK((philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
         Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));

  // An element does not depend on where the drawing began.
  float whole[64];
  uniformElements(7, 3, 0, 64, 0.5f, whole);
  for (std::size_t begin = 0; begin < 16; ++begin) {
    float part[40];
    uniformElements(7, 3, begin, begin + 40, 0.5f, part);
    for (std::size_t i = 0; i < 40; ++i) CHECK(part[i] == whole[begin + i], "begin " << begin << " i " << i);
  }
  for (const float value : whole) CHECK(value >= -0.5f && value < 0.5f);
}
