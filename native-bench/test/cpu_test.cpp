// What processors say of themselves, from texts and bits, so that the foreign ones are tested here too.
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "calibrate/arithmetic.h"
#include "calibrate/microarchitecture.h"
#include "check.h"
#include "cpu/arm_processor.h"
#include "cpu/instruction_sets.h"
#include "cpu/memory_info.h"
#include "kernels/kernel_choice.h"
#include "support/error.h"

using namespace plimsoll;

namespace {

std::string cpuinfoEntry(int processor, const std::string& implementer, const std::string& part) {
  return "processor\t: " + std::to_string(processor) + "\nBogoMIPS\t: 243.75\nFeatures\t: fp asimd\nCPU implementer\t: " +
         implementer + "\nCPU architecture: 8\nCPU variant\t: 0x3\nCPU part\t: " + part + "\nCPU revision\t: 1\n\n";
}

CpuInfo armProcessor(const std::string& cpuinfo, const std::vector<int>& cpus) {
  CpuInfo info;
  std::istringstream stream(cpuinfo);
  readArmProcessor(stream, cpus, info);
  return info;
}

void testArmNames() {
  const CpuInfo server = armProcessor(cpuinfoEntry(0, "0x41", "0xd0c") + cpuinfoEntry(1, "0x41", "0xd0c"), {0, 1});
  CHECK(server.vendor == "Arm" && server.brand == "Arm Neoverse N1", server.brand);
  CHECK(operationsPerCycle(server, "fp32", "neon") == 16);
  CHECK(operationsPerCycle(server, "bf16", "neon-bf16") == 0);
  CHECK(operationsPerCycle(armProcessor(cpuinfoEntry(0, "0x41", "0xd4f"), {0}), "fp32", "neon") == 32);

  // Big and little cores: both are named and no figure holds for both, unless this process may use only one kind.
  const std::string phone = cpuinfoEntry(0, "0x41", "0xd05") + cpuinfoEntry(1, "0x41", "0xd0b");
  CHECK(armProcessor(phone, {0, 1}).brand == "Arm Cortex-A55 + Cortex-A76", armProcessor(phone, {0, 1}).brand);
  CHECK(operationsPerCycle(armProcessor(phone, {0, 1}), "fp32", "neon") == 0);
  CHECK(armProcessor(phone, {1}).brand == "Arm Cortex-A76");
  CHECK(operationsPerCycle(armProcessor(phone, {1}), "fp32", "neon") == 16);

  // One that is newer than this program is told by its numbers, and its speed is not guessed.
  const CpuInfo unknownPart = armProcessor(cpuinfoEntry(0, "0x41", "0xfff"), {0});
  CHECK(unknownPart.brand == "Arm part 0xfff", unknownPart.brand);
  CHECK(operationsPerCycle(unknownPart, "fp32", "neon") == 0);
  CHECK(armProcessor(cpuinfoEntry(0, "0x7f", "0x001"), {0}).brand == "implementer 0x7f part 0x1");
  // Another maker's core with the number of an Arm core is not that core.
  CHECK(operationsPerCycle(armProcessor(cpuinfoEntry(0, "0x48", "0xd40"), {0}), "fp32", "neon") == 0);
  for (const std::string& text : {std::string(), std::string("processor\t: 0\nvendor_id\t: GenuineIntel\n"), std::string(":\n: 1\nx")}) {
    CHECK(armProcessor(text, {0}).brand == "unknown");
  }
}

void testX86Throughput() {
  CpuInfo zen4;
  zen4.vendor = "AuthenticAMD";
  zen4.family = 0x19;
  zen4.model = 0x11;
  CHECK(operationsPerCycle(zen4, "fp32", "avx512") == 32 && operationsPerCycle(zen4, "fp32", "avx2") == 32);
  CHECK(operationsPerCycle(zen4, "bf16", "avx512-bf16") == 64 && operationsPerCycle(zen4, "int8", "avx512-vnni") == 128);
  CpuInfo zen3 = zen4;
  zen3.model = 0x01;
  CHECK(operationsPerCycle(zen3, "fp32", "avx2") == 32 && operationsPerCycle(zen3, "bf16", "avx512-bf16") == 0);
  CpuInfo newer = zen4;
  newer.family = 0x20;
  CHECK(operationsPerCycle(newer, "fp32", "avx2") == 0);
}

void testArmCapabilities() {
  // A core of Armv8.0: fp asimd evtstrm aes pmull sha1 sha2 crc32.
  const InstructionSets first = armInstructionSets(0xff, 0);
  CHECK(first.neon && !first.neonFp16 && !first.neonDotProduct && !first.neonI8mm && !first.neonBf16 && !first.sve);
  const InstructionSets later = armInstructionSets((1u << 1) | (1u << 10) | (1u << 20) | (1u << 22), (1u << 13) | (1u << 14));
  CHECK(later.neon && later.neonFp16 && later.neonDotProduct && later.neonI8mm && later.neonBf16 && later.sve && !later.avx2);
  // Nothing of it without the vectors themselves.
  const InstructionSets none = armInstructionSets(1, ~std::uint64_t{0});
  CHECK(!none.neon && !none.neonBf16);
}

void testLimits() {
  InstructionSets all;
  all.avx2 = all.avx512 = all.avx512Bf16 = all.avx512Vnni = all.avx512Fp16 = all.amxBf16 = true;
  const InstructionSets avx512 = limitedTo(all, "avx512").value();
  CHECK(avx512.avx512 && avx512.avx2 && !avx512.avx512Bf16 && !avx512.amxBf16);
  const InstructionSets pairs = limitedTo(all, "avx512-bf16").value();
  CHECK(pairs.avx512Bf16 && pairs.avx512 && !pairs.amxBf16 && !pairs.avx512Vnni && !pairs.avx512Fp16);
  const InstructionSets avx2 = limitedTo(all, "avx2").value();
  CHECK(avx2.avx2 && !avx2.avx512);
  CHECK(!limitedTo(all, "generic")->avx2);
  CHECK(!limitedTo(all, "neon") && !limitedTo(all, "") && !limitedTo(all, "AVX2") && !limitedTo(InstructionSets{}, "avx2"));
  InstructionSets arm;
  arm.neon = arm.neonBf16 = true;
  CHECK(limitedTo(arm, "neon")->neon && !limitedTo(arm, "neon")->neonBf16 && !limitedTo(arm, "avx512"));
  CHECK(limitedTo(arm, "neon-bf16")->neonBf16 && !limitedTo(InstructionSets{}, "neon-bf16"));

#ifdef PLIMSOLL_X86
  // Dot products where they are fast, or where they are asked for by name; fp32 has none.
  InstructionSets slow;
  slow.avx2 = slow.avx512 = slow.avx512Bf16 = true;
  InstructionSets fast = slow;
  fast.fastBf16Pairs = true;
  CHECK(bestKernelSet(slow, DataType::bf16).name == std::string("avx512"));
  CHECK(bestKernelSet(fast, DataType::bf16).name == std::string("avx512-bf16"));
  CHECK(bestKernelSet(fast, DataType::fp32).name == std::string("avx512"));
  CHECK(bestKernelSet(pairs, DataType::bf16).name == std::string("avx512-bf16"));
  CHECK(bestKernelSet(all, DataType::bf16).name == std::string("amx-bf16"));
  // Never one that is slower than what the processor has, and this program was built without.
  InstructionSets elsewhere;
  elsewhere.avx2 = elsewhere.neon = true;
  CHECK(missingKernels(elsewhere).empty());
  elsewhere.avx2 = false;
  CHECK(missingKernels(elsewhere) == "neon");
  try {
    bestKernelSet(elsewhere, DataType::fp32);
    CHECK(false, "a slower one was taken");
  } catch (const ProtocolError& error) {
    CHECK(error.code == "unsupported");
  }
#endif
  // The name of every kernel set of this machine limits to itself and those below.
  const auto usable = usableKernelSets(cpuInfo().instructionSets);
  for (std::size_t i = 0; i < usable.size(); ++i) {
    const auto kept = limitedTo(cpuInfo().instructionSets, usable[i]->name);
    CHECK(kept.has_value(), usable[i]->name);
    if (!kept) continue;
    const auto left = usableKernelSets(*kept);
    CHECK(std::vector(usable.begin() + static_cast<std::ptrdiff_t>(i), usable.end()) == left, usable[i]->name);
    CHECK(!usablePeaks(*kept).empty());
  }
}

// Every loop that this machine can run: it ends, and its result is a number.
void testPeaks() {
  for (const PeakLoop& peak : usablePeaks(cpuInfo().instructionSets)) {
    const float result = peak.run(1000);
    CHECK(result - result == 0.0f, peak.instructionSet);
  }
  CHECK(genericPeak().run(1000) > 0);
}

void write(const std::string& path, const std::string& text) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path) << text << "\n";
}

// A container's limit counts where it is less than the machine has, in both versions of control groups.
void testMemoryLimits() {
  const std::string root = (std::filesystem::temp_directory_path() / ("plimsoll-groups-" + std::to_string(getpid()))).string();
  const auto available = [&] { return availableMemoryBytes(root); };
  constexpr std::size_t mebi = std::size_t{1} << 20;
  write(root + "/proc/meminfo", "MemTotal: 16777216 kB\nMemFree: 1 kB\nMemAvailable: 8388608 kB");
  CHECK(available() == 8192 * mebi, available());
  write(root + "/proc/self/cgroup", "0::/");
  write(root + "/sys/fs/cgroup/memory.max", "max");
  CHECK(available() == 8192 * mebi, available());
  write(root + "/sys/fs/cgroup/memory.max", std::to_string(2048 * mebi));
  write(root + "/sys/fs/cgroup/memory.current", std::to_string(1024 * mebi));
  CHECK(available() == 1024 * mebi, available());
  write(root + "/sys/fs/cgroup/memory.stat", "anon 1\ninactive_file " + std::to_string(512 * mebi));
  CHECK(available() == 1536 * mebi, available());
  // The group above is the tighter one.
  write(root + "/proc/self/cgroup", "0::/user.slice/job.scope");
  write(root + "/sys/fs/cgroup/user.slice/memory.max", std::to_string(256 * mebi));
  CHECK(available() == 256 * mebi, available());
  // The first version, and the path that its group has outside of the container.
  write(root + "/proc/self/cgroup", "5:memory:/docker/2b9c\n3:cpu,cpuacct:/docker/2b9c");
  write(root + "/sys/fs/cgroup/memory/memory.limit_in_bytes", std::to_string(64 * mebi));
  CHECK(available() == 64 * mebi, available());
  write(root + "/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712");
  CHECK(available() == 8192 * mebi, available());
  std::filesystem::remove_all(root);
}

}  // namespace

void testCpu() {
  testMemoryLimits();
  testArmNames();
  testArmCapabilities();
  testX86Throughput();
  testLimits();
  testPeaks();
}
