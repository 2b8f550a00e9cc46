// Those of kernels_neon.cpp for tensors in fp32: an object of their own.
#define KERNELS_FP32
#include "kernels/kernels_neon.cpp"
