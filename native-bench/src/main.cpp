// plimsoll-native-bench: measures networks on this machine's CPU. Speaks the provider protocol (docs/provider-protocol.md) on
// stdin and stdout; try it by hand:
//
//     echo '{"id":1,"method":"describe"}' | plimsoll-native-bench
#include <string>

#include "cpu/cpu_info.h"
#include "kernels/kernel_choice.h"
#include "protocol/command_line.h"
#include "protocol/native_provider.h"

namespace {

std::string instructionSetNames() {
  std::string names;
  for (const plimsoll::KernelSet* kernels : plimsoll::usableKernelSets(plimsoll::cpuInfo().instructionSets)) {
    names += (names.empty() ? "" : ", ") + std::string(kernels->name);
  }
  return names;
}

std::string limitTo(const char* name) {
  if (name == nullptr) return "--isa needs the name of an instruction set: " + instructionSetNames() + ".";
  if (plimsoll::limitInstructionSets(name)) {
    if (plimsoll::missingKernels(plimsoll::cpuInfo().instructionSets).empty()) return "";
    return "This program was built without the kernels for '" + std::string(name) +
           "'. To build all, type: cmake -DPLIMSOLL_INSTRUCTION_SETS=all build/native && cmake --build build/native";
  }
  return "There is no instruction set '" + std::string(name) + "' on this machine, or there are no kernels for it. There are: " +
         instructionSetNames() + ".";
}

}  // namespace

int main(int argc, char** argv) {
  return plimsoll::runProvider(
      "plimsoll-native-bench", plimsoll::NativeProvider(), argc, argv,
      {{"--isa",
        "--isa NAME   run as on a machine whose best instruction set is NAME (generic, neon, neon-bf16, avx2, avx512, avx512-bf16)",
        limitTo}});
}
