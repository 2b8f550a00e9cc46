#pragma once

#include "protocol/provider.h"

namespace plimsoll::onednn {

// oneDNN, layer by layer.
class OnednnProvider : public Provider {
 public:
  Json describe() const override;
  std::unique_ptr<Executable> prepare(PrepareRequest request, const Cancellation& cancellation) const override;
};

}  // namespace plimsoll::onednn
