// When a network is warm: by time and by trend. The same rule as core/statistics/warm-up.ts, on the same test vectors.
#pragma once

#include <vector>

namespace plimsoll {

struct WarmUpSettings {
  double minSeconds = 0.2;
  double maxSeconds = 0.2;  // no longer, warm or not
};

class WarmUp {
 public:
  explicit WarmUp(const WarmUpSettings& settings) : settings_(settings) {}

  // Of one more pass, and the seconds since the first began: whether it is over.
  bool add(double latencyNs, double elapsedSeconds);
  // Whether the last passes took as long as those before them.
  bool isSteady() const;
  std::size_t passes() const { return passes_.size(); }
  // Of at least one pass. How many of these fill a sample is asked of it: by a pass that was disturbed it would be too few.
  double shortestNs() const;

 private:
  WarmUpSettings settings_;
  std::vector<double> passes_;
};

}  // namespace plimsoll
