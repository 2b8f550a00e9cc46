#pragma once

#include <cstddef>
#include <string>

namespace plimsoll {

// What can still be taken without the system having to swap or to kill somebody: of the machine, and of what the control group of
// this process (a container, a service) may use. `root` is where /proc and /sys are, for tests.
std::size_t availableMemoryBytes(const std::string& root = "");

}  // namespace plimsoll
