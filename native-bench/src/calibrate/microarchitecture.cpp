// Sources: Intel 64 and IA-32 Architectures Optimization Reference Manual (ports of each microarchitecture, TMUL
// throughput); AMD Software Optimization Guides for Family 17h, 19h and 1Ah (floating-point unit); Arm's Software Optimization
// Guides of each core (throughput of FMLA, 128-bit form).
#include "calibrate/microarchitecture.h"

#include <algorithm>
#include <array>

namespace plimsoll {
namespace {

enum class Core { unknown, zen1, zen2, zen3, zen4, zen5Server, intelClient, intelServer, armTwoPipes, armFourPipes };

template <std::size_t N>
bool isOneOf(int model, const std::array<int, N>& models) {
  return std::find(models.begin(), models.end(), model) != models.end();
}

Core coreOf(const CpuInfo& cpu) {
  const int model = cpu.model;
  if (cpu.vendor == "AuthenticAMD") {
    if (cpu.family == 0x17) return model < 0x30 ? Core::zen1 : Core::zen2;
    if (cpu.family == 0x19) {
      const bool four = (model >= 0x10 && model <= 0x1f) || (model >= 0x60 && model <= 0x7f) || (model >= 0xa0 && model <= 0xaf);
      return four ? Core::zen4 : Core::zen3;
    }
    // Turin and Granite Ridge have the full 512-bit data path; the mobile parts do not.
    if (cpu.family == 0x1a && (model < 0x20 || (model >= 0x40 && model <= 0x4f))) return Core::zen5Server;
    return Core::unknown;
  }
  if (cpu.vendor == "GenuineIntel" && cpu.family == 6) {
    // Ice Lake, Sapphire Rapids, Emerald Rapids, Granite Rapids: two 512-bit units on every part.
    constexpr std::array server = {0x6a, 0x6c, 0x8f, 0xcf, 0xad, 0xae};
    // Haswell to Raptor Lake clients, whose 256-bit units are two.
    constexpr std::array client = {0x3c, 0x3f, 0x45, 0x46, 0x47, 0x4e, 0x4f, 0x56, 0x5e, 0x8e, 0x9e, 0xa5, 0xa6, 0x97, 0x9a, 0xb7, 0xba, 0xbf};
    if (isOneOf(model, server)) return Core::intelServer;
    if (isOneOf(model, client)) return Core::intelClient;
  }
  if (cpu.vendor == "Arm") {
    // Cortex-A76, Neoverse N1, Cortex-A77, Cortex-A78, Neoverse N2.
    constexpr std::array twoPipes = {0xd0b, 0xd0c, 0xd0d, 0xd41, 0xd49};
    // Neoverse V1, Cortex-X1, Neoverse V2.
    constexpr std::array fourPipes = {0xd40, 0xd44, 0xd4f};
    if (isOneOf(model, twoPipes)) return Core::armTwoPipes;
    if (isOneOf(model, fourPipes)) return Core::armFourPipes;
  }
  return Core::unknown;
}

}  // namespace

int operationsPerCycle(const CpuInfo& cpu, const std::string& dtype, const std::string& instructionSet) {
  const Core core = coreOf(cpu);
  if (core == Core::unknown) return 0;
  if (dtype == "fp32" && instructionSet == "avx2") return core == Core::zen1 ? 16 : 32;
  if (dtype == "fp32" && instructionSet == "avx512") {
    // Zen 4 does a 512-bit operation in two halves.
    if (core == Core::zen4) return 32;
    if (core == Core::zen5Server || core == Core::intelServer) return 64;
  }
  if (dtype == "fp32" && instructionSet == "neon") {
    if (core == Core::armTwoPipes) return 16;
    if (core == Core::armFourPipes) return 32;
  }
  // Two 512-bit units, as for fp32. Ice Lake has the bytes and not the halves, and then nobody asks for them.
  if (instructionSet == "avx512-fp16" && core == Core::intelServer) return 128;
  // The multiply-adds of fp32's pipes, of pairs: 63.8 a cycle were measured.
  if (instructionSet == "avx512-bf16" && core == Core::zen4) return 64;
  if (instructionSet == "avx512-vnni") {
    if (core == Core::zen4) return 128;
    if (core == Core::zen5Server || core == Core::intelServer) return 256;
  }
  // A tile product is 16 x 16 x 32 multiply-adds in 16 cycles, of bytes twice as many.
  if (instructionSet == "amx-bf16" && core == Core::intelServer) return 1024;
  if (instructionSet == "amx-int8" && core == Core::intelServer) return 2048;
  return 0;
}

}  // namespace plimsoll
