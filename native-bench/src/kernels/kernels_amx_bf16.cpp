// Tile registers for the convolutions in bf16 that fill them, and 512-bit vectors for everything else.
#define KERNELS_NAME "amx-bf16"
#define KERNELS_TILES
#define KERNELS_ROUNDS_IN_ONE_STEP
#define KERNELS_NAMESPACE amx
#define KERNELS_ACCESSOR amxKernels
#define KERNELS_WIDTH 16
#define KERNELS_ROWS 14
#define KERNELS_COLUMNS 2
#define KERNELS_NARROW_WIDTH 8
#define KERNELS_NARROW_ROWS 14

#include "kernels/vector/kernels.inc"
