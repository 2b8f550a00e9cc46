#include "onednn_network.h"

#include <algorithm>
#include <cstring>

#if DNNL_CPU_THREADING_RUNTIME == DNNL_RUNTIME_OMP
#include <omp.h>
#endif

#include "support/elapsed.h"
#include "support/philox.h"

namespace plimsoll::onednn {
namespace {

memory::desc nhwcOf(const Graph& graph, int id, std::size_t batch) {
  const Shape& shape = graph.at(id).output;
  const auto extent = [](std::size_t value) { return static_cast<memory::dim>(value); };
  return {{extent(batch), extent(shape.channels), extent(shape.height), extent(shape.width)},
          memory::data_type::f32,
          memory::format_tag::nhwc};
}

}  // namespace

// oneDNN asks OpenMP for the number of threads whenever it creates or runs a primitive. Which CPU each of them runs on was
// settled when the program started (main.cpp).
void OnednnNetwork::useThreads() const {
#if DNNL_CPU_THREADING_RUNTIME == DNNL_RUNTIME_OMP
  omp_set_num_threads(threads_);
#endif
}

void OnednnNetwork::runChain(const Chain& chain) {
  for (const Step& step : chain.steps) step.primitive.execute(stream_, step.arguments);
}

void OnednnNetwork::run() {
  useThreads();
  for (const Chain& chain : chains_) runChain(chain);
  stream_.wait();
}

double OnednnNetwork::runTimed(std::vector<double>& kernelNs) {
  useThreads();
  kernelNs.assign(chains_.size(), 0.0);
  const auto begin = Clock::now();
  auto start = begin;
  for (std::size_t index = 0; index < chains_.size(); ++index) {
    runChain(chains_[index]);
    stream_.wait();
    const auto end = Clock::now();
    kernelNs[index] = nanosecondsBetween(start, end);
    start = end;
  }
  return nanosecondsSince(begin);
}

void OnednnNetwork::runKernel(std::size_t index) {
  useThreads();
  runChain(chains_[index]);
  stream_.wait();
}

void OnednnNetwork::runOnThreads(const TeamFunction& function) {
#if DNNL_CPU_THREADING_RUNTIME == DNNL_RUNTIME_OMP
#pragma omp parallel num_threads(threads_)
  function(omp_get_thread_num());
#else
  Executable::runOnThreads(function);
#endif
}

void OnednnNetwork::fillInput() {
  // The image is always NHWC: what its reader wants instead is that kernel's to pay for.
  std::vector<float> values(tensorElements(0));
  uniformElements(seed_, streams::input, 0, values.size(), graph_.inputBound, values.data());
  memory image = tensors_[0];
  memory plain(nhwcOf(graph_, 0, batch_), cpu_, values.data());
  dnnl::reorder(plain, image).execute(stream_, plain, image);
  stream_.wait();
}

std::vector<float> OnednnNetwork::readTensor(int id) const {
  useThreads();
  std::vector<float> values(tensorElements(id));
  memory tensor = tensors_[static_cast<std::size_t>(id)];
  memory plain(nhwcOf(graph_, id, batch_), cpu_, values.data());
  dnnl::reorder(tensor, plain).execute(stream_, tensor, plain);
  stream_.wait();
  return values;
}

void OnednnNetwork::poisonTensor(int id) {
  const memory& tensor = tensors_[static_cast<std::size_t>(id)];
  if (overInput_[static_cast<std::size_t>(id)]) return;
  // All bits set is a NaN of every type.
  std::memset(tensor.get_data_handle(), 0xff, tensor.get_desc().get_size());
}

std::string OnednnNetwork::instructionSet() const { return instructionSetName(dtype_); }

memory::data_type storedType(DataType dtype) {
  return dtype == DataType::bf16 ? memory::data_type::bf16 : memory::data_type::f32;
}

std::string instructionSetName(DataType dtype) {
  const auto isa = static_cast<unsigned>(dnnl::get_effective_cpu_isa());
  // Each value holds the bits of those that it extends.
  const auto has = [isa](dnnl::cpu_isa wanted) {
    const auto bits = static_cast<unsigned>(wanted);
    return (isa & bits) == bits;
  };
  if (dtype == DataType::bf16) {
    if (has(dnnl::cpu_isa::avx512_core_amx)) return "amx-bf16";
    return has(dnnl::cpu_isa::avx512_core_bf16) ? "avx512-bf16" : "";
  }
  if (has(dnnl::cpu_isa::avx512_core)) return "avx512";
  if (has(dnnl::cpu_isa::avx2)) return "avx2";
  return "generic";
}

}  // namespace plimsoll::onednn
