#include "linalg/vector_kernels.h"

#if defined(__x86_64__)

#define LINALG_LANES 8
#define LINALG_COLUMNS 8
#define LINALG_TARGET __attribute__((target("avx512f,avx512vl,fma")))

#include "linalg/vector_kernels_impl.h"

namespace spurious {

const VectorKernels* Avx512VectorKernels() {
  static constexpr VectorKernels kernels = Kernels("avx512");
  return &kernels;
}

}  // namespace spurious

#else

namespace spurious {

const VectorKernels* Avx512VectorKernels() { return nullptr; }

}  // namespace spurious

#endif
