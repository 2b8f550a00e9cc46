#pragma once

#include <string>

#include "protocol/provider.h"

namespace plimsoll {

// The `main` of a provider: --help and --version, else serves on stdin and stdout. Returns the exit status.
int runProvider(const std::string& program, const Provider& provider, int argc, char** argv);

}  // namespace plimsoll
