// plimsoll-native-bench: executes networks on this machine's CPU and measures them. Speaks the provider protocol on
// stdin and stdout; try it by hand:
//
//     echo '{"id":1,"method":"describe"}' | plimsoll-native-bench
#include <unistd.h>

#include <csignal>
#include <iostream>
#include <string>

#include "cpu/cpu_info.h"
#include "kernels/kernel_choice.h"
#include "protocol/server.h"

namespace {

constexpr const char* usage =
    "plimsoll-native-bench speaks Plimsoll's provider protocol: one JSON request a line on stdin, one answer a line on\n"
    "stdout. For example:\n"
    "\n"
    "    echo '{\"id\":1,\"method\":\"describe\"}'  | plimsoll-native-bench\n"
    "    echo '{\"id\":1,\"method\":\"calibrate\"}' | plimsoll-native-bench\n"
    "\n"
    "Methods: describe, calibrate, prepare, verify, measure, profile, release, cancel, shutdown.\n"
    "\n"
    "Options: --isa NAME   run as on a machine whose best instruction set is NAME (generic, neon, avx2, avx512)\n"
    "         --version\n";

// Every way of using the program wrongly ends here.
int refuse(const std::string& why) {
  std::cerr << why << "\n\n" << usage;
  return 2;
}

std::string instructionSetNames() {
  std::string names;
  for (const plimsoll::KernelSet* kernels : plimsoll::usableKernelSets(plimsoll::cpuInfo().instructionSets)) {
    names += (names.empty() ? "" : ", ") + std::string(kernels->name);
  }
  return names;
}

}  // namespace

int main(int argc, char** argv) {
  for (int index = 1; index < argc; ++index) {
    const std::string option = argv[index];
    if (option == "--help" || option == "-h") {
      std::cout << usage;
      return 0;
    }
    if (option == "--version") {
      std::cout << "plimsoll-native-bench " PLIMSOLL_VERSION "\n";
      return 0;
    }
    if (option != "--isa") return refuse("There is no option '" + option + "'.");
    if (++index == argc) return refuse("--isa needs the name of an instruction set: " + instructionSetNames() + ".");
    if (!plimsoll::limitInstructionSets(argv[index])) {
      return refuse("There is no instruction set '" + std::string(argv[index]) + "' on this machine, or there are no kernels for it. There are: " +
                    instructionSetNames() + ".");
    }
  }
  // An interrupt from the keyboard goes to the whole group; the program that started this one decides what ends.
  if (isatty(STDIN_FILENO) == 0) std::signal(SIGINT, SIG_IGN);
  std::ios::sync_with_stdio(false);
  return plimsoll::serve(std::cin, std::cout);
}
