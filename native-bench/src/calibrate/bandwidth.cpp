#include "calibrate/bandwidth.h"

#include <algorithm>
#include <atomic>
#include <new>

#include "calibrate/round_trip.h"
#include "measure/memory_state.h"
#include "support/aligned_buffer.h"
#include "support/elapsed.h"
#include "support/error.h"

namespace plimsoll {
namespace {

constexpr double trialSeconds = 0.01;
// A pass over a large working set may take as long as all trials should: these are enough for an interval.
constexpr std::size_t fewestDramTrials = 5;
constexpr std::size_t leastDramBytes = std::size_t{256} << 20;
constexpr std::size_t largestDramBytes = std::size_t{4} << 30;

std::size_t arraysOf(Access access) {
  switch (access) {
    case Access::read:
    case Access::write: return 1;
    case Access::copy: return 2;
    case Access::triad: return 3;
  }
  return 1;
}

std::optional<std::size_t> hugePagesSince(const std::optional<HugePages>& before) {
  const std::optional<HugePages> now = before ? hugePages() : std::nullopt;
  if (!now) return std::nullopt;
  return now->hugeBytes - std::min(now->hugeBytes, before->hugeBytes);
}

double best(const std::vector<BandwidthSample>& samples) {
  double rate = 0;
  for (const BandwidthSample& sample : samples) rate = std::max(rate, sample.bytesPerSecond);
  return rate;
}

}  // namespace

std::vector<WorkingSet> workingSets(const CpuInfo& cpu, int threads, std::size_t availableBytes) {
  std::vector<WorkingSet> sets;
  const auto team = static_cast<std::size_t>(threads);
  std::size_t lastLevel = 0;
  std::size_t smaller = 0;  // what the levels before this one hold for one thread
  for (const Cache& cache : cpu.caches) {
    const auto instances = cacheInstances(cpu, cache);
    lastLevel = std::max(lastLevel, cache.bytes * instances);
    const std::size_t bytes = cache.bytes * std::min(team, instances) / 2;
    // A level whose half is no larger than what lies before it cannot be told from that.
    if (bytes / team > smaller) sets.push_back({cache.level, bytes});
    smaller = std::max(smaller, cache.bytes / static_cast<std::size_t>(cache.sharedBy));
  }
  const std::size_t wanted = std::clamp(4 * lastLevel, leastDramBytes, largestDramBytes);
  sets.push_back({"DRAM", std::min(wanted, availableBytes / 2)});
  return sets;
}

BandwidthCeiling measureBandwidth(const KernelSet& kernels, const WorkingSet& set, Access access, ThreadPool& team,
                                  double seconds, const Cancellation& cancellation) {
  const std::size_t arrays = arraysOf(access);
  const bool inDram = set.level == "DRAM";
  // Between the arrays, in floats. In a cache three odd lines keep them off the same sets. In memory what counts is where they lie within 4 KiB:
  // a copy whose arrays lie half of that apart was up to a fifth faster on Zen 4 than one whose arrays lie nearer.
  constexpr std::size_t page = 1024;
  const std::size_t gap = inDram ? page / arrays / 16 * 16 : 48;
  const std::size_t step = inDram ? page : 128;  // floats that a stream loop does at a time, at least
  const std::size_t count =
      std::max(step, set.bytes / sizeof(float) / arrays / static_cast<std::size_t>(team.size()) / step * step);
  const std::optional<HugePages> pagesBefore = inDram ? hugePages() : std::nullopt;
  // Each member fills, and so places, its own arrays.
  std::vector<AlignedBuffer<float>> buffers(static_cast<std::size_t>(team.size()));
  std::atomic<bool> failed{false};
  team.run([&](int member) {
    try {
      AlignedBuffer<float> buffer(arrays * (count + gap));
      std::fill(buffer.data(), buffer.data() + buffer.size(), 0x1p-20f);
      buffers[static_cast<std::size_t>(member)] = std::move(buffer);
    } catch (const std::bad_alloc&) {
      failed = true;
    }
  });
  if (failed) throw ProtocolError("outOfMemory", "There is not enough memory to measure the bandwidth of " + set.level + ".");

  std::atomic<float> result{0};
  const auto trial = [&](std::size_t passes, bool aroundCache) {
    const auto start = Clock::now();
    team.run([&](int member) {
      float* a = buffers[static_cast<std::size_t>(member)].data();
      float* b = a + count + gap;
      switch (access) {
        case Access::read:
          result.store(kernels.streamRead(a, count, passes), std::memory_order_relaxed);
          break;
        case Access::write:
          kernels.streamWrite(a, count, passes, aroundCache);
          break;
        case Access::copy:
          kernels.streamCopy(a, b, count, passes, aroundCache);
          break;
        case Access::triad:
          kernels.streamTriad(a, b, b + count + gap, count, passes, aroundCache);
          break;
      }
    });
    return secondsSince(start);
  };
  std::size_t passes = 1;
  while (trial(passes, false) < trialSeconds / 2) passes *= 2;

  BandwidthCeiling ceiling{set.level, access, team.size(), arrays * count * sizeof(float) * static_cast<std::size_t>(team.size()), 0, {}, {}};
  if (inDram) ceiling.hugePageBytes = hugePagesSince(pagesBefore);
  const double bytes = static_cast<double>(ceiling.workingSetBytes) * static_cast<double>(passes);
  // Stores that go around the caches can only win where they would miss them anyway.
  const bool tryAround = access != Access::read && inDram;
  std::vector<BandwidthSample> samples, around;
  const auto take = [&](std::vector<BandwidthSample>& of, bool aroundCache) {
    const double rate = bytes / trial(passes, aroundCache);
    of.push_back({rate, measureRoundTripNs(team)});
  };
  const auto start = Clock::now();
  do {
    cancellation.throwIfRequested();
    take(samples, false);
    if (tryAround) take(around, true);
  } while (secondsSince(start) < seconds || (inDram && samples.size() < fewestDramTrials));
  ceiling.samples = best(around) > best(samples) ? std::move(around) : std::move(samples);
  ceiling.bytesPerSecond = best(ceiling.samples);
  return ceiling;
}

}  // namespace plimsoll
