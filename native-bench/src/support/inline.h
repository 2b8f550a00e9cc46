// Never emitted as a function of its own: the linker would keep one copy, perhaps that of an instruction set which the
// machine does not have.
#pragma once

#define PLIMSOLL_INLINE [[gnu::always_inline]] inline
