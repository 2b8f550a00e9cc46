// Set by the thread that reads requests, looked at by the one that serves them.
#pragma once

#include <atomic>

#include "support/error.h"

namespace plimsoll {

class Cancellation {
 public:
  void request() { requested_.store(true, std::memory_order_relaxed); }
  void reset() { requested_.store(false, std::memory_order_relaxed); }
  void throwIfRequested() const {
    if (requested_.load(std::memory_order_relaxed)) throw ProtocolError("cancelled", "The request was cancelled.");
  }

 private:
  std::atomic<bool> requested_{false};
};

}  // namespace plimsoll
