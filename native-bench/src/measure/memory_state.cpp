#include "measure/memory_state.h"

#include <sys/resource.h>

#include <fstream>
#include <sstream>
#include <string>

namespace plimsoll {

std::optional<PageFaults> pageFaults() {
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) != 0) return std::nullopt;
  return PageFaults{usage.ru_minflt, usage.ru_majflt};
}

std::optional<HugePages> hugePages() {
  std::ifstream rollup("/proc/self/smaps_rollup");
  return readHugePages(rollup);
}

std::optional<HugePages> readHugePages(std::istream& rollup) {
  HugePages pages;
  int found = 0;
  std::string line;
  while (std::getline(rollup, line)) {
    std::istringstream words(line);
    std::string name;
    std::size_t kibibytes = 0;
    if (!(words >> name >> kibibytes)) continue;
    if (name == "Anonymous:") pages.anonymousBytes = kibibytes << 10;
    else if (name == "AnonHugePages:") pages.hugeBytes = kibibytes << 10;
    else continue;
    ++found;
  }
  if (found < 2) return std::nullopt;
  return pages;
}

}  // namespace plimsoll
