// How a round is timed: when it ends, and what the caches hold when a pass begins.
#include "measure/measure.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "calibrate/round_trip.h"
#include "check.h"
#include "kernels/kernel_choice.h"
#include "support/median.h"
#include "test_networks.h"

using namespace plimsoll;
using nlohmann::json;

namespace {

double passNs(const json& vector, int index) {
  const auto& pattern = vector["pattern"];
  return vector["baseNs"].get<double>() * (1 + pattern[static_cast<std::size_t>(index) % pattern.size()].get<double>() +
                                           vector["start"].get<double>() * std::pow(vector["decay"].get<double>(), index));
}

// test/unit/statistics/sampling.test.ts holds the other language to these.
void testVectors() {
  std::ifstream file(PLIMSOLL_VECTORS "/sampling-vectors.json");
  CHECK(file.good(), PLIMSOLL_VECTORS);
  const json vectors = json::parse(file, nullptr, false);
  CHECK(vectors.is_object() && !vectors["stopping"].empty() && !vectors["warmUp"].empty());
  for (const json& vector : vectors["stopping"]) {
    const json& given = vector["settings"];
    StoppingSettings settings{given["minSeconds"], given["minSamples"], given["maxSeconds"], std::nullopt};
    if (given.contains("noiseTarget")) settings.noiseTarget = given["noiseTarget"].get<double>();
    StoppingRule rule(settings);
    std::optional<StopReason> reason;
    double elapsedNs = 0;
    for (int index = 0; index < 10000 && !reason; ++index) {
      elapsedNs += passNs(vector, index);
      reason = rule.add(passNs(vector, index), elapsedNs / 1e9);
    }
    CHECK(reason && stopReasonName(*reason) == vector["reason"], vector["name"] << (reason ? stopReasonName(*reason) : "never"));
    CHECK(rule.samples().size() == vector["samples"], vector["name"] << rule.samples().size());
  }
  for (const json& vector : vectors["warmUp"]) {
    WarmUp rule({vector["settings"]["minSeconds"], vector["settings"]["maxSeconds"]});
    double elapsedNs = 0;
    bool over = false;
    for (int index = 0; index < 10000 && !over; ++index) {
      elapsedNs += passNs(vector, index);
      over = rule.add(passNs(vector, index), elapsedNs / 1e9);
    }
    CHECK(rule.passes() == vector["passes"], vector["name"] << rule.passes());
    CHECK(rule.isSteady() == vector["warm"], vector["name"]);
  }
}

void testMemoryState() {
  std::istringstream rollup("5581-7ffd rollup\nRss: 2048 kB\nAnonymous:        1024 kB\nAnonHugePages:     512 kB\nSwap: 0 kB\n");
  const auto pages = readHugePages(rollup);
  CHECK(pages && pages->anonymousBytes == std::size_t{1024} << 10 && pages->hugeBytes == std::size_t{512} << 10);
  std::istringstream nothing("");
  CHECK(!readHugePages(nothing));

  // Its pages are mapped when they are cleared, by one fault each, be they huge.
  const auto before = pageFaults();
  constexpr std::size_t bytes = std::size_t{64} << 20, hugePage = std::size_t{2} << 20;
  AlignedBuffer<char> fresh(bytes);
  const auto after = pageFaults();
  CHECK(before && after && after->minor - before->minor >= static_cast<std::int64_t>(bytes / hugePage));
}

// A clock that goes on by 15 ms at every 1500th reading, which each take 10 us.
std::int64_t coarseClockNs() {
  static std::int64_t readings = 0;
  return ++readings / 1500 * 15'000'000;
}

void testRoundTrip() {
  ThreadPool team(2);
  // Something else may take a member's CPU away once, but not always.
  double ns = 0;
  for (int attempt = 0; attempt < 200 && ns == 0; ++attempt) {
    ns = measureRoundTripNs(2, [&](const TeamFunction& function) { team.run(function); });
  }
  CHECK(ns < 2e6 && (ns > 1 || cpuInfo().logicalCpus < 2), ns);
  CHECK(measureRoundTripNs(1, [](const TeamFunction&) { CHECK(false, "one thread has no other"); }) == 0);
  // Members that come one after the other cannot answer each other: it ends, and says nothing.
  CHECK(measureRoundTripNs(2, [](const TeamFunction& function) { function(0), function(1); }) == 0);
}

void testTimer() {
  const TimerFigures own = measureTimer();
  CHECK(own.resolutionNs > 0 && own.resolutionNs < 1e6, own.resolutionNs);
  CHECK(own.overheadNs > 0 && own.overheadNs < 1e6, own.overheadNs);
  const TimerFigures coarse = measureTimer(coarseClockNs);
  CHECK(coarse.resolutionNs == 15e6, coarse.resolutionNs);
  CHECK(std::abs(coarse.overheadNs / 10e3 - 1) < 0.01, coarse.overheadNs);
  CHECK(shortestSpanNs(coarse) == 300e6, shortestSpanNs(coarse));
  CHECK(shortestSpanNs({1, 20}) == 20'000);

  // The pass that was disturbed does not count.
  WarmUp warmUp({1, 1});
  for (const double ns : {900.0, 100.0, 5000.0}) warmUp.add(ns, 0);
  CHECK(warmUp.shortestNs() == 100);
}

// One layer whose megabyte of weights is all that a pass moves.
std::unique_ptr<Network> weightsOnly(int threads) {
  test::GraphText graph(1, 1, 512);
  graph.linear(0, 512);
  NetworkOptions options;
  options.threads = threads;
  options.kernels = &bestKernelSet(cpuInfo().instructionSets, options.dtype);
  return std::make_unique<Network>(graph.parse(), test::planOf({{1}}), options, Cancellation());
}

double fastestOf(Passes& passes, int times) {
  double fastest = 1e18;
  for (int i = 0; i < times; ++i) fastest = std::min(fastest, passes.run());
  return fastest;
}

void testCacheStates() {
  const auto network = weightsOnly(1);
  Passes hot(*network, CacheState::hot);
  Passes cold(*network, CacheState::allCold);
  // The fastest of many: nothing that else runs here makes a cold one faster.
  const double hotNs = fastestOf(hot, 50);
  const double coldNs = fastestOf(cold, 10);
  // Where the arithmetic is emulated, or watched by sanitizers, it is slower than any memory: ten bytes a nanosecond are far below what a
  // processor does.
  constexpr double weightBytes = 512 * 512 * sizeof(float);
  if (hotNs < weightBytes / 10) CHECK(coldNs > 1.2 * hotNs, "cold " << coldNs << " ns, hot " << hotNs << " ns");

  CacheEviction eviction(network->team());
  for (const Cache& cache : cpuInfo().caches) CHECK(eviction.bytes() >= 2 * cache.bytes, cache.level);

  std::vector<double> kernelNs;
  for (Passes* passes : {&hot, &cold}) {
    const double total = passes->runTimed(kernelNs);
    CHECK(kernelNs.size() == 1 && kernelNs[0] > 0 && kernelNs[0] <= total * 1.0001);
  }
  CHECK(test::throws<ProtocolError>([] { parseCacheState("lukewarm"); }));
  CHECK(test::throws<ProtocolError>([] { peakNamed("fp32", "abacus", cpuInfo().instructionSets); }));
}

void testMeasure(CacheState state) {
  const auto network = weightsOnly(2);
  MeasureSettings settings;
  settings.warmUp = {0.005, 10};
  settings.stopping = {0.01, 10, 0.2, 0.01};
  settings.cacheState = state;
  const Measured measured = measure(*network, settings, Cancellation(), [](double) {});
  CHECK(measured.warmupPasses >= 3, measured.warmupPasses);
  // Only after the longest time may there be fewer samples than were asked for.
  CHECK(measured.latencyNs.size() >= settings.stopping.minSamples || measured.stopped == StopReason::time, measured.latencyNs.size());
  for (const double ns : measured.latencyNs) CHECK(ns > 0);
  CHECK(measured.clockBeforeHz > 1e8 && measured.clockBeforeHz < 1e10, measured.clockBeforeHz);
  if (state == CacheState::inNetwork) {
    // As long as the shortest span that is timed, but for a warm-up that was slower than what followed.
    const double sampleNs = median(measured.latencyNs) * static_cast<double>(measured.passesPerSample);
    CHECK(sampleNs >= shortestSpanNs(measured.timer) / 2, sampleNs << " ns of " << shortestSpanNs(measured.timer));
  } else {
    CHECK(measured.passesPerSample == 1, measured.passesPerSample);
  }
  // What it writes and reads was touched in the warm-up.
  CHECK(measured.faults && measured.faults->minor <= static_cast<std::int64_t>(measured.latencyNs.size()),
        (measured.faults ? measured.faults->minor : -1));
  CHECK(measured.burstOperationsPerSecond.empty());
  settings.arithmetic = usablePeaks(cpuInfo().instructionSets).front();
  const Measured probed = measure(*network, settings, Cancellation(), [](double) {});
  const auto& bursts = probed.burstOperationsPerSecond;
  // One at the beginning, and one in fifty milliseconds.
  CHECK(!bursts.empty() && bursts.size() <= 1 + settings.stopping.maxSeconds / 0.02, bursts.size());
  for (const double burst : bursts) CHECK(burst > 1e7 && burst < 1e14, burst);
  // None where the members do not run at once.
  CHECK(probed.burstRoundTripNs.size() <= bursts.size());
  for (const double ns : probed.burstRoundTripNs) CHECK(ns > 1 && ns < 2e6, ns);
  Cancellation cancelled;
  cancelled.request();
  CHECK(test::throws<ProtocolError>([&] { measure(*network, settings, cancelled, [](double) {}); }));
}

}  // namespace

void testMeasure() {
  testVectors();
  testMemoryState();
  testRoundTrip();
  testTimer();
  testCacheStates();
  for (const CacheState state : {CacheState::inNetwork, CacheState::hot, CacheState::allCold}) testMeasure(state);
}
