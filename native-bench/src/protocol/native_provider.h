#pragma once

#include "protocol/provider.h"

namespace plimsoll {

// This program's own kernels.
class NativeProvider : public Provider {
 public:
  Json describe() const override;
  std::unique_ptr<Executable> prepare(PrepareRequest request, const Cancellation& cancellation) const override;
};

}  // namespace plimsoll
