// Engines give back what they take, batch by batch and as a whole.
#include <cstdlib>
#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include <optional>

#include "engine/cpu_allocator.h"
#include "engine/engine.h"
#include "test/support_engine.h"
#include "test/testing.h"

namespace spurious {

using test::ForwardNow;
using test::LoadedEngine;
using test::Pictures;

namespace {

// Bytes that the C library's allocator has handed out, where it tells.
std::optional<size_t> HeapInUse() {
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 33)
  if (!test::kAddressSanitizer) return mallinfo2().uordblks;
#endif
  return std::nullopt;
}

}  // namespace

TEST_CASE("memory stays flat however many batches of whatever shape run") {
  LoadedEngine loaded("traced-conv.pt");
  const auto round = [&] {
    for (int64_t rows = 1; rows <= 12; ++rows) {  // more shapes than plans are kept
      const Pictures pictures(rows, 96, 96);
      ForwardNow(loaded.engine, pictures.All({rows % 2 == 0, rows % 3 == 0}));
    }
    for (const int64_t width : {64, 80, 112}) {
      ForwardNow(loaded.engine, Pictures(4, 96, width).All());
    }
  };
  round();
  const size_t live = CpuAllocatorStatistics().live;
  for (int i = 0; i < 5; ++i) round();
  CHECK(CpuAllocatorStatistics().live <= live);
}

TEST_CASE("200 engines made, used and disposed leave no memory behind") {
  const Pictures pictures(4, 112, 112);
  const auto cycle = [&](int i) {
    LoadedEngine loaded(i % 2 == 0 ? "traced-conv.pt" : "wrapped-everything.pt");
    ForwardNow(loaded.engine, pictures.All({true, true}));
    test::DisposeNow(loaded.engine);
  };
  for (int i = 0; i < 20; ++i) cycle(i);
  const size_t live = CpuAllocatorStatistics().live;
  const std::optional<size_t> heap = HeapInUse();
  for (int i = 0; i < 200; ++i) cycle(i);
  CHECK(CpuAllocatorStatistics().live == live);
  CHECK(CpuAllocatorStatistics().cached == 0);
  if (!heap) {
    MESSAGE("the heap's size was not looked at: this C library or AddressSanitizer hides it");
    return;
  }
  // A model of these that is left behind is 35 KB and more; 200 of them are 7 MB.
  const auto growth = static_cast<ptrdiff_t>(*HeapInUse()) - static_cast<ptrdiff_t>(*heap);
  MESSAGE("the heap grew by " << growth << " bytes");
  CHECK(growth < 2'000'000);
}

}  // namespace spurious
