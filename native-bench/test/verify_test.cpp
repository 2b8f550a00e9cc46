// What counts as an error: rounding may be off by a share of what it rounds, anything else not even by a share of the whole.
#include <cmath>

#include "check.h"
#include "kernels/bf16.h"
#include "network/verify.h"

using namespace plimsoll;

void testVerify() {
  // Unit values, and one that is forty times as large: rounded to bf16, it is off by more than sixteen times the tolerance of the whole.
  constexpr std::size_t count = 10000;
  std::vector<double> reference(count, 1.0);
  reference[7] = 40.1;
  std::vector<float> computed(reference.begin(), reference.end());
  computed[7] = Bf16(40.1f);
  const double unit = std::sqrt((count - 1 + 40.1 * 40.1) / count);
  const double most = 16 * toleranceFor(DataType::bf16, 1);
  const double off = std::abs(static_cast<double>(computed[7]) - 40.1);
  CHECK(off / unit > most && off / 40.1 < most, off);
  CHECK(std::abs(errorsOf(computed, reference).largest - off / 40.1) < 1e-9, errorsOf(computed, reference).largest);
  // As much in one that is no larger than the others is wrong.
  computed = {reference.begin(), reference.end()};
  computed[8] += 0.1f;
  const Errors errors = errorsOf(computed, reference);
  CHECK(std::abs(errors.largest - 0.1 / unit) < 1e-6, errors.largest);
  CHECK(std::abs(errors.relativeL2 - 0.1 / (unit * std::sqrt(static_cast<double>(count)))) < 1e-6, errors.relativeL2);
  // A NaN is not forgotten over what comes behind it.
  computed[3] = std::nanf("");
  CHECK(std::isnan(errorsOf(computed, reference).largest) && std::isnan(errorsOf(computed, reference).relativeL2));
}
