// 256-bit vectors with fused multiply-add, 16 registers.
#define KERNELS_NAME "avx2"
#define KERNELS_NAMESPACE avx2
#define KERNELS_ACCESSOR avx2Kernels
#define KERNELS_WIDTH 8
#define KERNELS_ROWS 6
#define KERNELS_COLUMNS 2
#define KERNELS_NARROW_WIDTH 4
#define KERNELS_NARROW_ROWS 12

#include "kernels/vector/kernels.inc"
