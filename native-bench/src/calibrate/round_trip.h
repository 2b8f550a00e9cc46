// How far the threads of a team are from each other: the time that a line of the cache takes from one to the other and back.
#pragma once

#include <functional>
#include <optional>

#include "cpu/thread_pool.h"

namespace plimsoll {

using RunOnThreads = std::function<void(const TeamFunction&)>;

// From member 0 to that which is farthest (of more than 16 others, of some of them), in nanoseconds, the quickest of a few tries: on Zen 4 50 under one L3 cache, 320 between two. On a virtual
// machine it changes: the host moves the processors, and tells nobody. 0 with one thread, and where the members do not run at once.
double measureRoundTripNs(int threads, const RunOnThreads& runOnThreads);
// The same of a whole team; nothing in place of 0.
std::optional<double> measureRoundTripNs(ThreadPool& team);

}  // namespace plimsoll
