#include "cpu/thread_pool.h"

#include "cpu/cpu_info.h"

#ifdef PLIMSOLL_X86
#include <immintrin.h>
#endif

namespace plimsoll {
namespace {

void relax() {
#ifdef PLIMSOLL_X86
  _mm_pause();
#elif defined(PLIMSOLL_ARM64)
  asm volatile("yield");
#endif
}

// Some tens of microseconds: longer than the gap between two kernels, shorter than a time slice.
constexpr int spins = 2000;

}  // namespace

ThreadPool::ThreadPool(int size) : size_(size) {
  const CpuInfo& cpu = cpuInfo();
  const auto pin = [&cpu](int member) {
    const auto index = static_cast<std::size_t>(member);
    if (index < cpu.pinOrder.size()) pinToCpu(cpu.pinOrder[index]);
    flushDenormals();
  };
  pin(0);
  for (int member = 1; member < size; ++member) {
    threads_.emplace_back([this, pin, member] {
      pin(member);
      work(member);
    });
  }
}

ThreadPool::~ThreadPool() {
  ending_.store(true);
  round_.fetch_add(1);
  round_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void ThreadPool::run(const TeamFunction& function) {
  function_ = &function;
  round_.fetch_add(1, std::memory_order_release);
  round_.notify_all();
  function(0);
  barrier();
}

void ThreadPool::barrier() {
  if (size_ == 1) return;
  const std::uint32_t phase = phase_.load(std::memory_order_acquire);
  if (arrived_.fetch_add(1, std::memory_order_acq_rel) == size_ - 1) {
    arrived_.store(0, std::memory_order_relaxed);
    phase_.store(phase + 1, std::memory_order_release);
    phase_.notify_all();
    return;
  }
  for (int spin = 0; spin < spins; ++spin) {
    if (phase_.load(std::memory_order_acquire) != phase) return;
    relax();
  }
  // The others are late: a core was taken from one of them. Waiting quietly leaves it ours.
  while (phase_.load(std::memory_order_acquire) == phase) phase_.wait(phase, std::memory_order_acquire);
}

void ThreadPool::work(int member) {
  std::uint32_t seen = 0;
  while (true) {
    for (int spin = 0; spin < spins && round_.load(std::memory_order_acquire) == seen; ++spin) relax();
    while (round_.load(std::memory_order_acquire) == seen) round_.wait(seen, std::memory_order_acquire);
    seen = round_.load(std::memory_order_acquire);
    if (ending_.load()) return;
    (*function_)(member);
    barrier();
  }
}

}  // namespace plimsoll
