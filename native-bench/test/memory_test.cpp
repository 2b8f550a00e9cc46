#include <cstdint>
#include <random>

#include "check.h"
#include "kernels/kernel_set.h"
#include "network/arena.h"
#include "support/aligned_buffer.h"
#include "support/error.h"
#include "test_networks.h"

using namespace plimsoll;

void testMemory() {
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    std::vector<Lifetime> tensors;
    const int count = 1 + static_cast<int>(random() % 30);
    for (int i = 0; i < count; ++i) {
      const int first = static_cast<int>(random() % 40);
      tensors.push_back({1 + random() % 5000, first, first + static_cast<int>(random() % 6)});
    }
    const ArenaPlan plan = planArena(tensors);
    std::size_t sum = 0;
    for (std::size_t a = 0; a < tensors.size(); ++a) {
      CHECK(plan.offsets[a] % 16 == 0);
      CHECK(plan.offsets[a] + tensors[a].floats <= plan.floats);
      sum += tensors[a].floats + 16;
      for (std::size_t b = 0; b < a; ++b) {
        const bool together = tensors[a].firstStep <= tensors[b].lastStep && tensors[b].firstStep <= tensors[a].lastStep;
        const bool apart = plan.offsets[a] + tensors[a].floats <= plan.offsets[b] ||
                           plan.offsets[b] + tensors[b].floats <= plan.offsets[a];
        CHECK(!together || apart, "tensors " << a << " and " << b);
      }
    }
    CHECK(plan.floats <= sum);
  }
  // A chain of equal tensors needs two places.
  std::vector<Lifetime> chain;
  for (int step = 0; step < 10; ++step) chain.push_back({1600, step, step + 1});
  CHECK(planArena(chain).floats == 3200);

  // Weights of a quarter of a terabyte, in either plan: an answer, and not the end of the process.
  test::GraphText vast(1, 1, 1 << 18);
  const int block = vast.block("ffn");
  const int hidden = vast.linear(0, 1 << 18);
  const int last = vast.linear(hidden, 1 << 18);
  for (const auto& plan : {test::planOf({{hidden}, {last}}), test::planOf({{hidden, last}}, {true}, block)}) {
    try {
      test::run(vast, plan, genericKernels(), 1);
      CHECK(false, "a quarter of a terabyte was found");
    } catch (const ProtocolError& error) {
      CHECK(error.code == "outOfMemory", error.what());
    }
  }

  const AlignedBuffer<float> buffer(1000);
  CHECK(reinterpret_cast<std::uintptr_t>(buffer.data()) % 64 == 0);
  for (std::size_t i = 0; i < buffer.size(); ++i) CHECK(buffer[i] == 0.0f);
}
