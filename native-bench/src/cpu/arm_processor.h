// What Linux tells about an Arm processor. Only text and bits go in, so all of it can be tested on any machine.
#pragma once

#include <cstdint>
#include <istream>
#include <vector>

#include "cpu/cpu_info.h"

namespace plimsoll {

// From the words AT_HWCAP and AT_HWCAP2 of the auxiliary vector.
InstructionSets armInstructionSets(std::uint64_t capabilities, std::uint64_t moreCapabilities);

// Fills vendor, brand and model from /proc/cpuinfo, of which only the entries of `cpus` count. Cores of several kinds are all
// named, and leave the model 0: no single figure holds for them.
void readArmProcessor(std::istream& cpuinfo, const std::vector<int>& cpus, CpuInfo& info);

constexpr int armArchitecture8 = 8;  // CpuInfo::family of every 64-bit one, as /proc/cpuinfo says

}  // namespace plimsoll
