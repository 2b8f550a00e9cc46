#include "measure/warm_up.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace plimsoll {
namespace {

constexpr std::size_t leastPasses = 3;
constexpr double steadyWithin = 0.01;

double median(std::vector<double>::const_iterator begin, std::vector<double>::const_iterator end) {
  std::vector<double> values(begin, end);
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

}  // namespace

bool WarmUp::add(double latencyNs, double elapsedSeconds) {
  passes_.push_back(latencyNs);
  if (elapsedSeconds >= settings_.maxSeconds) return true;
  return elapsedSeconds >= settings_.minSeconds && passes_.size() >= leastPasses && isSteady();
}

bool WarmUp::isSteady() const {
  if (passes_.size() < leastPasses) return false;
  const auto third = static_cast<std::ptrdiff_t>(passes_.size() / 3);
  const double last = median(passes_.end() - third, passes_.end());
  const double before = median(passes_.end() - 2 * third, passes_.end() - third);
  return std::abs(last / before - 1) < steadyWithin;
}

}  // namespace plimsoll
