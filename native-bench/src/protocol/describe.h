// What the descriptions of all providers on this CPU have in common.
#pragma once

#include <string>
#include <vector>

#include "support/json.h"

namespace plimsoll {

// Name and version of the compiler that built this program.
std::string compilerName();

// This machine's only device; `instructionSets` are those that the provider has kernels for, best first.
Json describeCpu(const std::vector<std::string>& instructionSets);

}  // namespace plimsoll
