#include "linalg/vector_kernels.h"

// Two doubles: what every x86-64 and every 64-bit ARM has.
#define LINALG_LANES 2
#define LINALG_COLUMNS 4
#define LINALG_TARGET

#include "linalg/vector_kernels_impl.h"
#include "preprocess/simd_level.h"

namespace spurious {

const VectorKernels* GenericVectorKernels() {
  static constexpr VectorKernels kernels = Kernels("generic");
  return &kernels;
}

const std::vector<const VectorKernels*>& AllVectorKernels() {
  static const std::vector<const VectorKernels*> all = [] {
    std::vector<const VectorKernels*> found = {GenericVectorKernels()};
#if defined(__x86_64__)
    const bool fma = __builtin_cpu_supports("fma") != 0;
    for (SimdLevel level : SimdLevels()) {
      if (fma && level == SimdLevel::kAvx2) found.push_back(Avx2VectorKernels());
      if (fma && level == SimdLevel::kAvx512) found.push_back(Avx512VectorKernels());
    }
#endif
    std::erase(found, nullptr);
    return found;
  }();
  return all;
}

const VectorKernels& BestVectorKernels() { return *AllVectorKernels().back(); }

}  // namespace spurious
