// The kernels of kernels_amx_bf16.cpp, line for line, with tile registers that are memory: checked wherever the tests run.
#define TILES_EMULATED
#define KERNELS_NAME "amx-bf16, emulated"
#define KERNELS_TILES
#define KERNELS_ROUNDS_IN_ONE_STEP
#define KERNELS_NAMESPACE amxEmulated
#define KERNELS_ACCESSOR emulatedAmxKernels
#define KERNELS_WIDTH 16
#define KERNELS_ROWS 14
#define KERNELS_COLUMNS 2
#define KERNELS_NARROW_WIDTH 8
#define KERNELS_NARROW_ROWS 14

namespace plimsoll {
struct KernelSet;
const KernelSet& emulatedAmxKernels();
}  // namespace plimsoll

#include "kernels/vector/kernels.inc"
