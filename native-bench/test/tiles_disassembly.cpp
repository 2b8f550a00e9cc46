// Reads the machine code of the products, as objdump prints it. Of those on tile registers this is what can be known on a machine
// without AMX: every unrolled pass must have its tile instructions, as many as its steps ask for and no more, the streamed loads
// among them, and keep nothing on the stack between them. Those on vectors must keep their sums in registers: one index into them that the
// compiler does not know puts all of them on the stack, at each tile, and with 28 sums of 512 bits that was 3.5% of the time.
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

struct VectorTile {
  std::string name;
  int sums = 0, vectorSpills = 0, products = 0;
};

void check(const VectorTile& tile) {
  const auto fail = [&](const std::string& what) {
    ++failures;
    std::cerr << "tile " << tile.name << ": " << what << "\n";
  };
  if (tile.products % tile.sums != 0) fail("it has " + std::to_string(tile.products) + " products");
  // Each sum once, on its way to the function that stores the last columns of a tensor; and the four bounds of the first row's epilogue,
  // for which the largest tiles have no registers yet.
  constexpr int bounds = 4;
  if (tile.vectorSpills > tile.sums + bounds) fail("it stores " + std::to_string(tile.vectorSpills) + " vectors on the stack");
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
  const std::regex vectorHeading("<.*(avx2|avx512|avx512Bf16|amx)::.*multiply(Tile|Strip)<(\\d+), (\\d+), (\\d+)[,>].*>:");
  const std::regex product("\\s(vfmadd[0-9]+ps|vdpbf16ps)\\s");
  int passes = 0, vectorTiles = 0, strips = 0;
  bool inside = false, insideVector = false, isStrip = false;
  Pass pass;
  VectorTile tileOfVectors;
  const auto finish = [&] {
    if (inside) {
      ++passes;
      check(pass);
    }
    if (insideVector) {
      ++(isStrip ? strips : vectorTiles);
      check(tileOfVectors);
    }
  };
  char buffer[4096];
  while (std::fgets(buffer, sizeof buffer, listing) != nullptr) {
    const std::string line = buffer;
    std::smatch match;
    if (line.find(">:") != std::string::npos) {
      finish();
      inside = std::regex_search(line, match, heading);
      if (inside) pass = {match[1] == "true", std::stoi(match[2]), {}, 0, 0};
      insideVector = std::regex_search(line, match, vectorHeading);
      if (insideVector) {
        const std::string shape = match[3].str() + " x " + match[4].str() + " x " + match[5].str();
        tileOfVectors = {match[1].str() + " " + match[2].str() + " " + shape, std::stoi(match[4]) * std::stoi(match[5]), 0, 0};
        isStrip = match[2] == "Strip";
      }
    } else if (inside) {
      if (std::regex_search(line, match, tile)) ++pass.tileInstructions[match[1]];
      if (std::regex_search(line, spill)) ++pass.vectorSpills;
      if (std::regex_search(line, call)) ++pass.calls;
    } else if (insideVector) {
      if (std::regex_search(line, spill)) ++tileOfVectors.vectorSpills;
      if (std::regex_search(line, product)) ++tileOfVectors.products;
    }
  }
  finish();
  pclose(listing);
  if (passes != 24) {
    std::cerr << "There should be 24 passes, of 1 to 12 steps with and without epilogue, and there are " << passes << ".\n";
    ++failures;
  }
  // One to six rows of AVX2 and one to fourteen of AVX-512, of one and two vectors, and those of narrow groups, in fp32 and bf16; of bf16
  // those of dot products, and those beside tile registers.
  const int expected = 2 * (2 * 6 + 12) + 4 * (2 * 14 + 14);
  if (vectorTiles != expected) {
    std::cerr << "There should be " << expected << " tiles of vectors, and there are " << vectorTiles << ".\n";
    ++failures;
  }
  // Of few channels: those of a group, or of an image.
  if (strips == 0) {
    std::cerr << "There are no strips of vectors.\n";
    ++failures;
  }
  std::cout << passes << " passes, " << vectorTiles << " tiles and " << strips << " strips of vectors read\n";
  return failures == 0 ? 0 : 1;
}
