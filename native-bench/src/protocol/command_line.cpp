#include "protocol/command_line.h"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <iostream>

#include "cpu/cpu_info.h"
#include "kernels/kernel_choice.h"
#include "protocol/server.h"

namespace plimsoll {
namespace {

std::string usageOf(const std::string& program, const std::vector<ProgramOption>& options) {
  std::string usage = program +
                      " speaks Plimsoll's provider protocol: one JSON request a line on stdin, one answer a line on\n"
                      "stdout. For example:\n"
                      "\n"
                      "    echo '{\"id\":1,\"method\":\"describe\"}'  | " + program + "\n"
                      "    echo '{\"id\":1,\"method\":\"calibrate\"}' | " + program + "\n"
                      "\n"
                      "Methods: describe, calibrate, prepare, verify, measure, profile, release, cancel, shutdown.\n"
                      "\n"
                      "Options: --version\n";
  for (const ProgramOption& option : options) usage += std::string("         ") + option.help + "\n";
  return usage;
}

}  // namespace

int runProvider(const std::string& program, const Provider& provider, int argc, char** argv,
                const std::vector<ProgramOption>& options) {
  // Every way of using the program wrongly ends here.
  const auto refuse = [&](const std::string& why) {
    std::cerr << why << "\n\n" << usageOf(program, options);
    return 2;
  };
  // Before --version, so that who sets a checkout up sees that this program must be built again.
  if (const std::string missing = missingKernels(cpuInfo().instructionSets); !missing.empty()) {
    std::cerr << "This program was built without the kernels for " << missing
              << ", which this processor runs fastest, and takes no slower ones in their place. To build them, type: npm run setup\n";
    return 3;
  }
  for (int index = 1; index < argc; ++index) {
    const std::string name = argv[index];
    if (name == "--help" || name == "-h") {
      std::cout << usageOf(program, options);
      return 0;
    }
    if (name == "--version") {
      std::cout << program << " " PLIMSOLL_VERSION "\n";
      return 0;
    }
    const auto option = std::find_if(options.begin(), options.end(), [&](const ProgramOption& o) { return name == o.name; });
    if (option == options.end()) return refuse("There is no option '" + name + "'.");
    // The array of arguments ends in a null pointer.
    const std::string why = option->apply(argv[++index]);
    if (!why.empty()) return refuse(why);
  }
  // An interrupt from the keyboard goes to the whole group; the program that started this one decides what ends.
  if (isatty(STDIN_FILENO) == 0) std::signal(SIGINT, SIG_IGN);
  std::ios::sync_with_stdio(false);
  return serve(provider, std::cin, std::cout);
}

}  // namespace plimsoll
