#pragma once

#include <cstdint>

namespace plimsoll {

// The clock that samples are taken with.
struct TimerFigures {
  double resolutionNs = 0;  // its smallest step
  double overheadNs = 0;    // of reading it once
};
// Of std::chrono::steady_clock, or of another one that ticks.
std::int64_t steadyClockNs();
TimerFigures measureTimer(std::int64_t (*nowNs)() = steadyClockNs);

// No shorter span is timed: twenty steps, and a thousand times what reading the clock costs.
double shortestSpanNs(const TimerFigures& timer);

}  // namespace plimsoll
