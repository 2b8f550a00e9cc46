// One round: warm a network up, and time passes over it until there are enough, with what the machine did meanwhile.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "calibrate/arithmetic.h"
#include "measure/cache_state.h"
#include "measure/memory_state.h"
#include "measure/stopping.h"
#include "measure/timer.h"
#include "measure/warm_up.h"
#include "support/cancellation.h"

namespace plimsoll {

struct MeasureSettings {
  WarmUpSettings warmUp;
  StoppingSettings stopping;
  CacheState cacheState = CacheState::inNetwork;
  std::optional<PeakLoop> arithmetic;  // whose bursts are to run between the samples
};

struct Measured {
  std::vector<double> latencyNs;  // one a sample
  std::size_t passesPerSample = 1;
  std::size_t warmupPasses = 0;
  bool warm = false;
  StopReason stopped = StopReason::enough;
  TimerFigures timer;
  // Of the core that leads the team; 0 where it cannot be measured.
  double clockBeforeHz = 0, clockAfterHz = 0;
  std::vector<double> burstOperationsPerSecond;  // none where none were asked for
  std::vector<double> burstRoundTripNs;          // none with one thread either
  std::optional<PageFaults> faults;              // while samples were taken
  std::optional<HugePages> pages;
};

// Throws ProtocolError: cancelled, outOfMemory. `progress` is told the share of the least time that is over.
Measured measure(Executable& network, const MeasureSettings& settings, const Cancellation& cancellation,
                 const std::function<void(double)>& progress);

}  // namespace plimsoll
