// The provider protocol on two streams: one JSON object a line each way (docs/provider-protocol.md).
#pragma once

#include <istream>
#include <ostream>

#include "protocol/provider.h"

namespace plimsoll {

// Serves until `shutdown`, or until the input ends and what it asked for is done. Returns the exit status.
int serve(const Provider& provider, std::istream& input, std::ostream& output);

}  // namespace plimsoll
