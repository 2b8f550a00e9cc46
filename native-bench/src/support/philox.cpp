#include "support/philox.h"

namespace plimsoll {

std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> c, std::array<std::uint32_t, 2> k) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t product0 = std::uint64_t{0xd2511f53} * c[0];
    const std::uint64_t product1 = std::uint64_t{0xcd9e8d57} * c[2];
    c = {static_cast<std::uint32_t>(product1 >> 32) ^ c[1] ^ k[0], static_cast<std::uint32_t>(product1),
         static_cast<std::uint32_t>(product0 >> 32) ^ c[3] ^ k[1], static_cast<std::uint32_t>(product0)};
    k[0] += 0x9e3779b9;
    k[1] += 0xbb67ae85;
  }
  return c;
}

void uniformElements(std::uint64_t seed, std::uint32_t stream, std::size_t begin, std::size_t end, float bound,
                     float* out) {
  const std::array<std::uint32_t, 2> key{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)};
  for (std::size_t index = begin; index < end;) {
    const std::uint64_t position = index >> 2;
    const auto words = philox4x32(
        {static_cast<std::uint32_t>(position), static_cast<std::uint32_t>(position >> 32), stream, 0}, key);
    for (std::size_t lane = index & 3; lane < 4 && index < end; ++lane, ++index) {
      out[index - begin] = (static_cast<float>(words[lane] >> 8) * 0x1p-23f - 1.0f) * bound;
    }
  }
}

}  // namespace plimsoll
