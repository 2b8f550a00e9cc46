// Expected failures, as they travel in the protocol: {code, message, detail}.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace plimsoll {

struct ProtocolError : std::runtime_error {
  ProtocolError(std::string errorCode, const std::string& message, std::string errorDetail = {})
      : std::runtime_error(message), code(std::move(errorCode)), detail(std::move(errorDetail)) {}

  std::string code;
  std::string detail;
};

[[noreturn]] inline void failBadRequest(const std::string& message) { throw ProtocolError("badRequest", message); }
[[noreturn]] inline void failUnsupported(const std::string& message) { throw ProtocolError("unsupported", message); }

}  // namespace plimsoll
