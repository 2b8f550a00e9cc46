// A plan of a graph made ready to run: weights packed, activations placed, threads created.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cpu/thread_pool.h"
#include "kernels/kernel_set.h"
#include "network/graph.h"
#include "support/aligned_buffer.h"
#include "support/cancellation.h"

namespace plimsoll {

// One pass of the whole team over a kernel; a kernel with several has a barrier between them.
using Phase = std::function<void(const Member&)>;

struct Kernel {
  PlannedKernel plan;
  std::string implementation;
  std::vector<Phase> phases;
  std::vector<int> inputs;  // operators whose tensors it reads from outside
  int output = 0;
  std::size_t operations = 0, inputBytes = 0, outputBytes = 0, weightBytes = 0, workspaceBytes = 0;
};

struct NetworkOptions {
  std::size_t batch = 1;
  int threads = 1;
  std::uint64_t seed = 1;
  const KernelSet* kernels = nullptr;
};

class Network {
 public:
  // Draws the weights, packs them and fills the input. Throws ProtocolError: unsupported, outOfMemory, cancelled.
  Network(Graph graph, std::vector<PlannedKernel> plan, const NetworkOptions& options, const Cancellation& cancellation);

  const Graph& graph() const { return graph_; }
  const NetworkOptions& options() const { return options_; }
  const std::vector<Kernel>& kernels() const { return kernels_; }
  std::size_t activationBytes() const { return activations_.size() * sizeof(float); }
  std::size_t weightBytes() const { return weightBytes_; }
  ThreadPool& team() { return team_; }

  // One pass over all kernels, from the image to the last tensor.
  void run();
  // The same, with the time of each kernel in nanoseconds; returns the time of the whole.
  double runTimed(std::vector<double>& kernelNs);
  // One kernel alone, on what its inputs hold now.
  void runKernel(std::size_t index);

  // The tensor that an operator produces. Its memory is its own only until the last kernel that reads it.
  float* tensor(int id) const { return tensors_[static_cast<std::size_t>(id)]; }
  std::size_t tensorElements(int id) const { return options_.batch * graph_.at(id).output.elements(); }
  void fillInput();

 private:
  friend class NetworkBuilder;

  void runPhases(const Kernel& kernel, int member);

  Graph graph_;
  NetworkOptions options_;
  ThreadPool team_;
  std::vector<Kernel> kernels_;
  std::vector<float*> tensors_;
  AlignedBuffer<float> activations_;
  std::vector<AlignedBuffer<float>> parameters_;
  std::vector<AlignedBuffer<float>> scratch_;  // one a member
  std::size_t weightBytes_ = 0;
};

// The parameters of one operator, as every provider draws them.
struct Parameters {
  std::vector<float> weights, biases, secondWeights, secondBiases;
};
Parameters drawParameters(const Graph& graph, const Operator& op, std::uint64_t seed);

// Kinds of block that one fused kernel can run.
const std::vector<std::string>& fusableBlocks();

}  // namespace plimsoll
