// Which of the compiled instruction sets this machine can run.
#pragma once

#include <vector>

#include "cpu/cpu_info.h"
#include "kernels/kernel_set.h"
#include "network/data_type.h"

namespace plimsoll {

// Newest first; the last one is `generic`.
std::vector<const KernelSet*> usableKernelSets(const InstructionSets& sets);

// Whether it computes networks of this type.
bool computes(const KernelSet& kernels, DataType dtype);

// The fastest for networks of this type.
const KernelSet& bestKernelSet(const InstructionSets& sets, DataType dtype);

}  // namespace plimsoll
