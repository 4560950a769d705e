#include "linalg/tridiagonal_pairs.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include "linalg/gemm.h"

namespace spurious {

namespace {

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
// Eigenvalues closer than this part of the norm have no directions of their own in double
// precision: their vectors are made orthogonal one after the other. Wider gaps leave each pair of
// vectors orthogonal to kEpsilon / gap, which Orthogonalize mends.
constexpr double kTight = 1e-12;
constexpr double kResidual = 1e-11;
constexpr double kOrthogonality = 1e-12;

std::vector<double> Squares(const TridiagonalMatrix& matrix) {
  std::vector<double> squares(matrix.off_diagonal);
  for (double& value : squares) value *= value;
  return squares;
}

// Smallest pivot of a Sturm sequence that no square overflows when divided by.
double LeastPivot(const std::vector<double>& squares) {
  double largest = 1;
  for (double square : squares) largest = std::max(largest, square);
  return std::numeric_limits<double>::min() * largest;
}

double Norm(const double* x, int64_t n) {
  double sum = 0;
  for (int64_t i = 0; i < n; ++i) sum += x[i] * x[i];
  return std::sqrt(sum);
}

void Scale(double* x, int64_t n, double factor) {
  for (int64_t i = 0; i < n; ++i) x[i] *= factor;
}

// Numbers in (-1, 1), the same for the same seed everywhere (SplitMix64).
void FillRandom(uint64_t seed, double* x, int64_t n) {
  uint64_t state = seed * 0x9E3779B97F4A7C15U + 1;
  for (int64_t i = 0; i < n; ++i) {
    uint64_t bits = (state += 0x9E3779B97F4A7C15U);
    bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9U;
    bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EBU;
    bits ^= bits >> 31;
    x[i] = static_cast<double>(bits >> 11) * 0x1p-52 - 1;
  }
}

// The work of VectorsOf.
class InverseIteration {
 public:
  InverseIteration(ThreadTeam& team, const TridiagonalMatrix& matrix,
                   const std::vector<double>& values, std::vector<double>& z,
                   const VectorKernels& kernels)
      : team_(team),
        matrix_(matrix),
        values_(values),
        n_(static_cast<int64_t>(matrix.diagonal.size())),
        m_(static_cast<int64_t>(values.size())),
        norm_(BoundsOf(matrix).norm),
        z_(z),
        kernels_(kernels),
        factors_(static_cast<size_t>(team.size()), ShiftedTridiagonal(n_)) {}

  bool Run() {
    z_.resize(static_cast<size_t>(n_ * m_));
    team_.Run([this](int member) {
      for (int64_t i = member; i < m_; i += team_.size()) Iterate(member, i, 0);
    });
    return SeparateClusters() && Orthogonalize() && ResidualsAreSmall();
  }

 private:
  double* Vector(int64_t i) { return z_.data() + i * n_; }

  // Two solves suffice but for an unlucky start.
  void Iterate(int member, int64_t i, uint64_t attempt) {
    ShiftedTridiagonal& factor = factors_[static_cast<size_t>(member)];
    factor.Factor(matrix_, values_[static_cast<size_t>(i)], kEpsilon * norm_);
    double* x = Vector(i);
    FillRandom(static_cast<uint64_t>(i) + attempt * static_cast<uint64_t>(m_), x, n_);
    Scale(x, n_, 1 / Norm(x, n_));
    for (int solve = 0; solve < 6; ++solve) {
      factor.Solve(x);
      const double growth = Norm(x, n_);
      Scale(x, n_, 1 / growth);
      if (solve > 0 && growth * norm_ > 1e13) break;
    }
  }

  // Gram-Schmidt inside runs of eigenvalues that are equal to double precision. A vector that is
  // nearly a combination of those before it is made again from another start.
  bool SeparateClusters() {
    int64_t begin = 0;
    for (int64_t i = 1; i < m_; ++i) {
      const auto at = static_cast<size_t>(i);
      if (values_[at - 1] - values_[at] > kTight * norm_) begin = i;
      uint64_t attempt = 0;
      while (begin < i && !TakeOut(begin, i)) {
        if (++attempt > 5) return false;
        Iterate(0, i, attempt);
      }
    }
    return true;
  }

  // Makes vector i orthogonal to the vectors [begin, i); false when little of it was left.
  bool TakeOut(int64_t begin, int64_t i) {
    std::vector<double> parts(static_cast<size_t>(i - begin));
    double* x = Vector(i);
    for (int pass = 0; pass < 2; ++pass) {
      kernels_.dot_columns(n_, i - begin, Vector(begin), n_, x, parts.data());
      kernels_.subtract_columns(n_, i - begin, Vector(begin), n_, parts.data(), x);
      const double left = Norm(x, n_);
      if (!(left > 1e-3)) return false;
      Scale(x, n_, 1 / left);
    }
    return true;
  }

  // z = z (3 I - z^T z) / 2 until the columns are orthonormal. Vectors mix in proportion to how far
  // from orthogonal they are, kEpsilon / gap, so residuals stay as they were.
  bool Orthogonalize() {
    const auto count = static_cast<size_t>(m_);
    std::vector<double> products(count * count), mixed(z_.size());
    Gemm gemm(&team_, m_, kernels_);
    for (int round = 0; round < 6; ++round) {
      const double* z = z_.data();
      team_.Run([&](int member) {
        gemm.Run(member, {.m = m_,
                          .n = m_,
                          .k = n_,
                          .a = {z, n_, 1},
                          .b = {z, 1, n_},
                          .c = products.data(),
                          .ldc = m_});
      });
      double worst = 0;
      for (size_t i = 0; i < products.size(); ++i) {
        const double unit = i % (count + 1) == 0 ? 1 : 0;
        const double off = products[i] - unit;
        if (!(std::abs(off) < 0.1)) return false;
        worst = std::max(worst, std::abs(off));
        products[i] = unit - 0.5 * off;
      }
      if (worst < 32 * kEpsilon) return true;
      if (round == 5) return worst < kOrthogonality;
      team_.Run([&](int member) {
        gemm.Run(member, {.m = n_,
                          .n = m_,
                          .k = m_,
                          .a = {z, 1, n_},
                          .b = {products.data(), 1, m_},
                          .c = mixed.data(),
                          .ldc = n_});
      });
      z_.swap(mixed);
    }
    return false;
  }

  bool ResidualsAreSmall() {
    std::vector<char> good(static_cast<size_t>(m_));
    team_.Run([&](int member) {
      for (int64_t i = member; i < m_; i += team_.size()) {
        good[static_cast<size_t>(i)] = Residual(i) <= kResidual * norm_ ? 1 : 0;
      }
    });
    return std::accumulate(good.begin(), good.end(), int64_t{0}) == m_;
  }

  double Residual(int64_t i) {
    const double* x = Vector(i);
    const double value = values_[static_cast<size_t>(i)];
    double sum = 0;
    for (int64_t row = 0; row < n_; ++row) {
      const auto at = static_cast<size_t>(row);
      double rest = (matrix_.diagonal[at] - value) * x[row];
      if (row > 0) rest += matrix_.off_diagonal[at - 1] * x[row - 1];
      if (row + 1 < n_) rest += matrix_.off_diagonal[at] * x[row + 1];
      sum += rest * rest;
    }
    return std::sqrt(sum);
  }

  ThreadTeam& team_;
  const TridiagonalMatrix& matrix_;
  const std::vector<double>& values_;
  const int64_t n_, m_;
  const double norm_;
  std::vector<double>& z_;
  const VectorKernels& kernels_;
  std::vector<ShiftedTridiagonal> factors_;  // one per member
};

}  // namespace

std::vector<double> LeadingValues(ThreadTeam& team, const TridiagonalMatrix& matrix, int64_t m,
                                  const VectorKernels& kernels) {
  const auto n = static_cast<int64_t>(matrix.diagonal.size());
  const std::vector<double> squares = Squares(matrix);
  const double least = LeastPivot(squares);
  const SpectrumBounds bounds = BoundsOf(matrix);
  const double margin = 2 * kEpsilon * bounds.norm + 2 * least;
  const auto count = static_cast<size_t>(m);
  std::vector<double> low(count, bounds.low - margin), high(count, bounds.high + margin);
  std::vector<double> middle(count), below(count);
  // Each halving gains a bit; the first interval is at most twice the norm wide.
  constexpr int kHalvings = std::numeric_limits<double>::digits + 2;
  team.Run([&](int member) {
    const auto [begin, end] = ShareOf(0, m, 32, member, team.size());
    for (int halving = 0; begin < end && halving < kHalvings; ++halving) {
      for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
        middle[i] = low[i] + (high[i] - low[i]) / 2;
      }
      kernels.count_below(n, matrix.diagonal.data(), squares.data(), least, end - begin,
                          middle.data() + begin, below.data() + begin);
      for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
        const double at_least = static_cast<double>(n) - below[i];
        (at_least > static_cast<double>(i) ? low : high)[i] = middle[i];
      }
    }
  });
  for (size_t i = 0; i < count; ++i) middle[i] = low[i] + (high[i] - low[i]) / 2;
  std::sort(middle.begin(), middle.end(), std::greater<>());  // neighbours may differ by rounding
  return middle;
}

int64_t CountAbove(const TridiagonalMatrix& matrix, double bound, const VectorKernels& kernels) {
  const auto n = static_cast<int64_t>(matrix.diagonal.size());
  const std::vector<double> squares = Squares(matrix);
  // The kernel counts what is below; equal to the bound is not above it.
  const double at = std::nextafter(bound, std::numeric_limits<double>::infinity());
  double below = 0;
  kernels.count_below(n, matrix.diagonal.data(), squares.data(), LeastPivot(squares), 1, &at,
                      &below);
  return n - static_cast<int64_t>(below);
}

bool VectorsOf(ThreadTeam& team, const TridiagonalMatrix& matrix, const std::vector<double>& values,
               std::vector<double>& z, const VectorKernels& kernels) {
  return InverseIteration(team, matrix, values, z, kernels).Run();
}

}  // namespace spurious
