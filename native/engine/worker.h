// One thread and one bounded queue.
#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>

namespace spurious {

// A piece of work. `reject` is called instead of `run` when the task is cancelled before it began.
struct Task {
  std::function<void()> run;
  std::function<void(std::exception_ptr)> reject;
};

class Worker {
 public:
  // `capacity`: tasks that may wait. `idle` runs on the thread whenever the queue has run empty,
  // before the thread sleeps.
  explicit Worker(size_t capacity, std::function<void()> idle = {});
  // Cancels what waits, finishes what runs, joins.
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // False when the queue is full or the worker is closing: the task was not taken.
  bool Submit(Task task);
  // Rejects all waiting tasks with kCancelled; the running one goes on.
  void Cancel();
  // Takes no more tasks; `last` runs on the thread after those already taken.
  // False when the worker is closing already.
  bool Close(std::function<void()> last);

 private:
  void Loop();

  const size_t capacity_;
  const std::function<void()> idle_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Task> queue_;
  bool closing_ = false;
  std::function<void()> last_;
  std::thread thread_;
};

}  // namespace spurious
