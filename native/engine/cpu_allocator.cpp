#include "engine/cpu_allocator.h"

#include <c10/core/Allocator.h>
#include <c10/util/Exception.h>
#include <sys/mman.h>

#include <cstdlib>
#include <cstring>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace spurious {

namespace {

// Below this glibc's own caches serve well; above it malloc would map pages for every call.
constexpr size_t kLarge = size_t{128} << 10;
constexpr size_t kHugePage = size_t{2} << 20;
constexpr size_t kSmallAlignment = 64;
// Cached blocks beyond this are freed at once, so that one odd batch does not stay for ever.
constexpr size_t kMaxCached = size_t{4} << 30;

// Multiples of 128 KiB up to 2 MiB, of 2 MiB up to 64 MiB, of an eighth of the power of two below
// above that: equal shapes always meet equal buckets, and at most an eighth is wasted on large
// ones.
size_t BucketSize(size_t bytes) {
  size_t step = kHugePage;
  if (bytes < kHugePage) {
    step = kLarge;
  } else if (bytes > (size_t{64} << 20)) {
    while (step <= bytes / 16) step *= 2;
  }
  return (bytes + step - 1) / step * step;
}

class CachingAllocator final : public c10::Allocator {
 public:
  c10::DataPtr allocate(size_t bytes) override {
    void* data = bytes == 0 ? nullptr : Take(bytes);
    return {data, data, &Release, c10::Device(c10::DeviceType::CPU)};
  }

  c10::DeleterFnPtr raw_deleter() const override { return &Release; }

  void copy_data(void* to, const void* from, std::size_t count) const override {
    std::memcpy(to, from, count);
  }

  // Never destroyed: tensors of other libraries may outlive static destructors.
  static CachingAllocator& Instance() {
    static auto* instance = new CachingAllocator;
    return *instance;
  }

  void Trim() {
    std::lock_guard lock(mutex_);
    for (auto& [size, blocks] : free_) {
      for (void* block : blocks) std::free(block);
    }
    free_.clear();
    cached_ = 0;
  }

  CpuAllocatorUse Use() {
    std::lock_guard lock(mutex_);
    return {cached_, live_bytes_};
  }

 private:
  static void Release(void* data) { Instance().Give(data); }

  void* Take(size_t bytes) {
    if (bytes < kLarge) return Fresh(kSmallAlignment, bytes);
    const size_t size = BucketSize(bytes);
    std::lock_guard lock(mutex_);
    auto& blocks = free_[size];
    void* data = nullptr;
    if (blocks.empty()) {
      data = Fresh(size >= kHugePage ? kHugePage : 4096, size);
      if (size >= kHugePage) madvise(data, size, MADV_HUGEPAGE);
    } else {
      data = blocks.back();
      blocks.pop_back();
      cached_ -= size;
    }
    live_.emplace(data, size);
    live_bytes_ += size;
    return data;
  }

  static void* Fresh(size_t alignment, size_t bytes) {
    const size_t rounded = (bytes + alignment - 1) / alignment * alignment;
    void* data = std::aligned_alloc(alignment, rounded);
    TORCH_CHECK_WITH(OutOfMemoryError, data != nullptr, "CPU memory: cannot allocate ", bytes,
                     " bytes");
    return data;
  }

  void Give(void* data) {
    if (data == nullptr) return;
    {
      std::lock_guard lock(mutex_);
      auto found = live_.find(data);
      if (found != live_.end()) {
        const size_t size = found->second;
        live_.erase(found);
        live_bytes_ -= size;
        if (cached_ + size <= kMaxCached) {
          free_[size].push_back(data);
          cached_ += size;
          return;
        }
      }
    }
    std::free(data);
  }

  std::mutex mutex_;
  std::unordered_map<void*, size_t> live_;
  std::unordered_map<size_t, std::vector<void*>> free_;
  size_t cached_ = 0;
  size_t live_bytes_ = 0;
};

}  // namespace

void InstallCpuAllocator() {
  static std::once_flag once;
  std::call_once(once, [] {
    c10::SetAllocator(c10::DeviceType::CPU, &CachingAllocator::Instance(), /*priority=*/1);
  });
}

void TrimCpuAllocator() { CachingAllocator::Instance().Trim(); }

CpuAllocatorUse CpuAllocatorStatistics() { return CachingAllocator::Instance().Use(); }

}  // namespace spurious
