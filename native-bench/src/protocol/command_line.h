#pragma once

#include <string>
#include <vector>

#include "protocol/provider.h"

namespace plimsoll {

// An option with a value.
struct ProgramOption {
  const char* name;
  const char* help;
  // Returns why the value cannot be taken, or nothing; the value is null where it is missing.
  std::string (*apply)(const char* value);
};

// The `main` of a provider: its options, --help and --version, else serves on stdin and stdout. Returns the exit status.
int runProvider(const std::string& program, const Provider& provider, int argc, char** argv,
                const std::vector<ProgramOption>& options = {});

}  // namespace plimsoll
