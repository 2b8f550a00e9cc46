// A team of pinned threads that runs one function together, again and again. The caller is its first member.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <thread>
#include <vector>

namespace plimsoll {

// Called by every member with its own index; must not throw.
using TeamFunction = std::function<void(int member)>;

class ThreadPool {
 public:
  explicit ThreadPool(int size);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int size() const { return size_; }
  // Runs the function on every member and returns when all are done.
  void run(const TeamFunction& function);
  // Inside `run`: waits until every member has come here. Spins, for kernels are short.
  void barrier();

 private:
  void work(int member);

  int size_;
  std::vector<std::thread> threads_;
  const TeamFunction* function_ = nullptr;
  std::atomic<std::uint32_t> round_{0};
  std::atomic<bool> ending_{false};
  std::atomic<int> arrived_{0};
  std::atomic<std::uint32_t> phase_{0};
};

// What member `index` of `count` does of `total` equal pieces: [begin, end).
struct Share {
  std::size_t begin;
  std::size_t end;
};
inline Share shareOf(std::size_t total, int index, int count) {
  const auto i = static_cast<std::size_t>(index);
  const auto n = static_cast<std::size_t>(count);
  return {total * i / n, total * (i + 1) / n};
}

}  // namespace plimsoll
