// Dot products of bf16 pairs (BFDOT) on the vectors and tiles of kernels_neon.cpp: by Arm's optimization guides cores do as many of them as of
// multiply-adds. The ceiling is that of BFMMLA, a product of small matrices that does twice as much, and that these kernels cannot reach.
#define KERNELS_NAME "neon-bf16"
#define KERNELS_PAIRS
#define KERNELS_PEAK_OF_PAIRS 2
#define KERNELS_ROUNDS_IN_ONE_STEP
#define KERNELS_NAMESPACE neonBf16
#define KERNELS_ACCESSOR neonBf16Kernels
#define KERNELS_WIDTH 4
#define KERNELS_ROWS 11
#define KERNELS_COLUMNS 2
#define KERNELS_NARROW_WIDTH 4
#define KERNELS_NARROW_ROWS 16

#include "kernels/vector/kernels.inc"
