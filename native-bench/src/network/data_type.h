// What tensors and weights are kept as.
#pragma once

#include <cstddef>
#include <cstdint>

namespace plimsoll {

enum class DataType : std::uint8_t { fp32, bf16 };

inline std::size_t bytesPerElement(DataType dtype) { return dtype == DataType::bf16 ? 2 : 4; }

}  // namespace plimsoll
