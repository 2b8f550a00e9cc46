// Where each activation lies: tensors that never live at the same time share memory.
#pragma once

#include <cstddef>
#include <vector>

namespace plimsoll {

// A tensor lives from the step that writes it to the last one that reads it, both included.
struct Lifetime {
  std::size_t floats;
  int firstStep;
  int lastStep;
};

struct ArenaPlan {
  std::vector<std::size_t> offsets;  // of each tensor, in floats, on cache lines
  std::size_t floats = 0;
};

// Largest first, each at the lowest place where it meets no other that lives at the same time.
ArenaPlan planArena(const std::vector<Lifetime>& tensors);

}  // namespace plimsoll
