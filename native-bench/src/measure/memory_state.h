// What the memory of this process went through: pages that had to be brought in, and pages that are huge.
#pragma once

#include <cstddef>
#include <cstdint>
#include <istream>
#include <optional>

namespace plimsoll {

struct PageFaults {
  std::int64_t minor = 0;  // the page was only to be mapped
  std::int64_t major = 0;  // it was to be read from a disk
};
// Since this process began; nothing where the system does not tell.
std::optional<PageFaults> pageFaults();

struct HugePages {
  std::size_t anonymousBytes = 0;
  std::size_t hugeBytes = 0;  // of them, in huge pages
};
std::optional<HugePages> hugePages();
// From the text of /proc/self/smaps_rollup.
std::optional<HugePages> readHugePages(std::istream& rollup);

}  // namespace plimsoll
