// 128-bit vectors with fused multiply-add, 32 registers. A tile is 11 pixels x 8 channels: 22 sums, more than the
// sixteen that four pipes want for a multiply-add of four cycles, two vectors of weights, and eight left for the pixels. With
// 12 pixels GCC 12 keeps a sum on the stack.
#define KERNELS_NAME "neon"
#define KERNELS_NAMESPACE neon
#define KERNELS_ACCESSOR neonKernels
#define KERNELS_WIDTH 4
#define KERNELS_ROWS 11
#define KERNELS_COLUMNS 2
#define KERNELS_NARROW_WIDTH 4
#define KERNELS_NARROW_ROWS 16

#include "kernels/vector/kernels.inc"
