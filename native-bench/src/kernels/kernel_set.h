// The kernels of one instruction set, behind function pointers: chosen once, when a network is prepared.
#pragma once

#include "kernels/tasks.h"

namespace plimsoll {

// Every kernel does the share of one member of the team and returns; no member reads what another one writes.
struct KernelSet {
  const char* name;
  // Elements of the packed weights of a convolution, and of its padded bias.
  std::size_t (*packedWeights)(const ConvShape&);
  std::size_t (*packedBias)(const ConvShape&);
  // `weights` is OHWI (linear: [out][in]); `bias` may be null.
  void (*pack)(const ConvShape&, const float* weights, const float* bias, float* packedWeights, float* packedBias);
  // Scratch floats that one member needs.
  std::size_t (*convolveScratch)(const ConvShape&);
  void (*convolve)(const ConvTask&, const Member&);
  std::size_t (*fusedScratch)(const FusedTask&);
  void (*fused)(const FusedTask&, const Member&);
  std::size_t (*expandScratch)(const ExpandTask&);
  void (*expand)(const ExpandTask&, const Member&);
  void (*pool)(const PoolTask&, const Member&);
  void (*blur)(const BlurTask&, const Member&);
  void (*globalPool)(const GlobalPoolTask&, const Member&);
  void (*normalize)(const NormTask&, const Member&);
  void (*elementwise)(const ElementTask&, const Member&);
  void (*concat)(const ConcatTask&, const Member&);
  void (*gate)(const GateTask&, const Member&);
  void (*scale)(const ScaleTask&, const Member&);
  // Bandwidth: `count` floats, `passes` times; `aroundCache` stores without reading the line first. Memory is aligned.
  float (*streamRead)(const float* from, std::size_t count, std::size_t passes);
  void (*streamWrite)(float* to, std::size_t count, std::size_t passes, bool aroundCache);
  void (*streamCopy)(float* to, const float* from, std::size_t count, std::size_t passes, bool aroundCache);
  void (*streamTriad)(float* to, const float* a, const float* b, std::size_t count, std::size_t passes, bool aroundCache);
};

const KernelSet& genericKernels();
#ifdef PLIMSOLL_X86
const KernelSet& avx2Kernels();
const KernelSet& avx512Kernels();
#endif
#ifdef PLIMSOLL_ARM64
const KernelSet& neonKernels();
#endif

}  // namespace plimsoll
