#include "linalg/shifted_tridiagonal.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace spurious {

SpectrumBounds BoundsOf(const TridiagonalMatrix& matrix) {
  const auto& d = matrix.diagonal;
  const auto& e = matrix.off_diagonal;
  SpectrumBounds bounds{d[0], d[0], 0};
  for (size_t i = 0; i < d.size(); ++i) {
    const double radius =
        (i > 0 ? std::abs(e[i - 1]) : 0) + (i + 1 < d.size() ? std::abs(e[i]) : 0);
    bounds.low = std::min(bounds.low, d[i] - radius);
    bounds.high = std::max(bounds.high, d[i] + radius);
  }
  bounds.norm = std::max(std::abs(bounds.low), std::abs(bounds.high));
  return bounds;
}

ShiftedTridiagonal::ShiftedTridiagonal(int64_t n)
    : n_(static_cast<size_t>(n)),
      inverse_pivots_(n_),
      first_(n_),
      second_(n_),
      multipliers_(n_),
      swapped_(n_) {}

void ShiftedTridiagonal::Factor(const TridiagonalMatrix& matrix, double shift, double least) {
  const auto& e = matrix.off_diagonal;
  const auto invert = [least](double pivot) {
    return 1 / (std::abs(pivot) < least ? std::copysign(least, pivot) : pivot);
  };
  // The row being eliminated from: its pivot and the element right of it.
  double pivot = matrix.diagonal[0] - shift;
  double right = n_ > 1 ? e[0] : 0;
  for (size_t i = 0; i + 1 < n_; ++i) {
    const double below = e[i];
    const double next = matrix.diagonal[i + 1] - shift;
    const double next_right = i + 2 < n_ ? e[i + 1] : 0;
    const bool swap = std::abs(pivot) < std::abs(below);
    swapped_[i] = swap ? 1 : 0;
    if (swap) {
      const double multiplier = pivot / below;
      inverse_pivots_[i] = invert(below);
      first_[i] = next;
      second_[i] = next_right;
      multipliers_[i] = multiplier;
      pivot = right - multiplier * next;
      right = -multiplier * next_right;
    } else {
      inverse_pivots_[i] = invert(pivot);
      const double multiplier = below * inverse_pivots_[i];
      first_[i] = right;
      second_[i] = 0;
      multipliers_[i] = multiplier;
      pivot = next - multiplier * right;
      right = next_right;
    }
  }
  inverse_pivots_[n_ - 1] = invert(pivot);
}

void ShiftedTridiagonal::Solve(double* b) const {
  for (size_t i = 0; i + 1 < n_; ++i) {
    if (swapped_[i] != 0) std::swap(b[i], b[i + 1]);
    b[i + 1] -= multipliers_[i] * b[i];
  }
  double after = 0, second = 0;
  for (size_t i = n_; i-- > 0;) {
    const double x = (b[i] - first_[i] * after - second_[i] * second) * inverse_pivots_[i];
    second = after;
    after = b[i] = x;
  }
}

}  // namespace spurious
