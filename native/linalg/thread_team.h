// Threads that work on one matrix together, in step.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <thread>
#include <vector>

namespace spurious {

// A team of its own, not OpenMP's: the reduction to tridiagonal form meets some thousand times, and
// an OpenMP team's threads go on spinning after it has met for the last time.
class ThreadTeam {
 public:
  // `threads`: members, the caller of Run included; at least 1.
  explicit ThreadTeam(int threads);
  ~ThreadTeam();
  ThreadTeam(const ThreadTeam&) = delete;
  ThreadTeam& operator=(const ThreadTeam&) = delete;

  int size() const { return size_; }

  // Runs body(member) on every member at once, member 0 being the caller; returns when all are
  // done. The body must not throw and must not call Run.
  void Run(const std::function<void(int)>& body);

  // Called by every member inside a body: returns when all have come.
  void Meet();

  // Seconds that members have slept in meetings until now, on average: near nothing while each
  // has a core to itself, most of the time once they must share cores with other work.
  double SecondsAsleep() const;

 private:
  void Loop(int member);

  const int size_;
  std::atomic<uint32_t> round_{0};  // of Run
  std::atomic<bool> closing_{false};
  std::atomic<int> arrived_{0};
  std::atomic<uint32_t> meeting_{0};
  std::atomic<int64_t> asleep_{0};  // nanoseconds, of all members
  const std::function<void(int)>* body_ = nullptr;
  std::vector<std::thread> others_;
};

// Members of a team on a machine that may use `threads` cores; 0 = all it has.
int TeamSize(int threads);

// The share of `member` of the indices [begin, end): two bounds. Bounds inside are multiples of
// `step`.
struct Share {
  int64_t begin, end;
};
Share ShareOf(int64_t begin, int64_t end, int64_t step, int member, int members);

}  // namespace spurious
