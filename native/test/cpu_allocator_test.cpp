#include "engine/cpu_allocator.h"

#include <c10/core/Allocator.h>

#include <atomic>
#include <cstring>
#include <random>
#include <thread>
#include <vector>

#include "test/testing.h"

namespace spurious {

namespace {

constexpr size_t kKiB = 1024, kMiB = 1024 * kKiB;

c10::Allocator& Installed() {
  InstallCpuAllocator();
  return *c10::GetAllocator(c10::DeviceType::CPU);
}

size_t Live() { return CpuAllocatorStatistics().live; }
size_t Cached() { return CpuAllocatorStatistics().cached; }

bool Aligned(const c10::DataPtr& data, size_t alignment) {
  return reinterpret_cast<uintptr_t>(data.get()) % alignment == 0;
}

}  // namespace

TEST_CASE("tensors of the process come from the allocator") {
  Installed();
  const size_t before = Live();
  {
    const at::Tensor tensor = at::empty({1024, 1024});
    CHECK(Live() == before + 4 * kMiB);
  }
  CHECK(Live() == before);
}

TEST_CASE("small blocks are aligned and not counted") {
  const size_t before = Live();
  for (const size_t bytes : {size_t{1}, size_t{63}, size_t{64}, 100 * kKiB}) {
    const c10::DataPtr data = Installed().allocate(bytes);
    CHECK(Aligned(data, 64));
    std::memset(data.get(), 1, bytes);
    CHECK(Live() == before);
  }
}

TEST_CASE("no bytes are no block") {
  const c10::DataPtr data = Installed().allocate(0);
  CHECK(data.get() == nullptr);
}

TEST_CASE("large blocks lie on huge pages and waste little") {
  const auto waste = [](size_t bytes) {
    const size_t before = Live();
    const c10::DataPtr data = Installed().allocate(bytes);
    const size_t size = Live() - before;
    REQUIRE(size >= bytes);
    CHECK(Aligned(data, size >= 2 * kMiB ? 2 * kMiB : 4096));
    static_cast<char*>(data.get())[size - 1] = 1;
    return size - bytes;
  };
  for (const size_t bytes : {128 * kKiB, 129 * kKiB, kMiB, 2 * kMiB - 1}) {
    CHECK(waste(bytes) < 128 * kKiB);
  }
  for (const size_t bytes : {2 * kMiB, 2 * kMiB + 1, 33 * kMiB, 64 * kMiB}) {
    CHECK(waste(bytes) < 2 * kMiB);
  }
  for (const size_t bytes :
       {64 * kMiB + 1, 65 * kMiB, 127 * kMiB, 128 * kMiB, 129 * kMiB, 300 * kMiB}) {
    CHECK(waste(bytes) <= bytes / 8);
  }
  TrimCpuAllocator();
}

TEST_CASE("a freed block serves the next request of its size") {
  TrimCpuAllocator();
  REQUIRE(Cached() == 0);
  c10::DataPtr data = Installed().allocate(3 * kMiB);
  const void* first = data.get();
  data.clear();
  CHECK(Cached() == 4 * kMiB);
  const c10::DataPtr other = Installed().allocate(9 * kMiB);
  CHECK(other.get() != first);
  CHECK(Cached() == 4 * kMiB);
  const c10::DataPtr again = Installed().allocate(4 * kMiB);
  CHECK(again.get() == first);
  CHECK(Cached() == 0);
}

TEST_CASE("trimming gives back what is cached and nothing else") {
  c10::DataPtr kept = Installed().allocate(kMiB);
  std::memset(kept.get(), 7, kMiB);
  Installed().allocate(5 * kMiB).clear();
  const size_t live = Live();
  CHECK(Cached() > 0);
  TrimCpuAllocator();
  CHECK(Cached() == 0);
  CHECK(Live() == live);
  CHECK(static_cast<char*>(kept.get())[kMiB - 1] == 7);
}

TEST_CASE("memory that cannot be had is an out-of-memory error") {
  CHECK_THROWS_AS(Installed().allocate(size_t{1} << 60), c10::OutOfMemoryError);
}

TEST_CASE("blocks can be freed by another thread and never overlap") {
  c10::Allocator& allocator = Installed();
  const size_t before = Live();
  std::atomic<int> damaged = 0;
  std::vector<std::thread> threads;
  for (uint32_t t = 0; t < 4; ++t) {
    threads.emplace_back([&allocator, &damaged, t] {
      std::mt19937 random(t);
      std::vector<std::pair<c10::DataPtr, size_t>> blocks;
      const auto check = [&](const std::pair<c10::DataPtr, size_t>& block) {
        const auto* bytes = static_cast<const uint8_t*>(block.first.get());
        if (bytes[0] != t || bytes[block.second - 1] != t) ++damaged;
      };
      for (int i = 0; i < 300; ++i) {
        const size_t bytes = 128 * kKiB + random() % (3 * kMiB);
        blocks.emplace_back(allocator.allocate(bytes), bytes);
        auto* data = static_cast<uint8_t*>(blocks.back().first.get());
        data[0] = data[bytes - 1] = static_cast<uint8_t>(t);
        if (blocks.size() > 4) {
          check(blocks.front());
          blocks.erase(blocks.begin());
        }
      }
      for (const auto& block : blocks) check(block);
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(damaged == 0);
  CHECK(Live() == before);
  c10::DataPtr data = allocator.allocate(2 * kMiB);
  std::thread([moved = std::move(data)]() mutable { moved.clear(); }).join();
  CHECK(Live() == before);
  TrimCpuAllocator();
}

}  // namespace spurious
