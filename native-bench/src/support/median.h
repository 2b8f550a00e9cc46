#pragma once

#include <vector>

namespace plimsoll {

// Of at least one value.
double median(std::vector<double> values);

}  // namespace plimsoll
