// Reads the machine code of the products on tiles, as objdump prints it: this is what can be known of them on a machine without
// AMX. Every unrolled pass must have its tile instructions, as many as its steps ask for and no more, the streamed loads
// among them, and keep nothing on the stack between them.
//
//     tiles-disassembly OBJDUMP PROGRAM
//
// Ends with 77, which ctest takes for skipped, where there is no objdump.
#include <cstdio>
#include <iostream>
#include <map>
#include <regex>
#include <string>

namespace {

constexpr int skipped = 77;

struct Pass {
  bool interleaved = false;
  int steps = 0;
  std::map<std::string, int> tileInstructions;
  int vectorSpills = 0, calls = 0;
};

int failures = 0;

void expect(bool condition, const Pass& pass, const std::string& what) {
  if (condition) return;
  ++failures;
  std::cerr << (pass.interleaved ? "interleaved" : "plain") << " pass of " << pass.steps << " steps: " << what << "\n";
}

void check(const Pass& pass) {
  const auto count = [&](const char* name) {
    const auto found = pass.tileInstructions.find(name);
    return found == pass.tileInstructions.end() ? 0 : found->second;
  };
  // The first block's first step and its other ones, the same steps of the blocks with an epilogue to do, and the next block's
  // first step between the stores.
  const int unrolled = pass.interleaved && pass.steps > 1 ? 2 * pass.steps : pass.steps + 1;
  expect(count("tdpbf16ps") == 4 * unrolled, pass, "it has " + std::to_string(count("tdpbf16ps")) + " products");
  expect(count("tileloaddt1") == 2 * unrolled, pass, "it streams " + std::to_string(count("tileloaddt1")) + " tiles");
  // Of weights; and sums that start from the bias or from what was left, twice.
  expect(count("tileloadd") == 2 * unrolled + 16, pass, "it loads " + std::to_string(count("tileloadd")) + " tiles");
  expect(count("tilestored") == 4, pass, "it stores " + std::to_string(count("tilestored")) + " tiles");
  if (!pass.interleaved) return;
  // With one step all rows are done at once, behind the stores, and the bounds may wait on the stack until then.
  if (pass.steps > 1) expect(pass.vectorSpills == 0, pass, "it keeps vectors on the stack");
  expect(pass.calls == 0, pass, "it calls a function");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3 || std::string(argv[1]).empty()) {
    std::cout << "skipped, for want of objdump\n";
    return skipped;
  }
  const std::string command = std::string(argv[1]) + " -d -C --no-show-raw-insn '" + argv[2] + "'";
  FILE* listing = popen(command.c_str(), "r");
  if (listing == nullptr) return skipped;
  const std::regex heading("<.*amx::.*runPass<(true|false), (\\d+)>.*>:");
  const std::regex tile("(tdpbf16ps|tileloaddt1|tileloadd|tilestored)\\s");
  const std::regex spill("vmov[a-z0-9]+\\s+%[yz]mm\\d+,.*\\(%r[sb]p");
  const std::regex call("\\scall\\s");
  int passes = 0;
  bool inside = false;
  Pass pass;
  const auto finish = [&] {
    if (!inside) return;
    ++passes;
    check(pass);
  };
  char buffer[4096];
  while (std::fgets(buffer, sizeof buffer, listing) != nullptr) {
    const std::string line = buffer;
    std::smatch match;
    if (line.find(">:") != std::string::npos) {
      finish();
      inside = std::regex_search(line, match, heading);
      if (inside) pass = {match[1] == "true", std::stoi(match[2]), {}, 0, 0};
    } else if (inside) {
      if (std::regex_search(line, match, tile)) ++pass.tileInstructions[match[1]];
      if (std::regex_search(line, spill)) ++pass.vectorSpills;
      if (std::regex_search(line, call)) ++pass.calls;
    }
  }
  finish();
  pclose(listing);
  if (passes != 24) {
    std::cerr << "There should be 24 passes, of 1 to 12 steps with and without epilogue, and there are " << passes << ".\n";
    ++failures;
  }
  std::cout << passes << " passes read\n";
  return failures == 0 ? 0 : 1;
}
