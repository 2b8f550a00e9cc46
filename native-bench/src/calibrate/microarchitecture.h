#pragma once

#include <string>

#include "cpu/cpu_info.h"

namespace plimsoll {

// Operations that one core can do in a cycle by its makers' manuals, a multiply-add being two; 0 where that is not known
// for this processor. `instructionSet` as in an arithmetic ceiling: avx2, avx512-vnni, amx-bf16, neon …
int operationsPerCycle(const CpuInfo& cpu, const std::string& dtype, const std::string& instructionSet);

}  // namespace plimsoll
