#include "network/network.h"

#include <algorithm>
#include <cmath>

#include "support/elapsed.h"
#include "support/philox.h"
#include "support/test_burn.h"

namespace plimsoll {

void Network::fillInput() {
  std::vector<float> values(tensorElements(0));
  uniformElements(options_.seed, streams::input, 0, values.size(), graph_.inputBound, values.data());
  writeTensor(0, values);
}

void Network::writeTensor(int id, const std::vector<float>& values) {
  if (dtype_ == DataType::bf16) {
    std::transform(values.begin(), values.end(), static_cast<Bf16*>(tensor(id)), [](float value) { return Bf16(value); });
  } else {
    std::copy(values.begin(), values.end(), static_cast<float*>(tensor(id)));
  }
}

std::vector<float> Network::readTensor(int id) const {
  const auto read = [&](const auto* from) { return std::vector<float>(from, from + tensorElements(id)); };
  return dtype_ == DataType::bf16 ? read(static_cast<const Bf16*>(tensor(id))) : read(static_cast<const float*>(tensor(id)));
}

void Network::poisonTensor(int id) { writeTensor(id, std::vector<float>(tensorElements(id), std::nanf(""))); }

void Network::runPhases(const Kernel& kernel, int member) {
  const bool burns = testBurn() > 0.0;
  const auto start = burns ? Clock::now() : Clock::time_point{};
  const Member own{member, options_.threads, scratch_[static_cast<std::size_t>(member)].data()};
  for (const Phase& phase : kernel.phases) {
    phase(own);
    team_.barrier();
  }
  if (burns) burnSince(start);
}

void Network::run() {
  team_.run([this](int member) {
    for (const Kernel& kernel : kernels_) runPhases(kernel, member);
  });
}

double Network::runTimed(std::vector<double>& kernelNs) {
  kernelNs.assign(kernels_.size(), 0.0);
  const auto begin = Clock::now();
  team_.run([&](int member) {
    auto start = Clock::now();
    for (std::size_t index = 0; index < kernels_.size(); ++index) {
      runPhases(kernels_[index], member);
      if (member != 0) continue;
      const auto end = Clock::now();
      kernelNs[index] = nanosecondsBetween(start, end);
      start = end;
    }
  });
  return nanosecondsSince(begin);
}

void Network::runKernel(std::size_t index) {
  team_.run([&](int member) { runPhases(kernels_[index], member); });
}

}  // namespace plimsoll
