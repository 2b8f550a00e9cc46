// Sources: Linux, Documentation/arch/arm64/elf_hwcaps.rst and arch/arm64/include/uapi/asm/hwcap.h; the MIDR_EL1 pages of Arm's
// technical reference manuals; for other makers' cores Linux, arch/arm64/include/asm/cputype.h.
#include "cpu/arm_processor.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>

namespace plimsoll {
namespace {

struct Name {
  int id;
  const char* name;
};

constexpr std::array implementers = {
    Name{0x41, "Arm"},  Name{0x42, "Broadcom"}, Name{0x43, "Cavium"},   Name{0x46, "Fujitsu"}, Name{0x48, "HiSilicon"},
    Name{0x4e, "NVIDIA"}, Name{0x51, "Qualcomm"}, Name{0x61, "Apple"}, Name{0xc0, "Ampere"},
};

// The implementer and the part: 0xIIPPP.
constexpr std::array cores = {
    Name{0x41d03, "Cortex-A53"},  Name{0x41d05, "Cortex-A55"},  Name{0x41d07, "Cortex-A57"},  Name{0x41d08, "Cortex-A72"},
    Name{0x41d09, "Cortex-A73"},  Name{0x41d0a, "Cortex-A75"},  Name{0x41d0b, "Cortex-A76"},  Name{0x41d0c, "Neoverse N1"},
    Name{0x41d0d, "Cortex-A77"},  Name{0x41d40, "Neoverse V1"}, Name{0x41d41, "Cortex-A78"},  Name{0x41d44, "Cortex-X1"},
    Name{0x41d46, "Cortex-A510"}, Name{0x41d47, "Cortex-A710"}, Name{0x41d48, "Cortex-X2"},   Name{0x41d49, "Neoverse N2"},
    Name{0x41d4d, "Cortex-A715"}, Name{0x41d4e, "Cortex-X3"},   Name{0x41d4f, "Neoverse V2"}, Name{0x43516, "ThunderX2"},
    Name{0x430af, "ThunderX2"},   Name{0x46001, "A64FX"},       Name{0x48d01, "Kunpeng 920"}, Name{0x4e004, "Carmel"},
    Name{0x61022, "M1 Icestorm"}, Name{0x61023, "M1 Firestorm"}, Name{0x61032, "M2 Blizzard"}, Name{0x61033, "M2 Avalanche"},
    Name{0xc0ac3, "Ampere-1"},
};

template <std::size_t N>
const char* find(const std::array<Name, N>& names, int id) {
  const auto found = std::find_if(names.begin(), names.end(), [id](const Name& name) { return name.id == id; });
  return found == names.end() ? nullptr : found->name;
}

std::string hexadecimal(int value) {
  char text[16];
  std::snprintf(text, sizeof text, "0x%x", static_cast<unsigned>(value));
  return text;
}

std::string vendorOf(int implementer) {
  const char* name = find(implementers, implementer);
  return name != nullptr ? name : "implementer " + hexadecimal(implementer);
}

std::string coreName(int implementer, int part) {
  const char* name = find(cores, (implementer << 12) | part);
  return name != nullptr ? name : "part " + hexadecimal(part);
}

struct Entry {
  int implementer = -1;
  int part = -1;
  bool operator==(const Entry&) const = default;
};

}  // namespace

InstructionSets armInstructionSets(std::uint64_t capabilities, std::uint64_t moreCapabilities) {
  const auto bit = [](std::uint64_t word, int position) { return ((word >> position) & 1) != 0; };
  InstructionSets sets;
  sets.neon = bit(capabilities, 1);                              // ASIMD
  sets.neonFp16 = sets.neon && bit(capabilities, 10);            // ASIMDHP
  sets.neonDotProduct = sets.neon && bit(capabilities, 20);      // ASIMDDP
  sets.neonI8mm = sets.neon && bit(moreCapabilities, 13);        // I8MM
  sets.neonBf16 = sets.neon && bit(moreCapabilities, 14);        // BF16
  sets.sve = bit(capabilities, 22);
  return sets;
}

void readArmProcessor(std::istream& cpuinfo, const std::vector<int>& cpus, CpuInfo& info) {
  // An entry begins with the line "processor"; numbers are decimal or, with 0x, hexadecimal.
  std::vector<Entry> kinds;
  Entry entry;
  bool counts = false;
  const auto finish = [&] {
    const bool known = counts && entry.implementer >= 0 && entry.part >= 0;
    if (known && std::find(kinds.begin(), kinds.end(), entry) == kinds.end()) kinds.push_back(entry);
    entry = {};
  };
  for (std::string line; std::getline(cpuinfo, line);) {
    const auto colon = line.find(':');
    if (colon == std::string::npos) continue;
    const std::string name = line.substr(0, line.find_last_not_of(" \t", colon - 1) + 1);
    const int value = static_cast<int>(std::strtol(line.c_str() + colon + 1, nullptr, 0));
    if (name == "processor") {
      finish();
      counts = std::find(cpus.begin(), cpus.end(), value) != cpus.end();
    } else if (name == "CPU implementer") {
      entry.implementer = value;
    } else if (name == "CPU part") {
      entry.part = value;
    }
  }
  finish();

  info.vendor = "unknown";
  info.brand = "unknown";
  info.family = armArchitecture8;
  if (kinds.empty()) return;
  info.vendor = vendorOf(kinds.front().implementer);
  info.brand = info.vendor;
  for (const Entry& kind : kinds) {
    info.brand += (kind == kinds.front() ? " " : " + ") + coreName(kind.implementer, kind.part);
  }
  if (kinds.size() == 1) info.model = kinds.front().part;
}

}  // namespace plimsoll
