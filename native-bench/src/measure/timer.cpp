#include "measure/timer.h"

#include <algorithm>
#include <limits>

#include "support/elapsed.h"

namespace plimsoll {
namespace {

// A clock of a coarse step stands still between most readings: it is read until it has gone on a few times.
constexpr int leastReadings = 1000;
constexpr int leastSteps = 3;

}  // namespace

std::int64_t steadyClockNs() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now().time_since_epoch()).count();
}

TimerFigures measureTimer(std::int64_t (*nowNs)()) {
  const std::int64_t begin = nowNs();
  std::int64_t last = begin;
  std::int64_t smallest = std::numeric_limits<std::int64_t>::max();
  int readings = 0;
  for (int steps = 0; readings < leastReadings || steps < leastSteps; ++readings) {
    const std::int64_t now = nowNs();
    if (now == last) continue;
    smallest = std::min(smallest, now - last);
    ++steps;
    last = now;
  }
  return {static_cast<double>(smallest), static_cast<double>(last - begin) / readings};
}

double shortestSpanNs(const TimerFigures& timer) { return std::max(20 * timer.resolutionNs, 1000 * timer.overheadNs); }

}  // namespace plimsoll
