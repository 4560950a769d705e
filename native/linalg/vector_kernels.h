// Inner loops of the dense linear algebra, in double precision, for each level of vector
// instructions. Matrices are column-major unless said otherwise.
//
// Why not libtorch's BLAS: its MKL takes a slow path on other makers' CPUs, exports neither the
// range solvers nor the tridiagonal routines, and a second BLAS must not be linked beside it.
#pragma once

#include <cstdint>
#include <vector>

namespace spurious {

struct VectorKernels {
  const char* name;  // "avx512", "avx2" or "generic"
  int tile_rows;     // of gemm_tile's result
  int tile_columns;

  // c = alpha * a * b, or c += ... with `add`; c [tile_rows, tile_columns] with column stride ldc.
  // `a` holds tile_rows numbers for each of the k steps one after the other, `b` tile_columns.
  void (*gemm_tile)(int64_t k, const double* a, const double* b, double alpha, bool add, double* c,
                    int64_t ldc);

  // y += S x, where S has the columns [first, last) of the symmetric matrix whose lower triangle
  // is `a` [n, n], and the rows that mirror them.
  void (*symmetric_columns)(const double* a, int64_t lda, int64_t first, int64_t last, int64_t n,
                            const double* x, double* y);

  // y -= v factors, v [n, columns].
  void (*subtract_columns)(int64_t n, int64_t columns, const double* v, int64_t ldv,
                           const double* factors, double* y);

  // out = v^T x, v [n, columns].
  void (*dot_columns)(int64_t n, int64_t columns, const double* v, int64_t ldv, const double* x,
                      double* out);

  // counts[i] = eigenvalues below points[i] of the tridiagonal matrix with the diagonal d [n] and
  // the squared off-diagonal e2 [n - 1]; pivots smaller than `least` are taken as -least.
  void (*count_below)(int64_t n, const double* d, const double* e2, double least, int64_t points,
                      const double* at, double* counts);
};

// What this CPU runs, slowest first; all agree to rounding.
const std::vector<const VectorKernels*>& AllVectorKernels();
const VectorKernels& BestVectorKernels();

// One table per level, nullptr where the compiler's target has no such level.
const VectorKernels* GenericVectorKernels();
const VectorKernels* Avx2VectorKernels();
const VectorKernels* Avx512VectorKernels();

}  // namespace spurious
