#include "network/arena.h"

#include <algorithm>
#include <numeric>

namespace plimsoll {

ArenaPlan planArena(const std::vector<Lifetime>& tensors) {
  constexpr std::size_t line = 16;
  const auto padded = [](std::size_t floats) { return (floats + line - 1) / line * line; };
  std::vector<std::size_t> order(tensors.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return tensors[a].floats > tensors[b].floats; });

  ArenaPlan plan;
  plan.offsets.resize(tensors.size(), 0);
  std::vector<std::size_t> placed;  // by offset
  for (const std::size_t index : order) {
    const Lifetime& tensor = tensors[index];
    std::size_t offset = 0;
    for (const std::size_t other : placed) {
      const Lifetime& neighbour = tensors[other];
      if (neighbour.firstStep > tensor.lastStep || neighbour.lastStep < tensor.firstStep) continue;
      if (offset + padded(tensor.floats) <= plan.offsets[other]) break;
      offset = std::max(offset, plan.offsets[other] + padded(neighbour.floats));
    }
    plan.offsets[index] = offset;
    plan.floats = std::max(plan.floats, offset + padded(tensor.floats));
    placed.insert(std::upper_bound(placed.begin(), placed.end(), index,
                                   [&](std::size_t a, std::size_t b) { return plan.offsets[a] < plan.offsets[b]; }),
                  index);
  }
  return plan;
}

}  // namespace plimsoll
