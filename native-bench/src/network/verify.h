// Holds every kernel of a network against the reference, on the very inputs that the kernel read.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "network/executable.h"
#include "support/cancellation.h"

namespace plimsoll {

struct KernelCheck {
  std::string name;
  bool passed = false;
  double relativeL2Error = 0;  // |computed - reference| / |reference|
  double maxError = 0;         // as below
  double tolerance = 0;        // of relativeL2Error
};

struct OutputEvidence {
  double mean = 0;
  double standardDeviation = 0;
  double zeroFraction = 0;
  std::vector<float> values;  // the first of the first image
};

struct Verification {
  bool passed = false;
  std::vector<KernelCheck> kernels;
  OutputEvidence output;
};

struct Errors {
  double relativeL2 = 0;  // |computed - reference| / |reference|
  // The largest of one element, in units of the reference's root mean square; or of the element itself, where that is larger, for
  // rounding is off by a share of what it rounds.
  double largest = 0;
};
Errors errorsOf(const std::vector<float>& computed, const std::vector<double>& reference);

// Runs the network kernel by kernel. `progress` is told the share that is done.
Verification verify(Executable& network, const Cancellation& cancellation, const std::function<void(double)>& progress);

// The error that fp32 sums of this many terms, in any order, may leave: 4 eps sqrt(terms), and never less than what the
// polynomials of the activations and the final rounding leave. A result that is rounded to bf16 is off by 2^-8 at most and by
// 0.0017 in the mean square, which hides that of the sum; a fused kernel rounds up to five times on the way, whose errors add
// up like the sides of a right angle: 0.004.
double toleranceFor(DataType dtype, std::size_t longestSum);

}  // namespace plimsoll
