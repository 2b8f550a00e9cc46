#include "calibrate/clock.h"

#include <algorithm>
#include <cstdint>

#include "support/elapsed.h"

namespace plimsoll {
namespace {

constexpr std::uint64_t rounds = 20000;
constexpr int additionsPerRound = 64;

// Register to register: newer cores fold the addition of a constant away.
void additions() {
#if defined(__x86_64__)
  std::uint64_t value = 1;
  std::uint64_t left = rounds;
  asm volatile(
      "1:\n"
      ".rept 64\n"
      "add %[value], %[value]\n"
      ".endr\n"
      "dec %[left]\n"
      "jnz 1b\n"
      : [value] "+r"(value), [left] "+r"(left)
      :
      : "cc");
#elif defined(__aarch64__)
  std::uint64_t value = 1;
  std::uint64_t left = rounds;
  asm volatile(
      "1:\n"
      ".rept 64\n"
      "add %[value], %[value], %[value]\n"
      ".endr\n"
      "subs %[left], %[left], #1\n"
      "b.ne 1b\n"
      : [value] "+r"(value), [left] "+r"(left)
      :
      : "cc");
#endif
}

}  // namespace

double measureClockHz() {
#if defined(__x86_64__) || defined(__aarch64__)
  // The fastest of three: whatever interrupts a chain makes it longer, nothing makes it shorter.
  double seconds = 1e9;
  for (int trial = 0; trial < 3; ++trial) {
    const auto start = Clock::now();
    additions();
    seconds = std::min(seconds, secondsSince(start));
  }
  return static_cast<double>(rounds * additionsPerRound) / seconds;
#else
  return 0;
#endif
}

}  // namespace plimsoll
