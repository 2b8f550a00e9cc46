#include "kernels/kernel_choice.h"

#include "support/error.h"

namespace plimsoll {
namespace {

using Accessor = const KernelSet& (*)();

// Null where this program was built without it.
#ifdef PLIMSOLL_KERNELS_GENERIC
constexpr Accessor generic = genericKernels;
#else
constexpr Accessor generic = nullptr;
#endif
#ifdef PLIMSOLL_KERNELS_AVX2
constexpr Accessor avx2 = avx2Kernels;
#else
constexpr Accessor avx2 = nullptr;
#endif
#ifdef PLIMSOLL_KERNELS_AVX512
constexpr Accessor avx512 = avx512Kernels;
#else
constexpr Accessor avx512 = nullptr;
#endif
#ifdef PLIMSOLL_KERNELS_AVX512_BF16
constexpr Accessor avx512Bf16 = avx512Bf16Kernels;
#else
constexpr Accessor avx512Bf16 = nullptr;
#endif
#ifdef PLIMSOLL_KERNELS_AMX_BF16
constexpr Accessor amxBf16 = amxKernels;
#else
constexpr Accessor amxBf16 = nullptr;
#endif
#ifdef PLIMSOLL_KERNELS_NEON
constexpr Accessor neon = neonKernels;
#else
constexpr Accessor neon = nullptr;
#endif
#ifdef PLIMSOLL_KERNELS_NEON_BF16
constexpr Accessor neonBf16 = neonBf16Kernels;
#else
constexpr Accessor neonBf16 = nullptr;
#endif

struct Candidate {
  const char* name;
  bool runs;
  bool hasFp32;
  bool isFast;  // or to be had by its name only
  Accessor kernels;
};

// Newest first.
std::vector<Candidate> candidates(const InstructionSets& sets) {
  return {
      // Every processor with AMX has AVX-512 with bf16, whose rounding the kernels use.
      {"amx-bf16", sets.amxBf16 && sets.avx512Bf16, false, true, amxBf16},
      {"avx512-bf16", sets.avx512Bf16, false, sets.fastBf16Pairs, avx512Bf16},
      {"avx512", sets.avx512, true, true, avx512},
      {"avx2", sets.avx2, true, true, avx2},
      {"neon-bf16", sets.neonBf16, false, true, neonBf16},
      {"neon", sets.neon, true, true, neon},
      {"generic", true, true, true, generic},
  };
}

Candidate best(const InstructionSets& sets, DataType dtype) {
  for (const Candidate& candidate : candidates(sets)) {
    if (candidate.runs && candidate.isFast && (candidate.hasFp32 || dtype == DataType::bf16)) return candidate;
  }
  return {};
}

}  // namespace

std::vector<const KernelSet*> usableKernelSets(const InstructionSets& sets) {
  std::vector<const KernelSet*> usable;
  for (const Candidate& candidate : candidates(sets)) {
    if (candidate.runs && candidate.kernels != nullptr) usable.push_back(&candidate.kernels());
  }
  return usable;
}

bool computes(const KernelSet& kernels, DataType dtype) { return dtype == DataType::bf16 || kernels.fp32 != nullptr; }

const KernelSet& bestKernelSet(const InstructionSets& sets, DataType dtype) {
  const Candidate candidate = best(sets, dtype);
  if (candidate.kernels == nullptr) failUnsupported("This program was built without the kernels for " + std::string(candidate.name) + ".");
  return candidate.kernels();
}

std::string missingKernels(const InstructionSets& sets) {
  for (const DataType dtype : {DataType::fp32, DataType::bf16}) {
    if (const Candidate candidate = best(sets, dtype); candidate.kernels == nullptr) return candidate.name;
  }
  return "";
}

}  // namespace plimsoll
