// Small graphs for the tests, as they come over the protocol.
#pragma once

#include <nlohmann/json.hpp>

#include "network/network.h"
#include "network/verify.h"

// kernels_amx_emulated.cpp and kernels_pairs_emulated.cpp
namespace plimsoll {
const KernelSet& emulatedAmxKernels();
const KernelSet& emulatedPairKernels();
}  // namespace plimsoll

namespace test {

// Operators are added one by one; each one's id is returned, 0 being the image.
class GraphText {
 public:
  GraphText(int height, int width, int channels);
  int block(const std::string& kind);
  int conv(int input, int outChannels, int kernelSize, int stride, int groups, int pad);
  int linear(int input, int outFeatures);
  int pool(const std::string& kind, int input, int kernelSize, int stride, int pad);
  int squeezeExcite(int input, int squeezeChannels, const std::string& inner, const std::string& gate);
  int activation(int input, const std::string& function);
  int simple(const std::string& kind, const std::vector<int>& inputs);

  plimsoll::Graph parse() const;
  const nlohmann::json& document() const { return graph_; }

 private:
  int append(nlohmann::json op, int height, int width, int channels);
  const nlohmann::json& output(int id) const { return graph_["operators"][static_cast<std::size_t>(id)]["output"]; }

  nlohmann::json graph_;
};

// One kernel a group of ids, in order.
std::vector<plimsoll::PlannedKernel> planOf(const std::vector<std::vector<int>>& groups, const std::vector<bool>& fused = {},
                                            int fusedBlock = 0);

// Those that this machine can run, and those for tile registers and dot products in plain arithmetic.
std::vector<const plimsoll::KernelSet*> testedKernelSets();

// Whether every kernel computed what the reference does; `passed` also wants an output that could have told.
bool agrees(const plimsoll::Verification& verification);

// Every instruction set of these with each data type that it computes with.
struct Runnable {
  std::string name;
  const plimsoll::KernelSet* kernels;
  plimsoll::DataType dtype;
  // Between a fused block's result and that of its layers: sums in another order, and in bf16 a rounding that tips over.
  double fusionTolerance;
};
std::vector<Runnable> runnables();

struct Ran {
  plimsoll::Verification verification;
  std::vector<float> output;
};
Ran run(const GraphText& graph, const std::vector<plimsoll::PlannedKernel>& plan, const plimsoll::KernelSet& kernels,
        int threads, std::size_t batch = 2, plimsoll::DataType dtype = plimsoll::DataType::fp32,
        const decltype(plimsoll::NetworkOptions::choose)& choose = {});

}  // namespace test
