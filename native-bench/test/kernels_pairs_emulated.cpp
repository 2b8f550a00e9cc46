// The kernels of kernels_avx512_bf16.cpp with dot products in plain arithmetic: checked wherever the tests run.
#define KERNELS_NAME "avx512-bf16, emulated"
#define KERNELS_PAIRS
#define KERNELS_ROUNDS_IN_ONE_STEP
#define KERNELS_NAMESPACE pairsEmulated
#define KERNELS_ACCESSOR emulatedPairKernels
#define KERNELS_WIDTH 16
#define KERNELS_ROWS 14
#define KERNELS_COLUMNS 2
#define KERNELS_NARROW_WIDTH 8
#define KERNELS_NARROW_ROWS 14

namespace plimsoll {
struct KernelSet;
const KernelSet& emulatedPairKernels();
}  // namespace plimsoll

#include "kernels/vector/kernels.inc"
