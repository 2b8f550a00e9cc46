// The instruction sets that there are kernels for, by name, and how a process is kept to a lower one.
#pragma once

#include <optional>
#include <string>

#include "cpu/cpu_info.h"

namespace plimsoll {

// What is left of `all` when nothing above the instruction set `name` may run: generic, neon, neon-bf16, avx2, avx512 or
// avx512-bf16. Other extensions of a set (fp16 …) count as above it. Nothing where `all` does not hold it.
std::optional<InstructionSets> limitedTo(const InstructionSets& all, const std::string& name);

}  // namespace plimsoll
