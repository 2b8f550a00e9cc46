// Which of the compiled instruction sets this machine can run.
#pragma once

#include <vector>

#include "cpu/cpu_info.h"
#include "kernels/kernel_set.h"

namespace plimsoll {

// Best first; the last one is `generic`.
std::vector<const KernelSet*> usableKernelSets(const InstructionSets& sets);

}  // namespace plimsoll
