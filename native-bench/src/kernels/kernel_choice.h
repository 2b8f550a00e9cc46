// Which of the compiled instruction sets this machine can run. A program may be built without some of them (PLIMSOLL_INSTRUCTION_SETS).
#pragma once

#include <string>
#include <vector>

#include "cpu/cpu_info.h"
#include "kernels/kernel_set.h"
#include "network/data_type.h"

namespace plimsoll {

// Newest first; where it was compiled, the last one is `generic`.
std::vector<const KernelSet*> usableKernelSets(const InstructionSets& sets);

// Whether it computes networks of this type.
bool computes(const KernelSet& kernels, DataType dtype);

// The fastest for networks of this type. Throws ProtocolError, unsupported, where it was not compiled: nothing takes a slower one in its place.
const KernelSet& bestKernelSet(const InstructionSets& sets, DataType dtype);

// The name of a kernel set that bestKernelSet would take and this program was built without; empty where there is none. To be asked at the start.
std::string missingKernels(const InstructionSets& sets);

}  // namespace plimsoll
