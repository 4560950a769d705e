#include "linalg/tridiagonal.h"

#include <ATen/Functions.h>

#include <cmath>
#include <thread>
#include <tuple>

#include "test/support_linalg.h"
#include "test/testing.h"

namespace spurious {

namespace {

// The matrix's columns with a stride of `stride`, NaN above the diagonal: what may not be read.
std::vector<double> LowerColumns(const at::Tensor& matrix, int64_t stride) {
  const int64_t n = matrix.size(0);
  std::vector<double> columns(static_cast<size_t>(n * stride), NAN);
  for (int64_t j = 0; j < n; ++j) {
    for (int64_t i = j; i < n; ++i) {
      columns[static_cast<size_t>(j * stride + i)] = matrix.data_ptr<double>()[i * n + j];
    }
  }
  return columns;
}

// Q as rows: Q^T, from applying it to the unit vectors.
at::Tensor QOf(Tridiagonalization& reduced, int64_t n) {
  at::Tensor q = at::eye(n, at::kDouble);
  reduced.Apply(q.data_ptr<double>(), n, n);
  return q;
}

void CheckReduction(const at::Tensor& matrix, ThreadTeam& team, const VectorKernels& kernels) {
  const int64_t n = matrix.size(0), stride = n + 3;
  auto columns = LowerColumns(matrix, stride);
  Tridiagonalization reduced(team, columns.data(), n, stride, kernels);
  REQUIRE(reduced.diagonal().size() == static_cast<size_t>(n));
  REQUIRE(reduced.off_diagonal().size() == static_cast<size_t>(n - 1));
  at::Tensor t = at::diag(at::tensor(reduced.diagonal(), at::kDouble));
  if (n > 1) {
    const at::Tensor off = at::tensor(reduced.off_diagonal(), at::kDouble);
    t = t + at::diag(off, 1) + at::diag(off, -1);
  }
  const at::Tensor q = QOf(reduced, n);  // rows are Q's columns
  CHECK(test::OrthogonalityError(q) < 1e-13);
  const double scale = std::max(1.0, matrix.abs().max().item<double>());
  const double error = (at::mm(at::mm(q.t(), t), q) - matrix).abs().max().item<double>();
  CHECK(error < 1e-13 * static_cast<double>(n) * scale);
}

}  // namespace

TEST_CASE("a symmetric matrix is Q T Q^T with Q orthogonal, for any size, team and level") {
  ThreadTeam alone(1), three(3);
  for (const int64_t n : {1, 2, 3, 4, 31, 32, 33, 34, 65, 150}) {
    CAPTURE(n);
    const at::Tensor matrix = test::RandomSymmetric(n, static_cast<uint64_t>(n));
    for (const VectorKernels* kernels : AllVectorKernels()) {
      CAPTURE(kernels->name);
      CheckReduction(matrix, alone, *kernels);
      CheckReduction(matrix, three, *kernels);
    }
  }
}

TEST_CASE("matrices with nothing to reflect are reduced too") {
  ThreadTeam team(2);
  const auto& kernels = BestVectorKernels();
  CheckReduction(at::zeros({40, 40}, at::kDouble), team, kernels);
  CheckReduction(at::eye(40, at::kDouble), team, kernels);
  CheckReduction(at::ones({40, 40}, at::kDouble), team, kernels);
  at::Tensor blocks = test::RandomSymmetric(70, 9);
  blocks.narrow(0, 0, 35).narrow(1, 35, 35).zero_();
  blocks.narrow(0, 35, 35).narrow(1, 0, 35).zero_();
  CheckReduction(blocks, team, kernels);
}

TEST_CASE("the result is the same to the last bit whatever the team and how busy its cores are") {
  const int64_t n = 300;
  const at::Tensor matrix = test::RandomSymmetric(n, 7);
  const auto reduce = [&](int members) {
    ThreadTeam team(members);
    auto columns = LowerColumns(matrix, n);
    Tridiagonalization reduced(team, columns.data(), n, n);
    return std::tuple{reduced.diagonal(), reduced.off_diagonal(), QOf(reduced, n)};
  };
  const auto [diagonal, off_diagonal, q] = reduce(1);
  // Far more members than cores keep each other waiting, so that all but one leave half-way.
  for (const int members : {2, 3, 4, 4 * static_cast<int>(std::thread::hardware_concurrency())}) {
    CAPTURE(members);
    const auto [same_diagonal, same_off_diagonal, same_q] = reduce(members);
    CHECK(same_diagonal == diagonal);
    CHECK(same_off_diagonal == off_diagonal);
    CHECK(same_q.equal(q));
  }
}

TEST_CASE("Q is applied to any number of columns") {
  ThreadTeam team(2);
  const int64_t n = 80;
  auto columns = LowerColumns(test::RandomSymmetric(n, 5), n);
  Tridiagonalization reduced(team, columns.data(), n, n);
  const at::Tensor q = QOf(reduced, n);
  for (const int64_t m : {1, 3, 8, 50}) {
    const at::Tensor z = at::tensor(test::Normal(static_cast<size_t>(m * n), 6), at::kDouble);
    at::Tensor rows = z.view({m, n}).clone();
    reduced.Apply(rows.data_ptr<double>(), m, n);
    CHECK((rows - at::mm(z.view({m, n}), q)).abs().max().item<double>() < 1e-12);
  }
}

}  // namespace spurious
