#include "calibrate/round_trip.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <vector>

#include "support/elapsed.h"

namespace plimsoll {
namespace {

constexpr std::uint32_t tripsOfTry = 32;
constexpr int tries = 3;
// Of a large team some stand for all, so that it is over in a fraction of a millisecond.
constexpr std::size_t mostPartners = 16;
// More than any way takes: a member that does not answer shares its CPU with another.
constexpr double longestSeconds = 0.002;

// Two lines: processors fetch them in pairs.
struct alignas(128) Mailbox {
  std::atomic<std::uint32_t> value{0};
};

class Exchange {
 public:
  explicit Exchange(int threads) : boxes_(static_cast<std::size_t>(threads)) {}

  // Of member 0.
  double farthestNs() {
    double farthest = 0;
    const std::size_t step = (boxes_.size() - 1 + mostPartners - 1) / mostPartners;
    for (std::size_t member = 1; member < boxes_.size() && !over_.load(std::memory_order_relaxed); member += step) {
      farthest = std::max(farthest, quickestNs(boxes_[member]));
    }
    const bool complete = !over_.exchange(true);
    return complete ? farthest : 0;
  }

  // Of the others.
  void answer(int member) {
    Mailbox& box = boxes_[static_cast<std::size_t>(member)];
    for (std::uint32_t trip = 0; trip < tries * tripsOfTry; ++trip) {
      while (box.value.load(std::memory_order_acquire) != 2 * trip + 1) {
        if (over_.load(std::memory_order_relaxed)) return;
      }
      box.value.store(2 * trip + 2, std::memory_order_release);
    }
  }

 private:
  double quickestNs(Mailbox& box) {
    double quickest = 1e18;
    std::uint32_t trip = 0;
    for (int i = 0; i < tries; ++i) {
      const auto start = Clock::now();
      for (std::uint32_t end = trip + tripsOfTry; trip < end; ++trip) {
        box.value.store(2 * trip + 1, std::memory_order_release);
        for (std::uint32_t looks = 1; box.value.load(std::memory_order_acquire) != 2 * trip + 2; ++looks) {
          if (looks % 1024 == 0 && secondsSince(start) > longestSeconds) {
            over_ = true;
            return 0;
          }
        }
      }
      quickest = std::min(quickest, nanosecondsSince(start) / tripsOfTry);
    }
    return quickest;
  }

  std::vector<Mailbox> boxes_;
  // Looked at by all while they wait, written once.
  alignas(128) std::atomic<bool> over_{false};
};

}  // namespace

double measureRoundTripNs(int threads, const RunOnThreads& runOnThreads) {
  if (threads < 2) return 0;
  Exchange exchange(threads);
  double farthestNs = 0;
  runOnThreads([&](int member) {
    if (member == 0) {
      farthestNs = exchange.farthestNs();
    } else {
      exchange.answer(member);
    }
  });
  return farthestNs;
}

std::optional<double> measureRoundTripNs(ThreadPool& team) {
  const double tripNs = measureRoundTripNs(team.size(), [&](const TeamFunction& function) { team.run(function); });
  return tripNs > 0 ? std::optional(tripNs) : std::nullopt;
}

}  // namespace plimsoll
