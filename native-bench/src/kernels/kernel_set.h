// The kernels of one instruction set, behind function pointers: chosen once, when a network is prepared.
#pragma once

#include "kernels/tasks.h"

namespace plimsoll {

// By rule of thumb a core does two multiply-adds of a vector in a cycle, each of which is two operations a lane.
constexpr std::size_t vectorOperationsPerLane = 4;

// The part of a matrix product that is summed in registers: `rows` pixels x `columns` vectors of `width` outputs.
struct TileShape {
  std::size_t width, rows, columns;
  // Rows of tiles that read the weights together.
  std::size_t tilesPerPanel;
  // Of a core, by what the ceiling is measured with: more than the multiply-adds of its vectors where there are tile registers, or
  // products of bf16.
  std::size_t peakOperationsPerCycle;
};

// For tensors and weights that are kept as `Stored`. Every kernel does the share of one member of the team and returns; no
// member reads what another one writes.
template <typename Stored>
struct Kernels {
  TileShape tile;
  // Of what vectors gather to multiply it: fp32, or bf16 as it is stored.
  std::size_t gatheredBytes;
  // Whether tile registers multiply this layer; else vectors do, as everything that is no product.
  bool (*usesTiles)(const ConvShape&);
  // Of a core, by whatever multiplies this layer.
  std::size_t (*operationsPerCycle)(const ConvShape&);
  // Elements of the packed weights of a convolution, and of its padded bias.
  std::size_t (*packedWeights)(const ConvShape&);
  std::size_t (*packedBias)(const ConvShape&);
  // `weights` is OHWI (linear: [out][in]); `bias` may be null.
  void (*pack)(const ConvShape&, const float* weights, const float* bias, Stored* packedWeights, float* packedBias);
  // Scratch floats that one member needs.
  std::size_t (*convolveScratch)(const ConvShape&);
  void (*convolve)(const ConvTaskOf<Stored>&, const Member&);
  std::size_t (*fusedScratch)(const FusedTaskOf<Stored>&);
  void (*fused)(const FusedTaskOf<Stored>&, const Member&);
  // Channels of the widened tensor that are computed together.
  std::size_t (*expandSlice)(const ExpandTaskOf<Stored>&);
  std::size_t (*expandScratch)(const ExpandTaskOf<Stored>&);
  void (*expand)(const ExpandTaskOf<Stored>&, const Member&);
  void (*pool)(const PoolTaskOf<Stored>&, const Member&);
  void (*blur)(const BlurTaskOf<Stored>&, const Member&);
  void (*globalPool)(const GlobalPoolTaskOf<Stored>&, const Member&);
  void (*normalize)(const NormTaskOf<Stored>&, const Member&);
  void (*elementwise)(const ElementTaskOf<Stored>&, const Member&);
  void (*concat)(const ConcatTaskOf<Stored>&, const Member&);
  void (*gate)(const GateTaskOf<Stored>&, const Member&);
  void (*scale)(const ScaleTaskOf<Stored>&, const Member&);
};

struct KernelSet {
  const char* name;
  const Kernels<float>* fp32;  // null where the instruction set multiplies in bf16 only
  const Kernels<Bf16>* bf16;
  bool multipliesBf16;  // or widens it to fp32 first
  // Bandwidth: `count` floats, `passes` times; `aroundCache` stores without reading the line first. Memory is aligned.
  float (*streamRead)(const float* from, std::size_t count, std::size_t passes);
  void (*streamWrite)(float* to, std::size_t count, std::size_t passes, bool aroundCache);
  void (*streamCopy)(float* to, const float* from, std::size_t count, std::size_t passes, bool aroundCache);
  void (*streamTriad)(float* to, const float* a, const float* b, std::size_t count, std::size_t passes, bool aroundCache);
};

// Each is there only where it was compiled: kernel_choice.h knows which.
const KernelSet& genericKernels();
const KernelSet& avx2Kernels();
const KernelSet& avx512Kernels();
const KernelSet& avx512Bf16Kernels();
const KernelSet& amxKernels();
const KernelSet& neonKernels();
const KernelSet& neonBf16Kernels();

}  // namespace plimsoll
