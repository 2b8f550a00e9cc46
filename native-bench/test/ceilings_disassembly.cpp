// Reads the machine code of every ceiling's loop, as objdump prints it, and fails unless the loop does nothing but the
// arithmetic that it is counted for: a spilled sum or a load would make a ceiling that kernels beat.
//
//     ceilings-disassembly OBJDUMP PROGRAM OWN_PROGRAM
//
// Ends with 77, which ctest takes for skipped, where there is no objdump.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "calibrate/arithmetic.h"
#include "cpu/cpu_info.h"

namespace {

constexpr int skipped = 77;

struct Instruction {
  std::uint64_t address = 0;
  std::string mnemonic;
  std::string operands;
};

using Functions = std::map<std::string, std::vector<Instruction>>;

// What the loop of a function has to be made of.
struct Expectation {
  const char* function;
  const char* instructionSet;          // as in its PeakLoop
  std::vector<const char*> mnemonics;  // regular expressions, the telling one first; each occurs `chains` times
  const char* operand;                 // of every operand of these instructions
  int chains;                          // sums that do not wait for each other
  double operationsPerChain;
};

#if defined(PLIMSOLL_X86)
const std::vector<Expectation> expectations = {
    {"genericRounds", "generic", {"v?mulps", "v?addps"}, "%xmm\\d+", 12, 4 * 2},
    {"avx2Rounds", "avx2", {"vfmadd(132|213|231)ps"}, "%ymm\\d+", 12, 8 * 2},
    {"avx512Rounds", "avx512", {"vfmadd(132|213|231)ps"}, "%zmm\\d+", 24, 16 * 2},
    {"avx512Bf16Rounds", "avx512-bf16", {"vdpbf16ps"}, "%zmm\\d+", 24, 16 * 2 * 2},
#ifdef PLIMSOLL_AVX512_FP16
    {"avx512Fp16Rounds", "avx512-fp16", {"vfmadd(132|213|231)ph"}, "%zmm\\d+", 24, 32 * 2},
#endif
    {"avx512VnniRounds", "avx512-vnni", {"vpdpbusd"}, "%zmm\\d+", 24, 64 * 2},
    {"amxBf16Rounds", "amx-bf16", {"tdpbf16ps"}, "%tmm\\d+", 4, 16 * 16 * 32 * 2},
    {"amxInt8Rounds", "amx-int8", {"tdpbssd"}, "%tmm\\d+", 4, 16 * 16 * 64 * 2},
};
#elif defined(PLIMSOLL_ARM64)
const std::vector<Expectation> expectations = {
    {"genericRounds", "generic", {"fmul", "fadd"}, "v\\d+\\.4s", 12, 4 * 2},
    {"neonRounds", "neon", {"fmla"}, "v\\d+\\.4s", 24, 4 * 2},
    {"neonBf16Rounds", "neon-bf16", {"bfmmla"}, "v\\d+\\.(4s|8h)", 24, 16 * 2},
};
#else
const std::vector<Expectation> expectations;
#endif

#ifdef PLIMSOLL_X86
const std::regex memoryOperand("\\(");
const std::regex counterMnemonic("add|sub|inc|dec|cmp|test|lea");
const std::regex backwardJump("j[a-z]+");
// objdump writes the result last for x86 and first for Arm.
constexpr bool resultIsLast = true;
#else
const std::regex memoryOperand("\\[");
const std::regex counterMnemonic("add|sub|subs|cmp");
const std::regex backwardJump("b\\.[a-z]+|cbn?z");
constexpr bool resultIsLast = false;
#endif
// A count, a comparison and a jump.
constexpr int mostCounterInstructions = 3;

// ------------------------------------------------------------------------------------------------- loops that are wrong

using Floats = float __attribute__((vector_size(16)));

float sumOf(const Floats* sums, int count) {
  Floats total{};
  for (int i = 0; i < count; ++i) total += sums[i];
  return total[0] + total[3];
}

// More sums than any processor has registers.
[[gnu::noinline]] float spillingRounds(std::uint64_t count) {
  constexpr int chains = 40;
  const Floats factor = Floats{} + 0.999f;
  const Floats term = Floats{} + 0.001f;
  Floats sums[chains];
  for (int i = 0; i < chains; ++i) sums[i] = Floats{} + static_cast<float>(i + 2);
  for (std::uint64_t round = 0; round < count; ++round) {
#pragma GCC unroll 40
    for (int i = 0; i < chains; ++i) sums[i] = sums[i] * factor + term;
  }
  return sumOf(sums, chains);
}

// A factor that is read again in every round.
[[gnu::noinline]] float loadingRounds(std::uint64_t count, const volatile Floats& factor) {
  constexpr int chains = 8;
  const Floats term = Floats{} + 0.001f;
  Floats sums[chains];
  for (int i = 0; i < chains; ++i) sums[i] = Floats{} + static_cast<float>(i + 2);
  for (std::uint64_t round = 0; round < count; ++round) {
    const Floats now = factor;
#pragma GCC unroll 8
    for (int i = 0; i < chains; ++i) sums[i] = sums[i] * now + term;
  }
  return sumOf(sums, chains);
}

// Fewer chains than it is said to have.
[[gnu::noinline]] float shortRounds(std::uint64_t count) {
  constexpr int chains = 6;
  const Floats factor = Floats{} + 0.999f;
  const Floats term = Floats{} + 0.001f;
  Floats sums[chains];
  for (int i = 0; i < chains; ++i) sums[i] = Floats{} + static_cast<float>(i + 2);
  for (std::uint64_t round = 0; round < count; ++round) {
#pragma GCC unroll 6
    for (int i = 0; i < chains; ++i) sums[i] = sums[i] * factor + term;
  }
  return sumOf(sums, chains);
}

// ----------------------------------------------------------------------------------------------------- reading the code

Functions disassemble(const std::string& objdump, const std::string& program) {
  Functions functions;
  const std::string command = "'" + objdump + "' -d -C --no-show-raw-insn '" + program + "'";
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return functions;
  std::string text;
  char buffer[1 << 16];
  for (std::size_t size; (size = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) text.append(buffer, size);
  pclose(pipe);

  // "0000000000187b10 <plimsoll::(anonymous namespace)::avx2Rounds(unsigned long)>:" is filed under "avx2Rounds", and only
  // the functions of that name are kept: the rest is many thousand instructions.
  const std::regex wanted("::(\\w+Rounds)\\(");
  std::vector<Instruction>* current = nullptr;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.ends_with(">:")) {
      std::smatch name;
      current = std::regex_search(line, name, wanted) ? &functions[name[1]] : nullptr;
      continue;
    }
    const auto colon = line.find(":\t");
    if (current == nullptr || colon == std::string::npos) continue;
    Instruction instruction;
    instruction.address = std::strtoull(line.c_str(), nullptr, 16);
    std::istringstream rest(line.substr(colon + 2));
    rest >> instruction.mnemonic >> std::ws;
    std::getline(rest, instruction.operands);
    // Without the name of what is jumped to.
    instruction.operands = instruction.operands.substr(0, instruction.operands.find(" <"));
    current->push_back(instruction);
  }
  return functions;
}

std::vector<std::string> operandsOf(const Instruction& instruction) {
  std::vector<std::string> operands;
  std::istringstream stream(instruction.operands);
  for (std::string operand; std::getline(stream, operand, ',');) {
    operands.push_back(operand.substr(operand.find_first_not_of(' ')));
  }
  return operands;
}

bool isArithmetic(const Instruction& instruction, const Expectation& expected) {
  for (const char* mnemonic : expected.mnemonics) {
    if (std::regex_match(instruction.mnemonic, std::regex(mnemonic))) return true;
  }
  return false;
}

// The function's loops that hold its telling instruction, from the target of the jump to the jump.
std::vector<std::vector<Instruction>> loopsOf(const std::vector<Instruction>& function, const Expectation& expected) {
  std::vector<std::vector<Instruction>> loops;
  for (std::size_t end = 0; end < function.size(); ++end) {
    if (!std::regex_match(function[end].mnemonic, backwardJump)) continue;
    const auto operands = operandsOf(function[end]);
    const std::uint64_t target = std::strtoull(operands.back().c_str(), nullptr, 16);
    std::vector<Instruction> loop;
    bool tells = false;
    for (std::size_t i = 0; i <= end && target <= function[end].address; ++i) {
      if (function[i].address < target) continue;
      loop.push_back(function[i]);
      tells = tells || std::regex_match(function[i].mnemonic, std::regex(expected.mnemonics.front()));
    }
    if (tells) loops.push_back(loop);
  }
  return loops;
}

// What is wrong with the loop, a sentence each.
std::vector<std::string> faultsOf(const std::vector<Instruction>& function, const Expectation& expected) {
  const auto loops = loopsOf(function, expected);
  if (loops.size() != 1) return {"has " + std::to_string(loops.size()) + " loops with its arithmetic, not one"};
  std::vector<std::string> faults;
  std::map<std::string, int> counts;
  std::set<std::string> results;
  int counterInstructions = 0;
  for (const Instruction& instruction : loops.front()) {
    const std::string text = instruction.mnemonic + " " + instruction.operands;
    const bool isCounter = std::regex_match(instruction.mnemonic, counterMnemonic);
    if (isArithmetic(instruction, expected)) {
      for (const char* mnemonic : expected.mnemonics) {
        if (std::regex_match(instruction.mnemonic, std::regex(mnemonic))) ++counts[mnemonic];
      }
      const auto operands = operandsOf(instruction);
      for (const std::string& operand : operands) {
        if (!std::regex_match(operand, std::regex(expected.operand))) faults.push_back("reaches beyond its registers: " + text);
      }
      results.insert(resultIsLast ? operands.back() : operands.front());
    } else if (std::regex_search(instruction.operands, memoryOperand) && instruction.mnemonic != "lea") {
      faults.push_back("reads or writes memory: " + text);
    } else if (isCounter || &instruction == &loops.front().back()) {
      ++counterInstructions;
    } else {
      faults.push_back("does something else: " + text);
    }
  }
  // A compiler may do several rounds in one.
  const int rounds = counts[expected.mnemonics.front()] / expected.chains;
  for (const char* mnemonic : expected.mnemonics) {
    if (rounds < 1 || counts[mnemonic] != rounds * expected.chains) {
      faults.push_back("has " + std::to_string(counts[mnemonic]) + " " + mnemonic + ", not " + std::to_string(expected.chains));
    }
  }
  if (results.size() != static_cast<std::size_t>(expected.chains)) {
    faults.push_back("has " + std::to_string(results.size()) + " results, not " + std::to_string(expected.chains));
  }
  if (counterInstructions > mostCounterInstructions) {
    faults.push_back("counts with " + std::to_string(counterInstructions) + " instructions");
  }
  return faults;
}

bool mentions(const std::vector<std::string>& faults, const std::string& words) {
  for (const std::string& fault : faults) {
    if (fault.find(words) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string objdump = argc == 4 ? argv[1] : "";
  if (objdump.empty() || objdump.ends_with("NOTFOUND")) {
    std::cout << "skipped: there is no objdump (Debian's package binutils)\n";
    return skipped;
  }
  if (expectations.empty()) {
    std::cout << "skipped: this processor's instructions are not known here\n";
    return skipped;
  }
  int failures = 0;
  const auto fail = [&failures](const std::string& what) {
    std::cerr << what << "\n";
    ++failures;
  };

  const Functions ceilings = disassemble(objdump, argv[2]);
  for (const Expectation& expected : expectations) {
    const auto function = ceilings.find(expected.function);
    if (function == ceilings.end()) {
      fail(std::string(expected.function) + " is not in " + argv[2]);
      continue;
    }
    const auto faults = faultsOf(function->second, expected);
    for (const std::string& fault : faults) fail(std::string(expected.function) + " " + fault);
    if (faults.empty()) std::cout << expected.function << ": ok\n";
  }
  // Only those that this machine can run: even the accessor of another may hold its instructions.
  for (const plimsoll::PeakLoop& peak : plimsoll::usablePeaks(plimsoll::cpuInfo().instructionSets)) {
    bool agrees = false;
    for (const Expectation& expected : expectations) {
      agrees = agrees || (expected.instructionSet == std::string(peak.instructionSet) &&
                          peak.operationsPerRound == expected.chains * expected.operationsPerChain);
    }
    if (!agrees) fail(std::string(peak.instructionSet) + " counts other operations than its loop does");
  }

  // And the check itself: it has to object to loops that are wrong.
  volatile Floats factor = Floats{} + 0.5f;
  const auto rounds = static_cast<std::uint64_t>(argc);  // that no loop is unrolled away
  if (spillingRounds(rounds) + loadingRounds(rounds, factor) + shortRounds(rounds) < 0) std::cout << "(never)\n";
  const Functions own = disassemble(objdump, argv[3]);
  const auto faultsOfOwn = [&own](const char* name, int chains) {
    Expectation expected = expectations.front();
    expected.chains = chains;
    const auto function = own.find(name);
    return function == own.end() ? std::vector<std::string>{} : faultsOf(function->second, expected);
  };
  if (!mentions(faultsOfOwn("spillingRounds", 40), "memory")) fail("a spilled sum goes unnoticed");
  if (!mentions(faultsOfOwn("loadingRounds", 8), "memory")) fail("a load goes unnoticed");
  if (!mentions(faultsOfOwn("shortRounds", 12), "not 12")) fail("missing chains go unnoticed");
  if (!own.contains("shortRounds") || !faultsOfOwn("shortRounds", 6).empty()) fail("a right loop is objected to");
  return failures == 0 ? 0 : 1;
}
