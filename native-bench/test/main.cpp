#include <cstring>
#include <iostream>

#include "check.h"
#include "cpu/cpu_info.h"
#include "kernels/kernel_choice.h"

namespace {

int failures = 0;

constexpr test::Subject subjects[] = {
    {"json", testJson},               {"philox", testPhilox},           {"bf16", testBf16},           {"cpu", testCpu},     {"memory", testMemory}, {"threads", testThreads},
    {"measure", testMeasure},         {"convolution", testConvolution}, {"operators", testOperators}, {"planner", testPlanner},
    {"fused", testFused},             {"verify", testVerify},
};

}  // namespace

void test::fail(const char* file, int line, const std::string& what) {
  // The first ones tell what is wrong; thousands more would hide them.
  if (++failures <= 20) std::cerr << file << ":" << line << ": " << what << "\n";
}

int main(int argc, char** argv) {
  std::cout << "instruction sets:";
  for (const auto* kernels : plimsoll::usableKernelSets(plimsoll::cpuInfo().instructionSets)) std::cout << " " << kernels->name;
  std::cout << "\n";
  bool found = false;
  for (const test::Subject& subject : subjects) {
    if (argc > 1 && std::strcmp(argv[1], subject.name) != 0) continue;
    found = true;
    const int before = failures;
    subject.run();
    std::cout << subject.name << ": " << (failures == before ? "ok" : "FAILED") << "\n";
  }
  if (!found) std::cerr << "There is no subject '" << argv[1] << "'.\n";
  return found && failures == 0 ? 0 : 1;
}
