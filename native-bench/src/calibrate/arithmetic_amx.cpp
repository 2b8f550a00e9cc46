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

// Four sums of two by two operands, all in tile registers; each product is 16 x 16 x 32 multiply-adds.
[[gnu::noinline]] float amxBf16Rounds(std::uint64_t count) {
  TileConfiguration configuration;
  for (int tile = 0; tile < 8; ++tile) {
    configuration.bytesPerRow[tile] = 64;
    configuration.rows[tile] = 16;
  }
  alignas(64) std::uint16_t operand[512];
  for (std::uint16_t& value : operand) value = 0x3000;  // 2^-31
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
  for (std::uint64_t round = 0; round < count; ++round) {
    _tile_dpbf16ps(0, 4, 6);
    _tile_dpbf16ps(1, 4, 7);
    _tile_dpbf16ps(2, 5, 6);
    _tile_dpbf16ps(3, 5, 7);
  }
  alignas(64) float sums[256];
  float total = 0;
  _tile_stored(0, sums, 64);
  total += sums[0];
  _tile_stored(1, sums, 64);
  total += sums[1];
  _tile_stored(2, sums, 64);
  total += sums[2];
  _tile_stored(3, sums, 64);
  total += sums[3];
  _tile_release();
  return total;
}

}  // namespace

PeakLoop amxBf16Peak() { return {"bf16", "amx-bf16", 4.0 * 16 * 16 * 32 * 2, amxBf16Rounds}; }

}  // namespace plimsoll
