#include "linalg/tridiagonal_pairs.h"

#include <ATen/Functions.h>

#include <cmath>

#include "test/support_linalg.h"
#include "test/testing.h"

namespace spurious {

namespace {

at::Tensor Dense(const TridiagonalMatrix& matrix) {
  at::Tensor dense = at::diag(at::tensor(matrix.diagonal, at::kDouble));
  if (matrix.off_diagonal.empty()) return dense;
  const at::Tensor off = at::tensor(matrix.off_diagonal, at::kDouble);
  return dense + at::diag(off, 1) + at::diag(off, -1);
}

// Wilkinson's W+: pairs of eigenvalues that agree to more digits the larger they are.
TridiagonalMatrix Wilkinson(int64_t half) {
  TridiagonalMatrix matrix;
  for (int64_t i = -half; i <= half; ++i) {
    matrix.diagonal.push_back(static_cast<double>(std::abs(i)));
  }
  matrix.off_diagonal.assign(matrix.diagonal.size() - 1, 1.0);
  return matrix;
}

// Copies of one matrix joined by weak links: clusters as tight as the links are weak.
TridiagonalMatrix Glued(const TridiagonalMatrix& part, int copies, double link) {
  TridiagonalMatrix matrix;
  for (int copy = 0; copy < copies; ++copy) {
    if (copy > 0) matrix.off_diagonal.push_back(link);
    matrix.diagonal.insert(matrix.diagonal.end(), part.diagonal.begin(), part.diagonal.end());
    matrix.off_diagonal.insert(matrix.off_diagonal.end(), part.off_diagonal.begin(),
                               part.off_diagonal.end());
  }
  return matrix;
}

void CheckPairs(const TridiagonalMatrix& matrix, int64_t m, ThreadTeam& team,
                const VectorKernels& kernels = BestVectorKernels()) {
  const auto n = static_cast<int64_t>(matrix.diagonal.size());
  const at::Tensor dense = Dense(matrix);
  const double norm = BoundsOf(matrix).norm;
  const std::vector<double> values = LeadingValues(team, matrix, m, kernels);
  REQUIRE(values.size() == static_cast<size_t>(m));
  const at::Tensor value = at::tensor(values, at::kDouble);
  const at::Tensor expected = at::linalg_eigvalsh(dense).flip(0).narrow(0, 0, m);
  CHECK((value - expected).abs().max().item<double>() < 1e-14 * norm * 10);

  std::vector<double> z;
  REQUIRE(VectorsOf(team, matrix, values, z, kernels));
  const at::Tensor rows = at::from_blob(z.data(), {m, n}, at::kDouble);
  CHECK(test::OrthogonalityError(rows) < 1e-12);
  const at::Tensor residual = at::mm(rows, dense) - rows * value.unsqueeze(1);
  CHECK(residual.norm(2, 1).max().item<double>() < 1e-11 * norm);
}

}  // namespace

TEST_CASE("leading pairs are right for a spectrum known in closed form") {
  const int64_t n = 101;
  const TridiagonalMatrix matrix{std::vector<double>(n, 2.0), std::vector<double>(n - 1, -1.0)};
  ThreadTeam team(2);
  const auto values = LeadingValues(team, matrix, 10);
  for (size_t k = 0; k < 10; ++k) {
    const double exact = 2 + 2 * std::cos(M_PI * static_cast<double>(k + 1) / (n + 1));
    CHECK(std::abs(values[k] - exact) < 4e-15);
  }
  CheckPairs(matrix, 10, team);
}

TEST_CASE("leading pairs are right for random matrices, any number, team and level") {
  ThreadTeam alone(1), three(3);
  for (const int64_t n : {1, 2, 3, 40, 130}) {
    const auto count = static_cast<size_t>(n);
    const TridiagonalMatrix matrix{test::Normal(count, 1), test::Normal(count - 1, 2)};
    for (const int64_t m : {int64_t{1}, (n + 1) / 2, n}) {
      for (const VectorKernels* kernels : AllVectorKernels()) {
        CAPTURE(n);
        CAPTURE(m);
        CAPTURE(kernels->name);
        CheckPairs(matrix, m, alone, *kernels);
        CheckPairs(matrix, m, three, *kernels);
      }
    }
  }
}

TEST_CASE("eigenvalues that are equal, or nearly, get orthogonal vectors") {
  ThreadTeam team(2);
  CheckPairs({std::vector<double>(30, 3.0), std::vector<double>(29, 0.0)}, 30, team);  // 3 I
  CheckPairs({{5, 5, 5, 1, 1, 1}, {0, 0, 0, 0, 0}}, 4, team);
  CheckPairs(Wilkinson(10), 21, team);
  CheckPairs(Wilkinson(60), 40, team);
  for (const double link : {0.0, 1e-300, 1e-16, 1e-14, 1e-13, 1e-12, 1e-10, 1e-8, 1e-6, 1e-3}) {
    CAPTURE(link);
    CheckPairs(Glued(Wilkinson(10), 5, link), 60, team);
    CheckPairs(Glued({test::Normal(20, 3), test::Normal(19, 4)}, 4, link), 50, team);
  }
}

TEST_CASE("graded matrices keep their small eigenvalues right to the norm's rounding") {
  TridiagonalMatrix matrix;
  for (int i = 0; i < 60; ++i) matrix.diagonal.push_back(std::pow(10.0, -i / 4.0));
  for (int i = 0; i < 59; ++i) matrix.off_diagonal.push_back(0.3 * matrix.diagonal[i + 1]);
  ThreadTeam team(2);
  CheckPairs(matrix, 60, team);
}

TEST_CASE("eigenvalues above a bound are counted without being computed") {
  const TridiagonalMatrix matrix{{4, 3, 2, 1}, {0, 0, 0}};
  CHECK(CountAbove(matrix, 5) == 0);
  CHECK(CountAbove(matrix, 4) == 0);  // equal is not above
  CHECK(CountAbove(matrix, 3.5) == 1);
  CHECK(CountAbove(matrix, 2) == 2);
  CHECK(CountAbove(matrix, -1) == 4);
  for (const int64_t n : {1, 30, 77}) {
    const auto count = static_cast<size_t>(n);
    const TridiagonalMatrix random{test::Normal(count, 5), test::Normal(count - 1, 6)};
    const int64_t expected = (at::linalg_eigvalsh(Dense(random)) > 0.25).sum().item<int64_t>();
    CHECK(CountAbove(random, 0.25) == expected);
  }
}

}  // namespace spurious
