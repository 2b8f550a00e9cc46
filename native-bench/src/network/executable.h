// A plan of a graph made ready to run, whoever's kernels run it: what the server measures and the verification checks.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cpu/thread_pool.h"
#include "network/arena.h"
#include "network/data_type.h"
#include "network/graph.h"
#include "network/prediction.h"

namespace plimsoll {

struct PreparedKernel {
  PlannedKernel plan;
  std::string implementation;
  std::vector<int> inputs;  // operators whose tensors it reads from outside
  int output = 0;
  std::size_t operations = 0, inputBytes = 0, outputBytes = 0, weightBytes = 0, workspaceBytes = 0;
  std::string schedule;                  // how a block is cut, for people; empty in other kernels
  std::optional<Prediction> prediction;  // where the ceilings are known
};

class Executable {
 public:
  Executable(Graph graph, std::size_t batch, int threads, std::uint64_t seed, DataType dtype);
  virtual ~Executable() = default;
  Executable(const Executable&) = delete;
  Executable& operator=(const Executable&) = delete;

  const Graph& graph() const { return graph_; }
  std::size_t batch() const { return batch_; }
  std::uint64_t seed() const { return seed_; }
  DataType dtype() const { return dtype_; }
  // For the reference, too.
  ThreadPool& team() { return team_; }
  // What squeeze-and-excite keeps its means, its hidden layer and its factors in. Where that is bf16 a result is held against one that
  // was rounded in the same places: an exponential makes one percent of a rounding in its argument.
  virtual DataType gates() const { return DataType::fp32; }
  std::size_t tensorElements(int id) const { return batch_ * graph_.at(id).output.elements(); }

  virtual std::string instructionSet() const = 0;
  virtual std::size_t kernelCount() const = 0;
  virtual const PreparedKernel& kernel(std::size_t index) const = 0;
  virtual std::size_t activationBytes() const = 0;
  virtual std::size_t weightBytes() const = 0;

  // One pass over all kernels, from the image to the last tensor.
  virtual void run() = 0;
  // The same, with the time of each kernel in nanoseconds; returns the time of the whole.
  virtual double runTimed(std::vector<double>& kernelNs) = 0;
  // One kernel alone, on what its inputs hold now.
  virtual void runKernel(std::size_t index) = 0;
  // Something else on the threads that a pass runs on, so that no other threads are in their way.
  virtual void runOnThreads(const TeamFunction& function) { team_.run(function); }

  virtual void fillInput() = 0;
  // The tensor that an operator produced, as NHWC; valid only until the last kernel that reads it has run.
  virtual std::vector<float> readTensor(int id) const = 0;
  // Fills the tensor with NaNs, so that what an earlier one left in this memory cannot pass for a result; but not where it
  // is written over an input, which it would have to differ from.
  virtual void poisonTensor(int id) = 0;

 protected:
  Graph graph_;
  std::size_t batch_;
  std::uint64_t seed_;
  DataType dtype_;
  ThreadPool team_;
};

// What follows from the plan alone: inputs, output, operations and compulsory bytes.
void describeKernel(PreparedKernel& kernel, const Graph& graph, std::size_t batch, DataType dtype);

// Of the image and of every kernel's output, in this order. The image lives through the whole pass, so that it need not be
// filled again before each; what nobody reads is the network's result and must outlive the pass.
struct TensorLifetime {
  int id;
  int firstStep;
  int lastStep;
};
std::vector<TensorLifetime> tensorLifetimes(const std::vector<const PreparedKernel*>& kernels);

}  // namespace plimsoll
