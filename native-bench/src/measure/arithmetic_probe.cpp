#include "measure/arithmetic_probe.h"

#include <algorithm>
#include <atomic>

#include "calibrate/round_trip.h"

namespace plimsoll {
namespace {

// Two hundredths of the time: long enough to see the units and not the wake-up of a thread, often enough to see half a second.
constexpr double burstLength = 0.001;
constexpr double betweenBursts = 0.05;

}  // namespace

ArithmeticProbe::ArithmeticProbe(Executable& network, const PeakLoop& loop)
    : network_(network), loop_(loop), memberSeconds_(static_cast<std::size_t>(network.team().size())) {
  rounds_ = 256;
  while (burstSeconds(rounds_) < burstLength / 2) rounds_ *= 2;
}

double ArithmeticProbe::burstSeconds(std::uint64_t rounds) {
  // Stored, so that no loop can be left out.
  std::atomic<float> result{0};
  network_.runOnThreads([&](int member) {
    // By its own clock: that a thread wakes up late is none of its units' doing.
    const auto start = Clock::now();
    result.store(loop_.run(rounds), std::memory_order_relaxed);
    memberSeconds_[static_cast<std::size_t>(member)] = secondsSince(start);
  });
  return *std::max_element(memberSeconds_.begin(), memberSeconds_.end());
}

void ArithmeticProbe::runWhereDue() {
  if (!operationsPerSecond_.empty() && secondsSince(last_) < betweenBursts) return;
  const double operations = loop_.operationsPerRound * static_cast<double>(rounds_) * static_cast<double>(memberSeconds_.size());
  operationsPerSecond_.push_back(operations / burstSeconds(rounds_));
  const double tripNs =
      measureRoundTripNs(network_.team().size(), [this](const TeamFunction& function) { network_.runOnThreads(function); });
  if (tripNs > 0) roundTripNs_.push_back(tripNs);
  last_ = Clock::now();
}

}  // namespace plimsoll
