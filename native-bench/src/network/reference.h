// Every operator done plainly in fp64: what the kernels are held against. Slow, and short enough to be believed.
#pragma once

#include <cstdint>
#include <vector>

#include "cpu/thread_pool.h"
#include "network/data_type.h"
#include "network/graph.h"

namespace plimsoll {

using DoubleTensor = std::vector<double>;

// The result of one operator on these inputs, for `batch` images, with the parameters that `seed` gives, rounded to `dtype`.
DoubleTensor referenceOperator(const Graph& graph, const Operator& op, const std::vector<const DoubleTensor*>& inputs,
                               std::size_t batch, std::uint64_t seed, DataType dtype, ThreadPool& team);

}  // namespace plimsoll
