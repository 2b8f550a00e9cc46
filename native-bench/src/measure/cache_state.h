// What the caches hold when a pass, or a kernel, begins.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "network/executable.h"
#include "support/aligned_buffer.h"

namespace plimsoll {

enum class CacheState {
  inNetwork,  // what the pass before, and in it the kernels before, left there
  hot,        // each kernel ran just before, on the same data
  allCold,    // nothing of the network: something else was read before each pass
};
// Throws ProtocolError: badRequest.
CacheState parseCacheState(const std::string& name);

// Reads so much that nothing else stays in any cache of the team.
class CacheEviction {
 public:
  // Throws ProtocolError: outOfMemory.
  explicit CacheEviction(ThreadPool& team);
  void evict();
  std::size_t bytes() const;

 private:
  ThreadPool& team_;
  std::vector<AlignedBuffer<float>> buffers_;  // one a member, filled by it
};

// Passes over a network, each begun in the same state of the caches.
class Passes {
 public:
  Passes(Executable& network, CacheState state);

  CacheState state() const { return state_; }
  // So many passes in one span, in nanoseconds of one pass. Only in the network can there be more than one.
  double run(std::size_t passes = 1);
  // One pass, with the time of each kernel.
  double runTimed(std::vector<double>& kernelNs);

 private:
  Executable& network_;
  CacheState state_;
  std::unique_ptr<CacheEviction> eviction_;
  std::vector<double> kernelNs_;
};

}  // namespace plimsoll
