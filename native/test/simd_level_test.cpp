#include "preprocess/simd_level.h"

#include "preprocess/jpeg_kernels.h"
#include "preprocess/resize_kernels.h"
#include "test/testing.h"

namespace spurious {

TEST_CASE("every SIMD level is found again by its name") {
  for (const SimdLevel level :
       {SimdLevel::kScalar, SimdLevel::kAvx2, SimdLevel::kAvx512, SimdLevel::kNeon}) {
    CHECK(ParseSimdLevel(SimdLevelName(level)) == level);
  }
}

TEST_CASE("other names are no SIMD level") {
  for (const char* name : {"", "AVX2", "avx", "avx2 ", "sse"}) CHECK(!ParseSimdLevel(name));
}

TEST_CASE("this CPU's levels begin with scalar and end with the best") {
  const auto& levels = SimdLevels();
  REQUIRE(!levels.empty());
  CHECK(levels.front() == SimdLevel::kScalar);
  CHECK(levels.back() == BestSimdLevel());
  for (const SimdLevel level : levels) MESSAGE("this CPU runs " << SimdLevelName(level));
}

#if defined(__x86_64__)
TEST_CASE("each level has kernels of its own, levels of other CPUs the scalar ones") {
  CHECK(&ResizeKernelsFor(SimdLevel::kScalar) == &ScalarResizeKernels());
  CHECK(&ResizeKernelsFor(SimdLevel::kAvx2) == &Avx2ResizeKernels());
  CHECK(&ResizeKernelsFor(SimdLevel::kAvx512) == &Avx512ResizeKernels());
  CHECK(&ResizeKernelsFor(SimdLevel::kNeon) == &ScalarResizeKernels());
  CHECK(&JpegKernelsFor(SimdLevel::kScalar) == &ScalarJpegKernels());
  CHECK(&JpegKernelsFor(SimdLevel::kAvx2) == &Avx2JpegKernels());
  CHECK(&JpegKernelsFor(SimdLevel::kNeon) == &ScalarJpegKernels());
}
#endif

}  // namespace spurious
