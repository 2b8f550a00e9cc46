#pragma once

#include <functional>
#include <string>
#include <vector>

#include "calibrate/arithmetic.h"
#include "calibrate/bandwidth.h"

namespace plimsoll {

struct Calibration {
  std::vector<ArithmeticCeiling> arithmetic;
  std::vector<BandwidthCeiling> bandwidth;
};

enum class Ceilings { all, arithmetic };

// For one thread and for all physical cores. `progress` is told the share that is done and what comes next.
Calibration calibrate(Ceilings which, double secondsPerCeiling, const Cancellation& cancellation,
                      const std::function<void(double, const std::string&)>& progress);

}  // namespace plimsoll
