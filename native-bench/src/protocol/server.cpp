#include "protocol/server.h"

#include <algorithm>
#include <cmath>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <string>
#include <thread>

#include "calibrate/calibrate.h"
#include "cpu/cpu_info.h"
#include "measure/measure.h"
#include "network/verify.h"
#include "support/cancellation.h"
#include "support/elapsed.h"
#include "support/json.h"
#include "support/median.h"

namespace plimsoll {
namespace {

constexpr double defaultSecondsPerCeiling = 0.1;
constexpr auto progressInterval = std::chrono::milliseconds(200);

CacheState cacheStateOf(const Json& body) { return parseCacheState(body.value("cacheState", "in-network")); }

// More digits of a round trip say nothing.
double tenths(double value) { return std::round(value * 10) / 10; }

class Server {
 public:
  Server(const Provider& provider, std::ostream& output) : provider_(provider), output_(output) {}

  int run(std::istream& input) {
    // Reading must not flush the output: the other thread may be in the middle of a line.
    input.tie(nullptr);
    std::thread worker([this] { work(); });
    std::string line;
    while (!ending() && std::getline(input, line)) {
      if (line.find_first_not_of(" \t\r") != std::string::npos) read(line);
    }
    {
      const std::lock_guard lock(mutex_);
      inputEnded_ = true;
    }
    changed_.notify_all();
    worker.join();
    return 0;
  }

 private:
  struct Request {
    std::int64_t id = 0;
    std::string method;
    Json body;
  };

  // ------------------------------------------------------------------------------------------- the thread that reads

  bool ending() {
    const std::lock_guard lock(mutex_);
    return shuttingDown_;
  }

  void read(const std::string& line) {
    Json body = Json::parse(line);
    if (!body.isObject()) return answerError(nullptr, {"badRequest", "The line is not a JSON object."});
    if (!body.contains("id") || !body.at("id").isCount()) {
      return answerError(nullptr, {"badRequest", "The request has no id that is a whole number from 0 on."});
    }
    if (!body.contains("method") || !body.at("method").isText()) {
      return answerError(body.at("id"), {"badRequest", "The request has no method."});
    }
    Request request{body.at("id").get<std::int64_t>(), body.at("method").get<std::string>(), std::move(body)};
    if (request.method == "cancel") return cancel(request);
    if (request.method == "shutdown") return shutdown(request);
    {
      const std::lock_guard lock(mutex_);
      queue_.push_back(std::move(request));
    }
    changed_.notify_all();
  }

  void cancel(const Request& request) {
    if (!request.body.contains("target") || !request.body.at("target").isCount()) {
      return answerError(request.id, {"badRequest", "cancel needs the id of a request as its target."});
    }
    const auto id = request.body.at("target").get<std::int64_t>();
    bool wasWaiting = false;
    {
      const std::lock_guard lock(mutex_);
      const auto waiting = std::find_if(queue_.begin(), queue_.end(), [&](const Request& r) { return r.id == id; });
      if (waiting != queue_.end()) {
        queue_.erase(waiting);
        wasWaiting = true;
      } else if (active_ == id) {
        cancellation_.request();
      }
    }
    if (wasWaiting) answerError(id, {"cancelled", "The request was cancelled before it began."});
    answer(request.id, Json::object());
  }

  void shutdown(const Request& request) {
    std::deque<Request> dropped;
    {
      const std::lock_guard lock(mutex_);
      shuttingDown_ = true;
      dropped.swap(queue_);
      cancellation_.request();
    }
    for (const Request& waiting : dropped) answerError(waiting.id, {"cancelled", "The program was shut down."});
    answer(request.id, Json::object());
    changed_.notify_all();
  }

  // ------------------------------------------------------------------------------------------ the thread that works

  void work() {
    while (true) {
      Request request;
      {
        std::unique_lock lock(mutex_);
        active_.reset();
        changed_.wait(lock, [this] { return shuttingDown_ || inputEnded_ || !queue_.empty(); });
        if (shuttingDown_ || queue_.empty()) return;
        request = std::move(queue_.front());
        queue_.pop_front();
        active_ = request.id;
        cancellation_.reset();
      }
      lastProgress_ = Clock::now();
      try {
        answer(request.id, handle(request));
      } catch (const ProtocolError& error) {
        answerError(request.id, error);
      } catch (const Json::Error& error) {
        answerError(request.id, {"badRequest", "The request '" + request.method + "' lacks a field or has a wrong one.", error.what()});
      } catch (const std::bad_alloc&) {
        answerError(request.id, {"outOfMemory", "There is not enough memory for this request."});
      } catch (const std::exception& error) {
        answerError(request.id, {"internal", "The request failed.", error.what()});
      }
    }
  }

  Json handle(const Request& request) {
    if (request.method == "describe") return provider_.describe();
    if (request.method == "calibrate") return handleCalibrate(request);
    if (request.method == "prepare") return handlePrepare(request);
    if (request.method == "verify") return handleVerify(request);
    if (request.method == "measure") return handleMeasure(request);
    if (request.method == "profile") return handleProfile(request);
    if (request.method == "release") {
      networkOf(request);
      networks_.erase(request.body.at("handle").get<std::int64_t>());
      return Json::object();
    }
    failBadRequest("There is no method '" + request.method + "'.");
  }

  Json handleCalibrate(const Request& request) {
    const double seconds = request.body.value("secondsPerCeiling", defaultSecondsPerCeiling);
    const std::string only = request.body.value("only", "");
    if (!only.empty() && only != "arithmetic") failBadRequest("calibrate knows no 'only': '" + only + "'.");
    const Ceilings which = only.empty() ? Ceilings::all : Ceilings::arithmetic;
    const Calibration found = calibrate(which, seconds, cancellation_, [&](double fraction, const std::string& next) {
      progress(request.id, fraction, next);
    });
    Json arithmetic = Json::array();
    for (const ArithmeticCeiling& ceiling : found.arithmetic) {
      Json entry = {{"dtype", ceiling.dtype},
                    {"instructionSet", ceiling.instructionSet},
                    {"threads", ceiling.threads},
                    {"operationsPerSecond", ceiling.operationsPerSecond}};
      if (ceiling.clockHz) entry["clockHz"] = *ceiling.clockHz;
      if (ceiling.roundTripNs) entry["roundTripNs"] = *ceiling.roundTripNs;
      if (ceiling.theoreticalOperationsPerSecond) {
        entry["theoreticalOperationsPerSecond"] = *ceiling.theoreticalOperationsPerSecond;
      }
      entry["samples"] = Json::array();
      for (const ArithmeticSample& sample : ceiling.samples) {
        Json one = {{"operationsPerSecond", std::llround(sample.operationsPerSecond)}};
        if (sample.clockHz) one["clockHz"] = std::llround(*sample.clockHz);
        if (sample.roundTripNs) one["roundTripNs"] = tenths(*sample.roundTripNs);
        entry["samples"].push_back(std::move(one));
      }
      arithmetic.push_back(std::move(entry));
    }
    constexpr const char* accessNames[] = {"read", "write", "copy", "triad"};
    Json bandwidth = Json::array();
    for (const BandwidthCeiling& ceiling : found.bandwidth) {
      Json entry = {{"level", ceiling.level},
                    {"access", accessNames[static_cast<int>(ceiling.access)]},
                    {"threads", ceiling.threads},
                    {"workingSetBytes", ceiling.workingSetBytes},
                    {"bytesPerSecond", ceiling.bytesPerSecond}};
      if (ceiling.hugePageBytes) entry["hugePageBytes"] = *ceiling.hugePageBytes;
      entry["samples"] = Json::array();
      for (const BandwidthSample& sample : ceiling.samples) {
        Json one = {{"bytesPerSecond", std::llround(sample.bytesPerSecond)}};
        if (sample.roundTripNs) one["roundTripNs"] = tenths(*sample.roundTripNs);
        entry["samples"].push_back(std::move(one));
      }
      bandwidth.push_back(std::move(entry));
    }
    return {{"device", cpuDeviceId()}, {"arithmetic", arithmetic}, {"bandwidth", bandwidth}};
  }

  Json handlePrepare(const Request& request) {
    const Json& body = request.body;
    PrepareRequest wanted;
    wanted.dtype = body.at("dtype").get<std::string>();
    wanted.graph = parseGraph(body.at("graph"));
    wanted.plan = parseKernels(body.at("kernels"), wanted.graph);
    if (body.contains("instructionSet")) wanted.instructionSet = body.at("instructionSet").get<std::string>();
    const auto batch = body.at("batch").get<std::int64_t>();
    const auto threads = body.at("threads").get<std::int64_t>();
    if (batch < 1 || batch > 4096) failBadRequest("The batch must be 1 to 4096.");
    if (threads < 1 || threads > 4 * cpuInfo().logicalCpus) {
      failBadRequest("threads must be 1 to " + std::to_string(4 * cpuInfo().logicalCpus) + " on this machine.");
    }
    wanted.batch = static_cast<std::size_t>(batch);
    wanted.threads = static_cast<int>(threads);
    wanted.seed = body.at("seed").get<std::uint64_t>();
    if (body.contains("ceilings")) wanted.ceilings = parseCeilings(body.at("ceilings"));
    std::unique_ptr<Executable> network = provider_.prepare(std::move(wanted), cancellation_);
    Json kernels = Json::array();
    for (std::size_t index = 0; index < network->kernelCount(); ++index) {
      const PreparedKernel& kernel = network->kernel(index);
      Json entry = {{"name", kernel.plan.name},
                    {"implementation", kernel.implementation},
                    {"operations", kernel.operations},
                    {"inputBytes", kernel.inputBytes},
                    {"outputBytes", kernel.outputBytes},
                    {"weightBytes", kernel.weightBytes},
                    {"workspaceBytes", kernel.workspaceBytes}};
      if (!kernel.schedule.empty()) entry["schedule"] = kernel.schedule;
      if (kernel.prediction) entry["prediction"] = describePrediction(*kernel.prediction);
      kernels.push_back(std::move(entry));
    }
    const std::int64_t handle = nextHandle_++;
    Json result = {{"handle", handle},
                   {"instructionSet", network->instructionSet()},
                   {"kernels", kernels},
                   {"activationBytes", network->activationBytes()},
                   {"weightBytes", network->weightBytes()}};
    networks_[handle] = std::move(network);
    return result;
  }

  static MeasuredCeilings parseCeilings(const Json& object) {
    MeasuredCeilings ceilings;
    const auto rate = [](const Json& from, const char* key) {
      const auto value = from.at(key).get<double>();
      if (!(value > 0)) failBadRequest("A ceiling must be more than zero.");
      return value;
    };
    ceilings.operationsPerSecond = rate(object, "operationsPerSecond");
    for (const Json& level : object.at("levels")) {
      ceilings.bytesPerSecond.emplace_back(level.at("level").get<std::string>(), rate(level, "bytesPerSecond"));
    }
    return ceilings;
  }

  static Json describePrediction(const Prediction& prediction) {
    Json levels = Json::array();
    for (const auto& [level, bytes, timeNs] : prediction.levels) {
      levels.push_back({{"level", level}, {"bytes", std::llround(bytes)}, {"timeNs", timeNs}});
    }
    return {{"timeNs", prediction.timeNs()},
            {"arithmeticNs", prediction.arithmeticNs},
            {"pointwiseNs", prediction.pointwiseNs},
            {"levels", levels}};
  }

  Executable& networkOf(const Request& request) {
    const auto handle = request.body.at("handle").get<std::int64_t>();
    const auto found = networks_.find(handle);
    if (found == networks_.end()) {
      throw ProtocolError("unknownHandle", "There is no network with the handle " + std::to_string(handle) + ".");
    }
    return *found->second;
  }

  Json handleVerify(const Request& request) {
    const Verification result =
        verify(networkOf(request), cancellation_, [&](double fraction) { progress(request.id, fraction); });
    Json kernels = Json::array();
    for (const KernelCheck& check : result.kernels) {
      kernels.push_back({{"name", check.name},
                         {"passed", check.passed},
                         {"relativeL2Error", check.relativeL2Error},
                         {"maxError", check.maxError},
                         {"tolerance", check.tolerance}});
    }
    const OutputEvidence& output = result.output;
    return {{"passed", result.passed},
            {"kernels", kernels},
            {"output",
             {{"mean", output.mean},
              {"standardDeviation", output.standardDeviation},
              {"zeroFraction", output.zeroFraction},
              {"values", output.values}}}};
  }

  Json handleMeasure(const Request& request) {
    const Json& body = request.body;
    MeasureSettings wanted;
    wanted.warmUp.minSeconds = body.at("warmupSeconds").get<double>();
    wanted.warmUp.maxSeconds = body.value("warmupMaxSeconds", wanted.warmUp.minSeconds);
    wanted.stopping.minSeconds = body.at("minSeconds").get<double>();
    wanted.stopping.minSamples = body.at("minSamples").get<std::size_t>();
    wanted.stopping.maxSeconds = body.at("maxSeconds").get<double>();
    if (body.contains("noiseTarget")) wanted.stopping.noiseTarget = body.at("noiseTarget").get<double>();
    wanted.cacheState = cacheStateOf(body);
    if (body.contains("arithmetic")) {
      const Json& loop = body.at("arithmetic");
      wanted.arithmetic = peakNamed(loop.at("dtype").get<std::string>(), loop.at("instructionSet").get<std::string>(), cpuInfo().instructionSets);
    }
    const Measured measured = measure(networkOf(request), wanted, cancellation_,
                                      [&](double fraction) { progress(request.id, fraction); });
    Json result = {{"latencyNs", measured.latencyNs},
                   {"warmupPasses", measured.warmupPasses},
                   {"warm", measured.warm},
                   {"stopped", stopReasonName(measured.stopped)},
                   {"passesPerSample", measured.passesPerSample},
                   {"timerResolutionNs", measured.timer.resolutionNs},
                   {"timerOverheadNs", measured.timer.overheadNs}};
    if (measured.clockBeforeHz > 0 && measured.clockAfterHz > 0) {
      result["clockHz"] = {{"before", measured.clockBeforeHz}, {"after", measured.clockAfterHz}};
    }
    if (const auto& bursts = measured.burstOperationsPerSecond; !bursts.empty()) {
      result["arithmetic"] = {{"operationsPerSecond", bursts}};
      if (!measured.burstRoundTripNs.empty()) result["arithmetic"]["roundTripNs"] = measured.burstRoundTripNs;
    }
    if (measured.faults) result["pageFaults"] = {{"minor", measured.faults->minor}, {"major", measured.faults->major}};
    if (measured.pages) {
      result["memory"] = {{"anonymousBytes", measured.pages->anonymousBytes}, {"hugePageBytes", measured.pages->hugeBytes}};
    }
    return result;
  }

  Json handleProfile(const Request& request) {
    Executable& network = networkOf(request);
    const auto repetitions = request.body.at("repetitions").get<std::size_t>();
    if (repetitions < 1) failBadRequest("profile needs at least one repetition.");
    std::vector<std::vector<double>> times(network.kernelCount());
    std::vector<double> totals;
    std::vector<double> kernelNs;
    Passes passes(network, cacheStateOf(request.body));
    passes.run();
    for (std::size_t repetition = 0; repetition < repetitions; ++repetition) {
      cancellation_.throwIfRequested();
      totals.push_back(passes.runTimed(kernelNs));
      for (std::size_t i = 0; i < kernelNs.size(); ++i) times[i].push_back(kernelNs[i]);
      progress(request.id, static_cast<double>(repetition + 1) / static_cast<double>(repetitions));
    }
    Json kernels = Json::array();
    for (std::size_t i = 0; i < times.size(); ++i) {
      kernels.push_back({{"name", network.kernel(i).plan.name}, {"latencyNs", std::max(1.0, median(times[i]))}});
    }
    return {{"kernels", kernels}, {"totalLatencyNs", median(totals)}};
  }

  // ------------------------------------------------------------------------------------------------------- answers

  void progress(std::int64_t id, double fraction, const std::string& note = {}) {
    if (Clock::now() - lastProgress_ < progressInterval) return;
    lastProgress_ = Clock::now();
    Json message = {{"id", id}, {"event", "progress"}, {"fraction", fraction}};
    if (!note.empty()) message["note"] = note;
    write(message);
  }

  void answer(std::int64_t id, Json result) { write({{"id", id}, {"result", std::move(result)}}); }

  void answerError(const Json& id, const ProtocolError& error) {
    Json data = {{"code", error.code}, {"message", error.what()}};
    if (!error.detail.empty()) data["detail"] = error.detail;
    write({{"id", id}, {"error", std::move(data)}});
  }

  void write(const Json& message) {
    const std::string line = message.dump();
    const std::lock_guard lock(outputMutex_);
    output_ << line << '\n' << std::flush;
  }

  const Provider& provider_;
  std::ostream& output_;
  std::mutex outputMutex_;

  std::mutex mutex_;  // guards what follows, up to the blank line
  std::condition_variable changed_;
  std::deque<Request> queue_;
  std::optional<std::int64_t> active_;
  bool inputEnded_ = false;
  bool shuttingDown_ = false;

  Cancellation cancellation_;
  Clock::time_point lastProgress_;
  std::map<std::int64_t, std::unique_ptr<Executable>> networks_;
  std::int64_t nextHandle_ = 1;
};

}  // namespace

int serve(const Provider& provider, std::istream& input, std::ostream& output) {
  return Server(provider, output).run(input);
}

}  // namespace plimsoll
