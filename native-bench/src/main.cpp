// plimsoll-native-bench: executes networks on this machine's CPU and measures them. Speaks the provider protocol on
// stdin and stdout; try it by hand:
//
//     echo '{"id":1,"method":"describe"}' | plimsoll-native-bench
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <iostream>

#include "protocol/server.h"

namespace {

constexpr const char* usage =
    "plimsoll-native-bench speaks Plimsoll's provider protocol: one JSON request a line on stdin, one answer a line on\n"
    "stdout. For example:\n"
    "\n"
    "    echo '{\"id\":1,\"method\":\"describe\"}'  | plimsoll-native-bench\n"
    "    echo '{\"id\":1,\"method\":\"calibrate\"}' | plimsoll-native-bench\n"
    "\n"
    "Methods: describe, calibrate, prepare, verify, measure, profile, release, cancel, shutdown.\n";

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1) {
    const bool asked = std::strcmp(argv[1], "--help") == 0 || std::strcmp(argv[1], "-h") == 0;
    if (asked) {
      std::cout << usage;
      return 0;
    }
    if (std::strcmp(argv[1], "--version") == 0) {
      std::cout << "plimsoll-native-bench " PLIMSOLL_VERSION "\n";
      return 0;
    }
    std::cerr << "There is no option '" << argv[1] << "'.\n\n" << usage;
    return 2;
  }
  // An interrupt from the keyboard goes to the whole group; the program that started this one decides what ends.
  if (isatty(STDIN_FILENO) == 0) std::signal(SIGINT, SIG_IGN);
  std::ios::sync_with_stdio(false);
  return plimsoll::serve(std::cin, std::cout);
}
