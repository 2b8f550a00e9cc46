#include "measure/cache_state.h"

#include <algorithm>
#include <atomic>
#include <new>

#include "cpu/cpu_info.h"
#include "cpu/memory_info.h"
#include "support/elapsed.h"
#include "support/error.h"

namespace plimsoll {
namespace {

// Caches do not evict strictly by age: twice what they hold, and of each core's own caches four times.
std::size_t evictionBytesOfMember(const CpuInfo& cpu, std::size_t team) {
  std::size_t shared = 0;
  std::size_t own = 0;
  for (const Cache& cache : cpu.caches) {
    shared = std::max(shared, cache.bytes * cacheInstances(cpu, cache));
    if (cache.level != "L3") own = std::max(own, cache.bytes);
  }
  // Where no size is known, more than any cache of today's.
  if (shared == 0) shared = std::size_t{256} << 20;
  return std::max(2 * shared / team, 4 * own);
}

}  // namespace

CacheState parseCacheState(const std::string& name) {
  if (name == "in-network") return CacheState::inNetwork;
  if (name == "hot") return CacheState::hot;
  if (name == "all-cold") return CacheState::allCold;
  failBadRequest("cacheState must be in-network, hot or all-cold, and not '" + name + "'.");
}

CacheEviction::CacheEviction(ThreadPool& team) : team_(team), buffers_(static_cast<std::size_t>(team.size())) {
  const auto members = static_cast<std::size_t>(team.size());
  const std::size_t bytes = evictionBytesOfMember(cpuInfo(), members);
  const auto refuse = [&] {
    throw ProtocolError("outOfMemory", "There is not enough memory to empty the caches: that takes " +
                                           std::to_string(bytes * members >> 20) + " MiB.");
  };
  if (bytes * members > availableMemoryBytes() / 2) refuse();
  std::atomic<bool> failed{false};
  team_.run([&](int member) {
    try {
      buffers_[static_cast<std::size_t>(member)] = AlignedBuffer<float>(bytes / sizeof(float));
    } catch (const std::bad_alloc&) {
      failed = true;
    }
  });
  if (failed) refuse();
}

std::size_t CacheEviction::bytes() const {
  std::size_t sum = 0;
  for (const auto& buffer : buffers_) sum += buffer.size() * sizeof(float);
  return sum;
}

void CacheEviction::evict() {
  team_.run([this](int member) {
    constexpr std::size_t line = 16;  // floats
    const AlignedBuffer<float>& buffer = buffers_[static_cast<std::size_t>(member)];
    // Only read: what is written would have to be written back while the network runs.
    const volatile float* values = buffer.data();
    for (std::size_t i = 0; i < buffer.size(); i += line) static_cast<void>(values[i]);
  });
}

Passes::Passes(Executable& network, CacheState state) : network_(network), state_(state) {
  if (state == CacheState::allCold) eviction_ = std::make_unique<CacheEviction>(network.team());
}

double Passes::run(std::size_t passes) {
  if (state_ == CacheState::hot) return runTimed(kernelNs_);
  if (eviction_) eviction_->evict();
  const auto start = Clock::now();
  for (std::size_t pass = 0; pass < passes; ++pass) network_.run();
  return nanosecondsSince(start) / static_cast<double>(passes);
}

double Passes::runTimed(std::vector<double>& kernelNs) {
  if (state_ != CacheState::hot) {
    if (eviction_) eviction_->evict();
    return network_.runTimed(kernelNs);
  }
  kernelNs.assign(network_.kernelCount(), 0.0);
  double sum = 0;
  for (std::size_t index = 0; index < kernelNs.size(); ++index) {
    network_.runKernel(index);
    const auto start = Clock::now();
    network_.runKernel(index);
    kernelNs[index] = nanosecondsSince(start);
    sum += kernelNs[index];
  }
  return sum;
}

}  // namespace plimsoll
