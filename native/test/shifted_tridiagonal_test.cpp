#include "linalg/shifted_tridiagonal.h"

#include <cmath>

#include "test/support_linalg.h"
#include "test/testing.h"

namespace spurious {

namespace {

double ResidualOf(const TridiagonalMatrix& matrix, double shift, const std::vector<double>& x,
                  const std::vector<double>& b) {
  double worst = 0;
  for (size_t i = 0; i < b.size(); ++i) {
    double sum = (matrix.diagonal[i] - shift) * x[i] - b[i];
    if (i > 0) sum += matrix.off_diagonal[i - 1] * x[i - 1];
    if (i + 1 < b.size()) sum += matrix.off_diagonal[i] * x[i + 1];
    worst = std::max(worst, std::abs(sum));
  }
  return worst;
}

}  // namespace

TEST_CASE("shifted systems are solved, with and without row interchanges") {
  for (const size_t n : {1U, 2U, 3U, 60U}) {
    for (const double scale : {0.01, 1.0, 100.0}) {  // of the diagonal: small ones interchange
      CAPTURE(n);
      CAPTURE(scale);
      TridiagonalMatrix matrix{test::Normal(n, 1), test::Normal(n - 1, 2)};
      for (double& value : matrix.diagonal) value *= scale;
      const auto b = test::Normal(n, 3);
      auto x = b;
      ShiftedTridiagonal factor(static_cast<int64_t>(n));
      factor.Factor(matrix, 0.3, 1e-16);
      factor.Solve(x.data());
      double size = 1;
      for (double value : x) size = std::max(size, std::abs(value));
      CHECK(ResidualOf(matrix, 0.3, x, b) < 1e-12 * size * std::max(scale, 1.0));
    }
  }
}

TEST_CASE("an eigenvalue as shift gives a finite, large solution") {
  const TridiagonalMatrix matrix{{2, 2, 2}, {-1, -1}};  // eigenvalue 2
  ShiftedTridiagonal factor(3);
  factor.Factor(matrix, 2, 1e-16);
  std::vector<double> x = {1, 0, -1};
  factor.Solve(x.data());
  for (double value : x) CHECK(std::isfinite(value));
  CHECK(std::abs(x[0]) > 1e10);
  CHECK(x[1] / x[0] == doctest::Approx(0).epsilon(1e-9));
  CHECK(x[2] / x[0] == doctest::Approx(-1));
}

TEST_CASE("Gershgorin's bounds hold the whole spectrum") {
  const SpectrumBounds bounds = BoundsOf({{2, -5, 2}, {-1, 3}});
  CHECK(bounds.low == -9);
  CHECK(bounds.high == 5);
  CHECK(bounds.norm == 9);
}

}  // namespace spurious
