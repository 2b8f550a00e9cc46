#include "measure/measure.h"

#include <algorithm>
#include <cmath>

#include "calibrate/clock.h"
#include "measure/arithmetic_probe.h"
#include "support/elapsed.h"

namespace plimsoll {

Measured measure(Executable& network, const MeasureSettings& settings, const Cancellation& cancellation,
                 const std::function<void(double)>& progress) {
  Measured result;
  Passes passes(network, settings.cacheState);

  WarmUp warmUp(settings.warmUp);
  const auto warmUpStart = Clock::now();
  bool over = false;
  while (!over) {
    cancellation.throwIfRequested();
    const double latencyNs = passes.run();
    over = warmUp.add(latencyNs, secondsSince(warmUpStart));
  }
  result.warmupPasses = warmUp.passes();
  result.warm = warmUp.isSteady();
  result.timer = measureTimer();
  if (settings.cacheState == CacheState::inNetwork) {
    result.passesPerSample = static_cast<std::size_t>(std::max(1.0, std::ceil(shortestSpanNs(result.timer) / warmUp.shortestNs())));
  }

  std::optional<ArithmeticProbe> probe;
  if (settings.arithmetic) probe.emplace(network, *settings.arithmetic);
  result.clockBeforeHz = measureClockHz();
  StoppingRule rule(settings.stopping);
  const auto faultsBefore = pageFaults();
  const auto start = Clock::now();
  while (true) {
    cancellation.throwIfRequested();
    if (probe) probe->runWhereDue();
    const double latencyNs = passes.run(result.passesPerSample);
    const double elapsed = secondsSince(start);
    if (const auto reason = rule.add(latencyNs, elapsed)) {
      result.stopped = *reason;
      break;
    }
    progress(std::min(1.0, elapsed / settings.stopping.minSeconds));
  }
  const auto faultsAfter = pageFaults();
  result.clockAfterHz = measureClockHz();
  if (faultsBefore && faultsAfter) {
    result.faults = PageFaults{faultsAfter->minor - faultsBefore->minor, faultsAfter->major - faultsBefore->major};
  }
  if (probe) {
    result.burstOperationsPerSecond = probe->operationsPerSecond();
    result.burstRoundTripNs = probe->roundTripNs();
  }
  result.pages = hugePages();
  result.latencyNs = rule.samples();
  return result;
}

}  // namespace plimsoll
