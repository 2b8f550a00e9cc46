// 128-bit vectors: what every 64-bit processor has (SSE2, NEON).
#define KERNELS_NAME "generic"
#define KERNELS_NAMESPACE generic
#define KERNELS_ACCESSOR genericKernels
#define KERNELS_WIDTH 4
#define KERNELS_ROWS 6
#define KERNELS_COLUMNS 2
#define KERNELS_NARROW_WIDTH 4
#define KERNELS_NARROW_ROWS 8

#include "kernels/vector/kernels.inc"
