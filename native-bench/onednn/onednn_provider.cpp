#include "onednn_provider.h"


#include "cpu/cpu_info.h"
#include "onednn_network.h"
#include "protocol/describe.h"
#include "support/error.h"
#include "support/json.h"

namespace plimsoll::onednn {
namespace {

constexpr bool hasOpenMp = DNNL_CPU_THREADING_RUNTIME == DNNL_RUNTIME_OMP;

// Of the library that is loaded, which may be newer than the headers.
std::string versionText() {
  const dnnl_version_t* version = dnnl_version();
  return std::to_string(version->major) + "." + std::to_string(version->minor) + "." + std::to_string(version->patch);
}

std::string runtimeText() {
  switch (dnnl_version()->cpu_runtime) {
    case DNNL_RUNTIME_OMP: return "OpenMP";
    case DNNL_RUNTIME_TBB: return "TBB";
    case DNNL_RUNTIME_SEQ: return "sequential";
    case DNNL_RUNTIME_THREADPOOL: return "thread pool";
    default: return "unknown";
  }
}

}  // namespace

Json OnednnProvider::describe() const {
  Json dataTypes = Json::array({"fp32"});
  if (!instructionSetName(DataType::bf16).empty()) dataTypes.push_back("bf16");
  return {
      {"protocol", 1},
      {"provider", "onednn"},
      {"version", PLIMSOLL_VERSION},
      {"libraries", {{"onednn", versionText()}, {"onednn threads", runtimeText()}, {"compiler", compilerName()}}},
      {"devices", Json::array({describeCpu({instructionSetName(DataType::fp32)})})},
      {"dataTypes", dataTypes},
      {"operators", operatorNames()},
      {"plans", Json::array({"layerwise"})},
      {"fusableBlocks", Json::array()},
  };
}

std::unique_ptr<Executable> OnednnProvider::prepare(PrepareRequest request, const Cancellation& cancellation) const {
  if (request.dtype != "fp32" && request.dtype != "bf16") failUnsupported("oneDNN is spoken to in fp32 and bf16 only.");
  const DataType dtype = request.dtype == "bf16" ? DataType::bf16 : DataType::fp32;
  const std::string instructionSet = instructionSetName(dtype);
  if (instructionSet.empty()) failUnsupported("This processor has no instructions for bf16 that oneDNN would use.");
  if (request.instructionSet && *request.instructionSet != instructionSet) {
    failUnsupported("oneDNN chooses its instructions itself, here " + instructionSet +
                    "; ONEDNN_MAX_CPU_ISA in the environment limits them.");
  }
  if (request.threads > 1 && !hasOpenMp) {
    failUnsupported("This oneDNN was built for " + runtimeText() + "; only one with OpenMP can be told to use " +
                    std::to_string(request.threads) + " threads.");
  }
  return std::make_unique<OnednnNetwork>(std::move(request.graph), std::move(request.plan), request.batch,
                                         request.threads, request.seed, dtype, cancellation);
}

}  // namespace plimsoll::onednn
