#pragma once

#include <nlohmann/json.hpp>

namespace plimsoll {

// The answer to `describe`: this machine's only device, and what this program can do on it.
nlohmann::json describe();

}  // namespace plimsoll
