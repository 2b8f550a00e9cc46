#include "kernels/kernel_choice.h"

namespace plimsoll {

std::vector<const KernelSet*> usableKernelSets([[maybe_unused]] const InstructionSets& sets) {
  std::vector<const KernelSet*> usable;
#ifdef PLIMSOLL_X86
  // Every processor with AMX has AVX-512 with bf16, whose rounding the kernels use.
  if (sets.amxBf16 && sets.avx512Bf16) usable.push_back(&amxKernels());
  if (sets.avx512Bf16) usable.push_back(&avx512Bf16Kernels());
  if (sets.avx512) usable.push_back(&avx512Kernels());
  if (sets.avx2) usable.push_back(&avx2Kernels());
#endif
#ifdef PLIMSOLL_ARM64
  if (sets.neonBf16) usable.push_back(&neonBf16Kernels());
  if (sets.neon) usable.push_back(&neonKernels());
#endif
  usable.push_back(&genericKernels());
  return usable;
}

bool computes(const KernelSet& kernels, DataType dtype) { return dtype == DataType::bf16 || kernels.fp32 != nullptr; }

const KernelSet& bestKernelSet(const InstructionSets& sets, DataType dtype) {
  for (const KernelSet* kernels : usableKernelSets(sets)) {
    if (!computes(*kernels, dtype)) continue;
#ifdef PLIMSOLL_X86
    if (kernels == &avx512Bf16Kernels() && !sets.fastBf16Pairs) continue;
#endif
    return *kernels;
  }
  return genericKernels();
}

}  // namespace plimsoll
