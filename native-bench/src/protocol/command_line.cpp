#include "protocol/command_line.h"

#include <unistd.h>

#include <csignal>
#include <cstring>
#include <iostream>

#include "protocol/server.h"

namespace plimsoll {
namespace {

std::string usageOf(const std::string& program) {
  return program +
         " speaks Plimsoll's provider protocol: one JSON request a line on stdin, one answer a line on\n"
         "stdout. For example:\n"
         "\n"
         "    echo '{\"id\":1,\"method\":\"describe\"}'  | " + program + "\n"
         "    echo '{\"id\":1,\"method\":\"calibrate\"}' | " + program + "\n"
         "\n"
         "Methods: describe, calibrate, prepare, verify, measure, profile, release, cancel, shutdown.\n";
}

}  // namespace

int runProvider(const std::string& program, const Provider& provider, int argc, char** argv) {
  if (argc > 1) {
    const bool asked = std::strcmp(argv[1], "--help") == 0 || std::strcmp(argv[1], "-h") == 0;
    if (asked) {
      std::cout << usageOf(program);
      return 0;
    }
    if (std::strcmp(argv[1], "--version") == 0) {
      std::cout << program << " " PLIMSOLL_VERSION "\n";
      return 0;
    }
    std::cerr << "There is no option '" << argv[1] << "'.\n\n" << usageOf(program);
    return 2;
  }
  // An interrupt from the keyboard goes to the whole group; the program that started this one decides what ends.
  if (isatty(STDIN_FILENO) == 0) std::signal(SIGINT, SIG_IGN);
  std::ios::sync_with_stdio(false);
  return serve(provider, std::cin, std::cout);
}

}  // namespace plimsoll
