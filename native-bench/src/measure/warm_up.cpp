#include "measure/warm_up.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "support/median.h"

namespace plimsoll {
namespace {

constexpr std::size_t leastPasses = 3;
constexpr double steadyWithin = 0.01;

}  // namespace

bool WarmUp::add(double latencyNs, double elapsedSeconds) {
  passes_.push_back(latencyNs);
  if (elapsedSeconds >= settings_.maxSeconds) return true;
  return elapsedSeconds >= settings_.minSeconds && passes_.size() >= leastPasses && isSteady();
}

double WarmUp::shortestNs() const { return *std::min_element(passes_.begin(), passes_.end()); }

bool WarmUp::isSteady() const {
  if (passes_.size() < leastPasses) return false;
  const auto third = static_cast<std::ptrdiff_t>(passes_.size() / 3);
  const double last = median({passes_.end() - third, passes_.end()});
  const double before = median({passes_.end() - 2 * third, passes_.end() - third});
  return std::abs(last / before - 1) < steadyWithin;
}

}  // namespace plimsoll
