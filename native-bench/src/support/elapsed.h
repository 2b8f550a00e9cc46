// Spans of the clock that never goes back.
#pragma once

#include <chrono>

namespace plimsoll {

using Clock = std::chrono::steady_clock;

inline double secondsSince(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

inline double nanosecondsBetween(Clock::time_point start, Clock::time_point end) {
  return std::chrono::duration<double, std::nano>(end - start).count();
}
inline double nanosecondsSince(Clock::time_point start) { return nanosecondsBetween(start, Clock::now()); }

}  // namespace plimsoll
