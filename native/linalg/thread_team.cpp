#include "linalg/thread_team.h"

#include <algorithm>
#include <chrono>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace spurious {

namespace {

// Looks at a meeting point before sleeping: some microseconds, longer than members are apart when
// each has a core, and short enough not to hold up another program for long when they have not.
constexpr int kLooks = 4000;

void Pause() {
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// Returns the nanoseconds slept.
int64_t WaitForChange(const std::atomic<uint32_t>& value, uint32_t old) {
  for (int look = 0; look < kLooks; ++look) {
    if (value.load(std::memory_order_acquire) != old) return 0;
    Pause();
  }
  using Clock = std::chrono::steady_clock;
  const auto asleep = Clock::now();
  value.wait(old, std::memory_order_acquire);
  return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - asleep).count();
}

}  // namespace

ThreadTeam::ThreadTeam(int threads) : size_(std::max(1, threads)) {
  for (int member = 1; member < size_; ++member) {
    others_.emplace_back([this, member] { Loop(member); });
  }
}

ThreadTeam::~ThreadTeam() {
  closing_.store(true);
  round_.fetch_add(1, std::memory_order_release);
  round_.notify_all();
  for (auto& thread : others_) thread.join();
}

void ThreadTeam::Run(const std::function<void(int)>& body) {
  if (size_ > 1) {
    body_ = &body;
    round_.fetch_add(1, std::memory_order_release);
    round_.notify_all();
  }
  body(0);
  Meet();
}

void ThreadTeam::Meet() {
  if (size_ == 1) return;
  const uint32_t meeting = meeting_.load(std::memory_order_acquire);
  if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == size_) {
    arrived_.store(0, std::memory_order_relaxed);
    meeting_.fetch_add(1, std::memory_order_release);
    meeting_.notify_all();
  } else {
    const int64_t slept = WaitForChange(meeting_, meeting);
    if (slept > 0) asleep_.fetch_add(slept, std::memory_order_relaxed);
  }
}

double ThreadTeam::SecondsAsleep() const {
  return static_cast<double>(asleep_.load(std::memory_order_relaxed)) * 1e-9 / size_;
}

void ThreadTeam::Loop(int member) {
  for (uint32_t seen = 0;; ++seen) {
    WaitForChange(round_, seen);
    if (closing_.load()) return;
    (*body_)(member);
    Meet();
  }
}

int TeamSize(int threads) {
  // Products with the matrix are bound by memory, and every column of it needs five meetings: more
  // members wait longer for each other than they save.
  constexpr int kMost = 4;
  const int cores = static_cast<int>(std::thread::hardware_concurrency());
  return std::clamp(threads > 0 ? threads : cores, 1, kMost);
}

Share ShareOf(int64_t begin, int64_t end, int64_t step, int member, int members) {
  const int64_t first = begin / step;
  const int64_t steps = (end + step - 1) / step - first;
  const auto bound = [&](int64_t part) {
    return std::clamp((first + steps * part / members) * step, begin, end);
  };
  return {bound(member), member + 1 == members ? end : bound(member + 1)};
}

}  // namespace spurious
