#include "measure/stopping.h"

#include <algorithm>
#include <cmath>

namespace plimsoll {
namespace {

// Looking sorts: not after every sample.
constexpr double lookEvery = 1.25;
// Of independent samples twice as many have 0.71 times the noise.
constexpr double stillFalling = 0.9;

}  // namespace

const char* stopReasonName(StopReason reason) {
  switch (reason) {
    case StopReason::enough: return "enough";
    case StopReason::quiet: return "quiet";
    case StopReason::steady: return "steady";
    case StopReason::time: return "time";
  }
  return "time";
}

double medianNoise(std::vector<double> samples) {
  std::sort(samples.begin(), samples.end());
  const std::size_t n = samples.size();
  const double outside = static_cast<double>(n) / 2 - 0.98 * std::sqrt(static_cast<double>(n));
  const auto low = static_cast<std::size_t>(std::max(0.0, std::floor(outside)));
  return (samples[n - 1 - low] - samples[low]) / 2 / samples[n / 2];
}

std::optional<StopReason> StoppingRule::add(double latencyNs, double elapsedSeconds) {
  samples_.push_back(latencyNs);
  const bool enough = elapsedSeconds >= settings_.minSeconds && samples_.size() >= settings_.minSamples;
  if (enough && !settings_.noiseTarget) return StopReason::enough;
  const bool isDue = looks_.empty() ? samples_.size() >= settings_.minSamples / 2
                                    : static_cast<double>(samples_.size()) >= lookEvery * static_cast<double>(looks_.back().samples);
  if (settings_.noiseTarget && isDue && samples_.size() > 1) {
    const auto reason = look();
    if (enough && reason) return reason;
  }
  if (elapsedSeconds >= settings_.maxSeconds) return StopReason::time;
  return std::nullopt;
}

std::optional<StopReason> StoppingRule::look() {
  const std::size_t count = samples_.size();
  const double noise = medianNoise(samples_);
  // The latest look at no more than half as many.
  const auto half = std::find_if(looks_.rbegin(), looks_.rend(), [&](const Look& look) { return 2 * look.samples <= count; });
  const bool falls = half == looks_.rend() || noise <= stillFalling * half->noise;
  looks_.push_back({count, noise});
  if (noise <= *settings_.noiseTarget) return StopReason::quiet;
  if (!falls) return StopReason::steady;
  return std::nullopt;
}

}  // namespace plimsoll
