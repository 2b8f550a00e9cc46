// Those of kernels_generic.cpp for tensors in fp32: an object of their own.
#define KERNELS_FP32
#include "kernels/kernels_generic.cpp"
