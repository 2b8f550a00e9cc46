// What a kernel should take by the ceilings of the machine, to be held against what it took.
#pragma once

#include <string>
#include <vector>

namespace plimsoll {

struct LevelCost {
  std::string level;
  double bytes = 0;
  double timeNs = 0;
};

struct Prediction {
  double arithmeticNs = 0;        // products, those that are computed twice included
  double pointwiseNs = 0;         // activations, norms, filters
  std::vector<LevelCost> levels;  // nearest first

  double timeNs() const {
    double time = arithmeticNs + pointwiseNs;
    for (const LevelCost& level : levels) time += level.timeNs;
    return time;
  }
};

}  // namespace plimsoll
