// A known slowness, for tests of whether Plimsoll finds one: PLIMSOLL_TEST_BURN=0.05 makes each kernel take 5% longer than it needs.
#pragma once

#include <chrono>
#include <cstdlib>

#include "support/elapsed.h"

namespace plimsoll {

// 0 where nothing is asked for. `describe` tells it, so that it is stored with the run.
inline double testBurn() {
  static const double share = [] {
    const char* text = std::getenv("PLIMSOLL_TEST_BURN");
    const double value = text == nullptr ? 0.0 : std::atof(text);
    return value > 0.0 && value <= 1.0 ? value : 0.0;
  }();
  return share;
}

// Keeps the core busy for that share of what has gone since `start`.
inline void burnSince(Clock::time_point start) {
  const auto now = Clock::now();
  const auto until = now + std::chrono::duration_cast<Clock::duration>((now - start) * testBurn());
  while (Clock::now() < until) {
  }
}

}  // namespace plimsoll
