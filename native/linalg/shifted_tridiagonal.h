// Solving (T - shift I) x = b for a symmetric tridiagonal T.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace spurious {

struct TridiagonalMatrix {
  std::vector<double> diagonal;      // [n]
  std::vector<double> off_diagonal;  // [n - 1]
};

// Gershgorin's bounds of all eigenvalues, and the larger of their absolute values.
struct SpectrumBounds {
  double low, high, norm;
};
SpectrumBounds BoundsOf(const TridiagonalMatrix& matrix);

// Gaussian elimination with row interchanges, made to be used with shifts that are eigenvalues:
// pivots smaller than `least` are taken as that.
class ShiftedTridiagonal {
 public:
  explicit ShiftedTridiagonal(int64_t n);

  void Factor(const TridiagonalMatrix& matrix, double shift, double least);
  void Solve(double* b) const;  // b [n] becomes x

 private:
  const size_t n_;
  std::vector<double> inverse_pivots_, first_, second_;  // rows of the upper factor
  std::vector<double> multipliers_;
  std::vector<char> swapped_;
};

}  // namespace spurious
