#include <atomic>

#include "check.h"
#include "cpu/thread_pool.h"

using namespace plimsoll;

void testThreads() {
  for (const int size : {1, 2, 3, 5}) {
    ThreadPool team(size);
    for (int round = 0; round < 200; ++round) {
      std::atomic<int> members{0};
      std::atomic<int> early{0};
      team.run([&](int member) {
        members.fetch_add(1 << (4 * member));
        team.barrier();
        int all = 0;
        for (int i = 0; i < size; ++i) all |= 1 << (4 * i);
        // Behind the barrier everybody has been counted.
        if (members.load() != all) early.fetch_add(1);
        team.barrier();
      });
      CHECK(early.load() == 0, "team of " << size);
    }
  }
  for (std::size_t total = 0; total < 20; ++total) {
    std::size_t next = 0;
    for (int member = 0; member < 3; ++member) {
      const Share share = shareOf(total, member, 3);
      CHECK(share.begin == next && share.end >= share.begin);
      next = share.end;
    }
    CHECK(next == total);
  }
}
