// Philox4x32-10 (Salmon et al., SC 2011): the source of every weight and input. core/protocol/random.ts has the
// specification and the same test vectors.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace plimsoll {

std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key);

// Elements [begin, end) of a stream, each uniform in [-bound, bound), to out[0 … end - begin).
void uniformElements(std::uint64_t seed, std::uint32_t stream, std::size_t begin, std::size_t end, float bound, float* out);

// Which stream a tensor draws from: the image is stream 0, operator `id` owns the four from 4 * id on.
namespace streams {
constexpr std::uint32_t input = 0;
constexpr std::uint32_t weights(int id) { return 4u * static_cast<std::uint32_t>(id); }
constexpr std::uint32_t biases(int id) { return weights(id) + 1; }
constexpr std::uint32_t secondWeights(int id) { return weights(id) + 2; }
constexpr std::uint32_t secondBiases(int id) { return weights(id) + 3; }
}  // namespace streams

}  // namespace plimsoll
