#include "measure/timer.h"

#include <algorithm>
#include <chrono>

namespace plimsoll {

TimerFigures measureTimer() {
  using Clock = std::chrono::steady_clock;
  constexpr int readings = 1000;
  TimerFigures timer{1e9, 0};
  const auto begin = Clock::now();
  auto last = begin;
  for (int reading = 0; reading < readings; ++reading) {
    const auto now = Clock::now();
    if (now > last) timer.resolutionNs = std::min(timer.resolutionNs, std::chrono::duration<double, std::nano>(now - last).count());
    last = now;
  }
  timer.overheadNs = std::chrono::duration<double, std::nano>(last - begin).count() / readings;
  return timer;
}

double shortestSpanNs(const TimerFigures& timer) { return std::max(20 * timer.resolutionNs, 1000 * timer.overheadNs); }

}  // namespace plimsoll
