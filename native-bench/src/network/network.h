// A plan of a graph made ready to run on our own kernels: weights packed, activations placed, threads created.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cpu/thread_pool.h"
#include "kernels/kernel_set.h"
#include "network/executable.h"
#include "network/planner.h"
#include "support/aligned_buffer.h"
#include "support/cancellation.h"

namespace plimsoll {

// One pass of the whole team over a kernel; a kernel with several has a barrier between them.
using Phase = std::function<void(const Member&)>;

struct Kernel : PreparedKernel {
  std::vector<Phase> phases;
};

struct NetworkOptions {
  std::size_t batch = 1;
  int threads = 1;
  std::uint64_t seed = 1;
  const KernelSet* kernels = nullptr;
  DataType dtype = DataType::fp32;
  // Chooses one of the schedules of a block; without it, that of the least predicted time.
  std::function<std::size_t(const std::vector<Schedule>&)> choose;
  std::optional<MeasuredCeilings> ceilings;  // what blocks are planned by; rules of thumb where they are not known
};

class Network : public Executable {
 public:
  // Draws the weights, packs them and fills the input. Throws ProtocolError: unsupported, outOfMemory, cancelled.
  Network(Graph graph, std::vector<PlannedKernel> plan, const NetworkOptions& options, const Cancellation& cancellation);

  const NetworkOptions& options() const { return options_; }
  const std::vector<Kernel>& kernels() const { return kernels_; }
  std::string instructionSet() const override { return options_.kernels->name; }
  std::size_t kernelCount() const override { return kernels_.size(); }
  const PreparedKernel& kernel(std::size_t index) const override { return kernels_[index]; }
  std::size_t activationBytes() const override { return activations_.size(); }
  std::size_t weightBytes() const override { return weightBytes_; }

  void run() override;
  double runTimed(std::vector<double>& kernelNs) override;
  void runKernel(std::size_t index) override;

  // The tensor that an operator produces. Its memory is its own only until the last kernel that reads it.
  void* tensor(int id) const { return tensors_[static_cast<std::size_t>(id)]; }
  void fillInput() override;
  std::vector<float> readTensor(int id) const override;
  void poisonTensor(int id) override;

 private:
  template <typename Stored>
  friend class NetworkBuilder;

  void runPhases(const Kernel& kernel, int member);
  void writeTensor(int id, const std::vector<float>& values);

  NetworkOptions options_;
  std::vector<Kernel> kernels_;
  std::vector<void*> tensors_;
  AlignedBuffer<std::byte> activations_;
  std::vector<AlignedBuffer<std::byte>> parameters_;
  std::vector<AlignedBuffer<float>> scratch_;  // one a member
  std::size_t weightBytes_ = 0;
};

// The parameters of one operator, as every provider draws them; those that are kept in the data type are rounded to it.
struct Parameters {
  std::vector<float> weights, biases, secondWeights, secondBiases;
};
Parameters drawParameters(const Graph& graph, const Operator& op, std::uint64_t seed, DataType dtype);

// Kinds of block that one fused kernel can run.
const std::vector<std::string>& fusableBlocks();

}  // namespace plimsoll
