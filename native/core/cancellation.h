// Asking running work to stop.
#pragma once

#include <atomic>
#include <cstdint>

namespace spurious {

// Counts requests, so that one made before a piece of work began does not concern it.
class Cancellation {
 public:
  // What a piece of work looks at between steps. Must not outlive its Cancellation.
  class Watch {
   public:
    Watch() = default;  // never asked to stop
    bool requested() const {
      return requests_ != nullptr && requests_->load(std::memory_order_relaxed) != seen_;
    }

   private:
    friend class Cancellation;
    explicit Watch(const std::atomic<uint64_t>& requests)
        : requests_(&requests), seen_(requests.load(std::memory_order_relaxed)) {}

    const std::atomic<uint64_t>* requests_ = nullptr;
    uint64_t seen_ = 0;
  };

  // From any thread.
  void Request() { requests_.fetch_add(1, std::memory_order_relaxed); }
  // Sees the requests made from now on.
  Watch Begin() const { return Watch(requests_); }

 private:
  std::atomic<uint64_t> requests_ = 0;
};

}  // namespace spurious
