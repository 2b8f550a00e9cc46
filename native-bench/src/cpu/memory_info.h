#pragma once

#include <cstddef>

namespace plimsoll {

// What can still be taken without the system having to swap or to kill somebody.
std::size_t availableMemoryBytes();

}  // namespace plimsoll
