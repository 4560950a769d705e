// The kernels of vector_kernels.h. Included once by the source of each level, which defines
//   LINALG_LANES    doubles in a vector
//   LINALG_COLUMNS  columns of a tile of gemm
//   LINALG_TARGET   attribute that lets the compiler use the level's instructions
// This file has no include guard of its own for that reason, and no code outside an unnamed
// namespace.

#include <cstdint>

#include "linalg/vector_kernels.h"

namespace spurious {

// NOLINTNEXTLINE(google-build-namespaces): one copy for each SIMD level
namespace {

#define LINALG_INLINE inline __attribute__((always_inline)) LINALG_TARGET

// Vectors in registers, and the same in memory at any address.
using Vec = double __attribute__((vector_size(LINALG_LANES * 8)));
using Mask = int64_t __attribute__((vector_size(LINALG_LANES * 8)));
using VecInMemory = double __attribute__((vector_size(LINALG_LANES * 8), aligned(8), may_alias));

constexpr int64_t kLanes = LINALG_LANES;
constexpr int kTileVectors = 3;  // with LINALG_COLUMNS columns all sums stay in registers

LINALG_INLINE Vec Load(const double* from) { return *reinterpret_cast<const VecInMemory*>(from); }

LINALG_INLINE void Store(double* to, Vec vec) { *reinterpret_cast<VecInMemory*>(to) = vec; }

LINALG_INLINE double Sum(Vec vec) {
  double sum = 0;
  for (int64_t lane = 0; lane < kLanes; ++lane) sum += vec[lane];
  return sum;
}

LINALG_TARGET void GemmTile(int64_t k, const double* a, const double* b, double alpha, bool add,
                            double* c, int64_t ldc) {
  Vec sums[LINALG_COLUMNS][kTileVectors] = {};
  for (int64_t step = 0; step < k; ++step) {
    Vec rows[kTileVectors];
#pragma GCC unroll 3
    for (int v = 0; v < kTileVectors; ++v) rows[v] = Load(a + v * kLanes);
#pragma GCC unroll 8
    for (int j = 0; j < LINALG_COLUMNS; ++j) {
#pragma GCC unroll 3
      for (int v = 0; v < kTileVectors; ++v) sums[j][v] += rows[v] * b[j];
    }
    a += kTileVectors * kLanes;
    b += LINALG_COLUMNS;
  }
#pragma GCC unroll 8
  for (int j = 0; j < LINALG_COLUMNS; ++j) {
#pragma GCC unroll 3
    for (int v = 0; v < kTileVectors; ++v) {
      double* at = c + j * ldc + v * kLanes;
      const Vec product = sums[j][v] * alpha;
      Store(at, add ? Load(at) + product : product);
    }
  }
}

// Columns [first, first + kColumns) below row `from`; what lies above is the caller's.
template <int kColumns>
LINALG_INLINE void SymmetricBlock(const double* a, int64_t lda, int64_t first, int64_t from,
                                  int64_t n, const double* x, double* y) {
  const double* column[kColumns];
  double factor[kColumns], below[kColumns] = {};
  Vec sums[kColumns] = {};
  for (int c = 0; c < kColumns; ++c) {
    column[c] = a + (first + c) * lda;
    factor[c] = x[first + c];
  }
  const auto single = [&](int64_t row) __attribute__((always_inline)) {
    for (int c = 0; c < kColumns; ++c) {
      y[row] += column[c][row] * factor[c];
      below[c] += column[c][row] * x[row];
    }
  };
  int64_t row = from;
  for (; row < n && row % kLanes != 0; ++row) single(row);  // then every column is aligned
  for (; row + kLanes <= n; row += kLanes) {
    const Vec given = Load(x + row);
    Vec made = Load(y + row);
#pragma GCC unroll 8
    for (int c = 0; c < kColumns; ++c) {
      const Vec part = Load(column[c] + row);
      made += part * factor[c];
      sums[c] += part * given;
    }
    Store(y + row, made);
  }
  for (; row < n; ++row) single(row);
  for (int c = 0; c < kColumns; ++c) y[first + c] += below[c] + Sum(sums[c]);
}

LINALG_TARGET void SymmetricColumns(const double* a, int64_t lda, int64_t first, int64_t last,
                                    int64_t n, const double* x, double* y) {
  constexpr int kColumns = 8;
  int64_t column = first;
  for (; column + kColumns <= last; column += kColumns) {
    for (int c = 0; c < kColumns; ++c) {  // the triangle on the diagonal
      const int64_t j = column + c;
      y[j] += a[j * lda + j] * x[j];
      for (int64_t row = j + 1; row < column + kColumns; ++row) {
        y[row] += a[j * lda + row] * x[j];
        y[j] += a[j * lda + row] * x[row];
      }
    }
    SymmetricBlock<kColumns>(a, lda, column, column + kColumns, n, x, y);
  }
  for (; column < last; ++column) {
    y[column] += a[column * lda + column] * x[column];
    SymmetricBlock<1>(a, lda, column, column + 1, n, x, y);
  }
}

template <int kColumns>
LINALG_INLINE void SubtractBlock(int64_t n, const double* v, int64_t ldv, const double* factors,
                                 double* y) {
  int64_t row = 0;
  for (; row + kLanes <= n; row += kLanes) {
    Vec sum = Load(y + row);
#pragma GCC unroll 4
    for (int c = 0; c < kColumns; ++c) sum -= Load(v + c * ldv + row) * factors[c];
    Store(y + row, sum);
  }
  for (; row < n; ++row) {
    for (int c = 0; c < kColumns; ++c) y[row] -= v[c * ldv + row] * factors[c];
  }
}

LINALG_TARGET void SubtractColumns(int64_t n, int64_t columns, const double* v, int64_t ldv,
                                   const double* factors, double* y) {
  int64_t c = 0;
  for (; c + 4 <= columns; c += 4) SubtractBlock<4>(n, v + c * ldv, ldv, factors + c, y);
  for (; c < columns; ++c) SubtractBlock<1>(n, v + c * ldv, ldv, factors + c, y);
}

template <int kColumns>
LINALG_INLINE void DotBlock(int64_t n, const double* v, int64_t ldv, const double* x, double* out) {
  Vec sums[kColumns] = {};
  int64_t row = 0;
  for (; row + kLanes <= n; row += kLanes) {
    const Vec given = Load(x + row);
#pragma GCC unroll 4
    for (int c = 0; c < kColumns; ++c) sums[c] += Load(v + c * ldv + row) * given;
  }
  for (int c = 0; c < kColumns; ++c) {
    out[c] = Sum(sums[c]);
    for (int64_t rest = row; rest < n; ++rest) out[c] += v[c * ldv + rest] * x[rest];
  }
}

LINALG_TARGET void DotColumns(int64_t n, int64_t columns, const double* v, int64_t ldv,
                              const double* x, double* out) {
  int64_t c = 0;
  for (; c + 4 <= columns; c += 4) DotBlock<4>(n, v + c * ldv, ldv, x, out + c);
  for (; c < columns; ++c) DotBlock<1>(n, v + c * ldv, ldv, x, out + c);
}

// Sturm's sequence for kVectors vectors of points at once, which hides the division's latency.
template <int kVectors>
LINALG_INLINE void CountBlock(int64_t n, const double* d, const double* e2, double least,
                              const double* at, double* counts) {
  Vec point[kVectors], pivot[kVectors], count[kVectors] = {};
  for (int v = 0; v < kVectors; ++v) {
    point[v] = Load(at + v * kLanes);
    // NOLINTNEXTLINE(misc-redundant-expression): 1, or NaN where the point is not finite
    pivot[v] = point[v] - point[v] + 1.0;
  }
  const Vec smallest = pivot[0] * least;
  for (int64_t i = 0; i < n; ++i) {
    const double square = i > 0 ? e2[i - 1] : 0.0;
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      const Vec next = (d[i] - point[v]) - square / pivot[v];
      const Mask small = (next < smallest) & (next > -smallest);
      pivot[v] = small ? -smallest : next;
      count[v] += pivot[v] < 0.0 ? Vec{} + 1.0 : Vec{};
    }
  }
  for (int v = 0; v < kVectors; ++v) Store(counts + v * kLanes, count[v]);
}

LINALG_TARGET void CountBelow(int64_t n, const double* d, const double* e2, double least,
                              int64_t points, const double* at, double* counts) {
  constexpr int kVectors = 4;
  int64_t i = 0;
  for (; i + kVectors * kLanes <= points; i += kVectors * kLanes) {
    CountBlock<kVectors>(n, d, e2, least, at + i, counts + i);
  }
  for (; i < points; i += kLanes) {
    double some[LINALG_LANES], result[LINALG_LANES];
    for (int64_t lane = 0; lane < kLanes; ++lane) {
      some[lane] = at[i + lane < points ? i + lane : points - 1];
    }
    CountBlock<1>(n, d, e2, least, some, result);
    for (int64_t lane = 0; lane < kLanes && i + lane < points; ++lane) {
      counts[i + lane] = result[lane];
    }
  }
}

constexpr VectorKernels Kernels(const char* name) {
  return {name,
          kTileVectors * LINALG_LANES,
          LINALG_COLUMNS,
          GemmTile,
          SymmetricColumns,
          SubtractColumns,
          DotColumns,
          CountBelow};
}

}  // namespace

}  // namespace spurious
