#include "cpu/memory_info.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <optional>
#include <string>

namespace plimsoll {
namespace {

std::size_t availableOfMachine(const std::string& root) {
  std::ifstream file(root + "/proc/meminfo");
  std::string name;
  std::size_t kibibytes = 0;
  std::string unit;
  while (file >> name >> kibibytes >> unit) {
    if (name == "MemAvailable:") return kibibytes << 10;
  }
  return static_cast<std::size_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::size_t>(sysconf(_SC_PAGESIZE)) / 2;
}

// Nothing for "max", and for a file that is not there.
std::optional<std::size_t> readNumber(const std::string& path) {
  std::ifstream file(path);
  std::size_t number = 0;
  if (file >> number) return number;
  return std::nullopt;
}

std::size_t fieldOf(const std::string& path, const std::string& wanted) {
  std::ifstream file(path);
  std::string name;
  std::size_t value = 0;
  while (file >> name >> value) {
    if (name == wanted) return value;
  }
  return 0;
}

struct GroupFiles {
  const char* limit;
  const char* usage;
  const char* reclaimable;  // in memory.stat: what the kernel would give back
};
constexpr GroupFiles secondVersion = {"/memory.max", "/memory.current", "inactive_file"};
constexpr GroupFiles firstVersion = {"/memory.limit_in_bytes", "/memory.usage_in_bytes", "total_inactive_file"};

std::size_t leftOf(const std::string& folder, const GroupFiles& files) {
  const auto limit = readNumber(folder + files.limit);
  if (!limit) return std::numeric_limits<std::size_t>::max();
  const std::size_t used = readNumber(folder + files.usage).value_or(0);
  const std::size_t held = used - std::min(used, fieldOf(folder + "/memory.stat", files.reclaimable));
  return *limit - std::min(*limit, held);
}

// Of the group and all those above it: each may be the one that is full. A container may be told the path that its group has outside, where
// its own mount begins at the group, so that the mount itself counts too.
std::size_t leftAbove(const std::string& mount, std::string path, const GroupFiles& files) {
  std::size_t left = leftOf(mount, files);
  while (!path.empty() && path != "/") {
    left = std::min(left, leftOf(mount + path, files));
    path.resize(path.find_last_of('/') == std::string::npos ? 0 : path.find_last_of('/'));
  }
  return left;
}

std::size_t leftOfControlGroup(const std::string& root) {
  std::size_t left = std::numeric_limits<std::size_t>::max();
  const std::string groups = root + "/sys/fs/cgroup";
  std::ifstream file(root + "/proc/self/cgroup");
  // "4:memory:/path", and of the second version "0::/path".
  for (std::string line; std::getline(file, line);) {
    const auto first = line.find(':');
    const auto second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const std::string path = line.substr(second + 1);
    if (controllers.empty()) {
      left = std::min(left, leftAbove(groups, path, secondVersion));
      left = std::min(left, leftAbove(groups + "/unified", path, secondVersion));
    } else if (("," + controllers + ",").find(",memory,") != std::string::npos) {
      left = std::min(left, leftAbove(groups + "/" + controllers, path, firstVersion));
    }
  }
  return left;
}

}  // namespace

std::size_t availableMemoryBytes(const std::string& root) {
  return std::min(availableOfMachine(root), leftOfControlGroup(root));
}

}  // namespace plimsoll
