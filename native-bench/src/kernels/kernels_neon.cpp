// 128-bit vectors with fused multiply-add, 32 registers. A tile is 12 pixels x 8 channels: 24 sums, which cover the four
// cycles of a multiply-add on four pipes and more, two vectors of weights, and six left for the pixels.
#define KERNELS_NAMESPACE neon
#define KERNELS_ACCESSOR neonKernels
#define KERNELS_WIDTH 4
#define KERNELS_ROWS 12
#define KERNELS_COLUMNS 2
#define KERNELS_NARROW_WIDTH 4
#define KERNELS_NARROW_ROWS 16

#include "kernels/vector/kernels.inc"
