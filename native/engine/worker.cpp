#include "engine/worker.h"

#include <utility>

#include "core/error.h"

namespace spurious {

Worker::Worker(size_t capacity, std::function<void()> idle)
    : capacity_(capacity), idle_(std::move(idle)), thread_([this] { Loop(); }) {}

Worker::~Worker() {
  Cancel();
  Close({});
  thread_.join();
}

bool Worker::Submit(Task task) {
  {
    std::lock_guard lock(mutex_);
    if (closing_ || queue_.size() >= capacity_) return false;
    queue_.push_back(std::move(task));
  }
  wake_.notify_one();
  return true;
}

void Worker::Cancel() {
  std::deque<Task> dropped;
  {
    std::lock_guard lock(mutex_);
    dropped.swap(queue_);
  }
  const auto reason = std::make_exception_ptr(
      Error(ErrorCode::kCancelled, "the batch was cancelled before it began"));
  for (Task& task : dropped) task.reject(reason);
}

bool Worker::Close(std::function<void()> last) {
  {
    std::lock_guard lock(mutex_);
    if (closing_) return false;
    closing_ = true;
    last_ = std::move(last);
  }
  wake_.notify_one();
  return true;
}

void Worker::Loop() {
  std::unique_lock lock(mutex_);
  while (true) {
    if (queue_.empty() && idle_) {
      lock.unlock();
      idle_();
      lock.lock();
    }
    wake_.wait(lock, [this] { return closing_ || !queue_.empty(); });
    if (queue_.empty()) break;
    Task task = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    task.run();
    task = {};  // captured state is freed here, not under the lock
    lock.lock();
  }
  auto last = std::move(last_);
  lock.unlock();
  if (last) last();
}

}  // namespace spurious
