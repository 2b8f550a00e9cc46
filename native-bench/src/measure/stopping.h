// When a round has been timed for long enough. The same rule as core/statistics/stopping.ts, on the same test vectors.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace plimsoll {

struct StoppingSettings {
  double minSeconds = 0.5;
  std::size_t minSamples = 10;
  double maxSeconds = 3;
  std::optional<double> noiseTarget;  // without one it ends where both least figures are reached
};

enum class StopReason { enough, quiet, steady, time };
const char* stopReasonName(StopReason reason);

// Half of the 95% interval of the median, over the median.
double medianNoise(std::vector<double> samples);

class StoppingRule {
 public:
  explicit StoppingRule(const StoppingSettings& settings) : settings_(settings) {}

  // Of one more sample, and the seconds since the first began: why to stop, or nothing.
  std::optional<StopReason> add(double latencyNs, double elapsedSeconds);
  const std::vector<double>& samples() const { return samples_; }

 private:
  struct Look {
    std::size_t samples;
    double noise;
  };

  std::optional<StopReason> look();

  StoppingSettings settings_;
  std::vector<double> samples_;
  std::vector<Look> looks_;
};

}  // namespace plimsoll
