#include "cpu/instruction_sets.h"

namespace plimsoll {

std::optional<InstructionSets> limitedTo(const InstructionSets& all, const std::string& name) {
  InstructionSets kept;
  if (name == "generic") return kept;
  if (name == "neon" && all.neon) {
    kept.neon = true;
    return kept;
  }
  if (name == "neon-bf16" && all.neonBf16) {
    kept.neon = kept.neonBf16 = true;
    return kept;
  }
  if (name == "avx2" && all.avx2) {
    kept.avx2 = true;
    return kept;
  }
  if (name == "avx512" && all.avx512) {
    kept.avx2 = kept.avx512 = true;
    return kept;
  }
  if (name == "avx512-bf16" && all.avx512Bf16) {
    kept.avx2 = kept.avx512 = kept.avx512Bf16 = kept.fastBf16Pairs = true;
    return kept;
  }
  return std::nullopt;
}

}  // namespace plimsoll
