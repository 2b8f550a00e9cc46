// What the arithmetic units give while a network is timed, and how far its threads are from each other. A neighbour on the other hardware
// thread of a core, or on the host of a virtual machine, takes some of the units, and no counter of the system tells: a loop that needs nothing but
// them is slower then. And a host that moves its guests' processors from one L3 cache to another makes what threads share slow.
#pragma once

#include <vector>

#include "calibrate/arithmetic.h"
#include "network/executable.h"
#include "support/elapsed.h"

namespace plimsoll {

class ArithmeticProbe {
 public:
  ArithmeticProbe(Executable& network, const PeakLoop& loop);

  // A burst, unless there was one just before. It touches no memory, so what the caches hold stays.
  void runWhereDue();

  // Of each burst, over all threads: as fast as the slowest of them, as in a network, whose threads wait for one another.
  const std::vector<double>& operationsPerSecond() const { return operationsPerSecond_; }
  // Beside each burst; none with one thread.
  const std::vector<double>& roundTripNs() const { return roundTripNs_; }

 private:
  double burstSeconds(std::uint64_t rounds);

  Executable& network_;
  PeakLoop loop_;
  std::uint64_t rounds_ = 0;
  Clock::time_point last_;
  std::vector<double> memberSeconds_;
  std::vector<double> operationsPerSecond_;
  std::vector<double> roundTripNs_;
};

}  // namespace plimsoll
