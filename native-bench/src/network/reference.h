// Every operator done plainly in fp64: what the kernels are held against. Slow, and short enough to be believed.
#pragma once

#include <cstdint>
#include <vector>

#include "cpu/thread_pool.h"
#include "network/data_type.h"
#include "network/graph.h"

namespace plimsoll {

using DoubleTensor = std::vector<double>;

// The parameters of a network, and what else of its executor the result of an operator depends on.
struct ReferenceOptions {
  std::size_t batch = 1;
  std::uint64_t seed = 0;
  DataType dtype = DataType::fp32;  // that parameters are rounded to
  DataType gates = DataType::fp32;  // that the steps of squeeze-and-excite are kept in: Executable::gates
};

// The result of one operator on these inputs.
DoubleTensor referenceOperator(const Graph& graph, const Operator& op, const std::vector<const DoubleTensor*>& inputs,
                               const ReferenceOptions& options, ThreadPool& team);

}  // namespace plimsoll
