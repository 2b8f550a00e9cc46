// What a program adds to the protocol: who it is, and how it makes a plan ready to run. All else is the server's.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "network/executable.h"
#include "network/planner.h"
#include "support/cancellation.h"
#include "support/json.h"

namespace plimsoll {

struct PrepareRequest {
  Graph graph;
  std::vector<PlannedKernel> plan;
  std::string dtype;
  std::size_t batch = 1;
  int threads = 1;
  std::uint64_t seed = 1;
  std::optional<std::string> instructionSet;  // the best one where there is none
  std::optional<MeasuredCeilings> ceilings;
};

class Provider {
 public:
  virtual ~Provider() = default;

  // The answer to `describe`.
  virtual Json describe() const = 0;
  // Throws ProtocolError: unsupported, badRequest, outOfMemory, cancelled.
  virtual std::unique_ptr<Executable> prepare(PrepareRequest request, const Cancellation& cancellation) const = 0;
};

}  // namespace plimsoll
