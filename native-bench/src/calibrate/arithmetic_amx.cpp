#include <immintrin.h>

#include "calibrate/arithmetic.h"

namespace plimsoll {
namespace {

struct alignas(64) TileConfiguration {
  std::uint8_t palette = 1;
  std::uint8_t startRow = 0;
  std::uint8_t reserved[14] = {};
  std::uint16_t bytesPerRow[16] = {};
  std::uint8_t rows[16] = {};
};

// Runs the rounds on four sums, tiles 0 to 3, of two by two operands, tiles 4 and 5 by 6 and 7, whose bytes are all `byte`.
template <typename Rounds>
float inTiles(std::uint8_t byte, const Rounds& rounds) {
  TileConfiguration configuration;
  for (int tile = 0; tile < 8; ++tile) {
    configuration.bytesPerRow[tile] = 64;
    configuration.rows[tile] = 16;
  }
  alignas(64) std::uint8_t operand[1024];
  for (std::uint8_t& value : operand) value = byte;
  // GCC 12's intrinsics tell the compiler of eight bytes of the first and of nothing that a tile is loaded from: it might
  // leave out what is written above.
  asm volatile("ldtilecfg %0" ::"m"(configuration) : "memory");
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  _tile_loadd(4, operand, 64);
  _tile_loadd(5, operand, 64);
  _tile_loadd(6, operand, 64);
  _tile_loadd(7, operand, 64);
  rounds();
  alignas(64) std::int32_t sums[256];
  float total = 0;
  _tile_stored(0, sums, 64);
  total += static_cast<float>(sums[0]);
  _tile_stored(1, sums, 64);
  total += static_cast<float>(sums[0]);
  _tile_stored(2, sums, 64);
  total += static_cast<float>(sums[0]);
  _tile_stored(3, sums, 64);
  total += static_cast<float>(sums[0]);
  _tile_release();
  return total;
}

// Each product is 16 x 16 x 32 multiply-adds, summed in fp32. As bf16 the bytes are 0x3030: 1.375 x 2^(96 - 127) = 6.4e-10. Their
// products, 4e-19, are no denormals, and a sum stops growing when it is 2^24 times as large, near 1e-11.
[[gnu::noinline]] float amxBf16Rounds(std::uint64_t count) {
  return inTiles(0x30, [count] {
    for (std::uint64_t round = 0; round < count; ++round) {
      _tile_dpbf16ps(0, 4, 6);
      _tile_dpbf16ps(1, 4, 7);
      _tile_dpbf16ps(2, 5, 6);
      _tile_dpbf16ps(3, 5, 7);
    }
  });
}

// 16 x 16 x 64 multiply-adds of signed bytes, summed in 32 bits, which wrap around.
[[gnu::noinline]] float amxInt8Rounds(std::uint64_t count) {
  return inTiles(0x01, [count] {
    for (std::uint64_t round = 0; round < count; ++round) {
      _tile_dpbssd(0, 4, 6);
      _tile_dpbssd(1, 4, 7);
      _tile_dpbssd(2, 5, 6);
      _tile_dpbssd(3, 5, 7);
    }
  });
}

}  // namespace

PeakLoop amxBf16Peak() { return {"bf16", "amx-bf16", 4.0 * 16 * 16 * 32 * 2, amxBf16Rounds}; }
PeakLoop amxInt8Peak() { return {"int8", "amx-int8", 4.0 * 16 * 16 * 64 * 2, amxInt8Rounds}; }

}  // namespace plimsoll
