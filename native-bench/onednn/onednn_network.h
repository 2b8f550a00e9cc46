// A plan of a graph as chains of oneDNN's primitives: one chain a kernel, every tensor in the format that its producer
// chose.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "network/executable.h"
#include "primitives.h"
#include "support/aligned_buffer.h"
#include "support/cancellation.h"

namespace plimsoll::onednn {

struct Step {
  dnnl::primitive primitive;
  std::unordered_map<int, memory> arguments;
};

struct Chain : PreparedKernel {
  std::vector<Step> steps;
};

class OnednnNetwork : public Executable {
 public:
  // Draws the weights, brings them into the formats that the primitives want, and fills the input. Throws ProtocolError:
  // unsupported, outOfMemory, cancelled.
  OnednnNetwork(Graph graph, std::vector<PlannedKernel> plan, std::size_t batch, int threads, std::uint64_t seed,
                DataType dtype, const Cancellation& cancellation);

  // Each step is a primitive, with a tensor between it and the next.
  DataType gates() const override { return dtype(); }
  std::string instructionSet() const override;
  std::size_t kernelCount() const override { return chains_.size(); }
  const PreparedKernel& kernel(std::size_t index) const override { return chains_[index]; }
  std::size_t activationBytes() const override { return activations_.size() * sizeof(float); }
  std::size_t weightBytes() const override { return weightBytes_; }

  void run() override;
  double runTimed(std::vector<double>& kernelNs) override;
  void runKernel(std::size_t index) override;
  void runOnThreads(const TeamFunction& function) override;

  void fillInput() override;
  std::vector<float> readTensor(int id) const override;
  void poisonTensor(int id) override;

 private:
  friend class ChainBuilder;

  void useThreads() const;
  void runChain(const Chain& chain);

  int threads_;
  engine cpu_;
  mutable dnnl::stream stream_;
  std::vector<Chain> chains_;
  std::vector<memory> tensors_;  // by operator; empty for those that stay inside of a kernel
  std::vector<bool> overInput_;  // by operator: it is written over a tensor that its kernel reads
  AlignedBuffer<float> activations_;
  AlignedBuffer<float> workspace_;  // of whichever kernel runs
  std::vector<memory> parameters_;
  std::size_t weightBytes_ = 0;
};

memory::data_type storedType(DataType dtype);

// Of the best instructions that oneDNN uses here, by the names that the native provider gives. For bf16 empty where there are
// none: oneDNN would compute with it all the same, by way of fp32.
std::string instructionSetName(DataType dtype);

}  // namespace plimsoll::onednn
