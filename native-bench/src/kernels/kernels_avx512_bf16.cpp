// Dot products of bf16 pairs on 512-bit vectors, for processors that do them as fast as multiply-adds.
#define KERNELS_NAME "avx512-bf16"
#define KERNELS_PAIRS
#define KERNELS_ROUNDS_IN_ONE_STEP
#define KERNELS_NAMESPACE avx512Bf16
#define KERNELS_ACCESSOR avx512Bf16Kernels
#define KERNELS_WIDTH 16
#define KERNELS_ROWS 14
#define KERNELS_COLUMNS 2
#define KERNELS_NARROW_WIDTH 8
#define KERNELS_NARROW_ROWS 14

#include "kernels/vector/kernels.inc"
