// Dot products of bf16 pairs (BFDOT) on the vectors and tiles of kernels_neon.cpp: by Arm's optimization guides cores do as many of them as of
// multiply-adds.
#define KERNELS_NAME "neon-bf16"
#define KERNELS_PAIRS
#define KERNELS_NAMESPACE neonBf16
#define KERNELS_ACCESSOR neonBf16Kernels
#define KERNELS_WIDTH 4
#define KERNELS_ROWS 11
#define KERNELS_COLUMNS 2
#define KERNELS_NARROW_WIDTH 4
#define KERNELS_NARROW_ROWS 16

#include "kernels/vector/kernels.inc"
