// 512-bit vectors, 32 registers; groups of eight channels use 256-bit ones, of which AVX512VL has 32 as well.
#define KERNELS_NAME "avx512"
#define KERNELS_NAMESPACE avx512
#define KERNELS_ACCESSOR avx512Kernels
#define KERNELS_WIDTH 16
#define KERNELS_ROWS 14
#define KERNELS_COLUMNS 2
#define KERNELS_NARROW_WIDTH 8
#define KERNELS_NARROW_ROWS 14

#include "kernels/vector/kernels.inc"
