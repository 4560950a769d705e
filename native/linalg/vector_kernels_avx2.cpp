#include "linalg/vector_kernels.h"

#if defined(__x86_64__)

#define LINALG_LANES 4
#define LINALG_COLUMNS 4
#define LINALG_TARGET __attribute__((target("avx2,fma")))

#include "linalg/vector_kernels_impl.h"

namespace spurious {

const VectorKernels* Avx2VectorKernels() {
  static constexpr VectorKernels kernels = Kernels("avx2");
  return &kernels;
}

}  // namespace spurious

#else

namespace spurious {

const VectorKernels* Avx2VectorKernels() { return nullptr; }

}  // namespace spurious

#endif
