#pragma once

namespace plimsoll {

// The calling core's clock now, in Hz, from a chain of dependent additions of one cycle each; 0 where there is no such
// chain for this processor. Takes about a millisecond.
double measureClockHz();

}  // namespace plimsoll
