#include "linalg/eigen_solver.h"

#include <ATen/Functions.h>

#include <cmath>
#include <limits>

#include "test/support_eigen.h"
#include "test/support_linalg.h"
#include "test/testing.h"

namespace spurious {

namespace {

// On the solver's device, with what must not be read made unreadable.
at::Tensor Given(const at::Tensor& matrix, const EigenSolver& solver) {
  const at::Tensor below = at::ones_like(matrix).tril(-1).to(at::kBool);
  return matrix.masked_fill(below, std::numeric_limits<double>::quiet_NaN()).to(solver.device());
}

void CheckPairs(const at::Tensor& matrix, const Eigenpairs& pairs, int64_t leading) {
  const int64_t n = matrix.size(0);
  const at::Tensor expected = at::linalg_eigvalsh(matrix).flip(0).narrow(0, 0, leading);
  const double scale = at::linalg_eigvalsh(matrix).abs().max().item<double>();
  REQUIRE(pairs.values.sizes() == at::IntArrayRef({leading}));
  REQUIRE(pairs.vectors.sizes() == at::IntArrayRef({leading, n}));
  REQUIRE(pairs.vectors.is_contiguous());
  CHECK((pairs.values - expected).abs().max().item<double>() <= 1e-13 * scale);
  const at::Tensor vectors = pairs.vectors.cpu();
  CHECK(test::OrthogonalityError(vectors) < 1e-12);
  const at::Tensor residual = at::mm(vectors, matrix) - vectors * pairs.values.unsqueeze(1);

  // The largest entry, not the norm: the square of a residual of 1e188 is no number any more.
  CHECK(residual.abs().max().item<double>() <= 1e-12 * scale);
}

void CheckAllSolvers(const at::Tensor& matrix, int64_t leading) {
  ThreadTeam team(2);
  for (const auto& [name, solver] : test::Solvers(team)) {
    CAPTURE(name);
    const Eigenpairs pairs = solver->SolveOne({Given(matrix, *solver), leading, {}});
    CHECK(pairs.above == matrix.size(0));
    CheckPairs(matrix, pairs, std::min(leading, matrix.size(0)));
  }
}

std::vector<double> Decaying(int64_t n, double factor) {
  std::vector<double> values;
  for (int64_t i = 0; i < n; ++i) values.push_back(std::pow(factor, static_cast<double>(i)));
  return values;
}

}  // namespace

TEST_CASE("every solver finds the leading pairs of random matrices of any size") {
  for (const int64_t n : {1, 2, 3, 10, 33, 64, 200, 515}) {
    CAPTURE(n);
    CheckAllSolvers(test::RandomSymmetric(n, static_cast<uint64_t>(n)), (n + 2) / 3);
  }
  CheckAllSolvers(test::RandomSymmetric(120, 1), 120);
  CheckAllSolvers(test::RandomSymmetric(20, 2), 1000);  // more than there are
}

TEST_CASE("every solver copes with decaying, repeated and missing eigenvalues") {
  CheckAllSolvers(test::WithEigenvalues(Decaying(150, 0.8), 3), 60);  // down to 1e-15
  CheckAllSolvers(test::WithEigenvalues(Decaying(100, 0.999), 4), 40);
  std::vector<double> repeated(90, 2.0);
  std::fill(repeated.begin() + 30, repeated.end(), 1.0);
  CheckAllSolvers(test::WithEigenvalues(repeated, 5), 50);
  std::vector<double> rank_one(80, 0.0);
  rank_one[0] = 7;
  CheckAllSolvers(test::WithEigenvalues(rank_one, 6), 10);
  CheckAllSolvers(at::eye(70, at::kDouble), 20);
  CheckAllSolvers(at::zeros({40, 40}, at::kDouble), 5);
  CheckAllSolvers(at::ones({60, 60}, at::kDouble), 60);
  CheckAllSolvers(at::diag(at::arange(50, at::kDouble)), 10);
}

TEST_CASE("every solver keeps its accuracy at the ends of the number range") {
  for (const double scale : {1e-200, 1e-300, 1e200, 3.7e5}) {
    CAPTURE(scale);
    CheckAllSolvers(test::RandomSymmetric(60, 7) * scale, 20);
  }
  ThreadTeam team(2);
  const auto solver = MakeTridiagonalSolver(team);
  const at::Tensor tiny = at::eye(5, at::kDouble) * 1e-310;  // subnormal
  CHECK(solver->SolveOne({tiny, 2, {}}).values[1].item<double>() == doctest::Approx(1e-310));
}

TEST_CASE("pairs at or below the floor are counted out and never returned") {
  const at::Tensor matrix = test::WithEigenvalues({8, 4, 2, 1, 1e-3, 1e-9, 0, -3}, 8);
  ThreadTeam team(2);
  for (const auto& [name, solver] : test::Solvers(team)) {
    CAPTURE(name);
    const at::Tensor given = Given(matrix, *solver);
    const Eigenpairs relative = solver->SolveOne({given, 8, EigenFloor{.relative = 1e-6}});
    CHECK(relative.above == 5);
    CheckPairs(matrix, relative, 5);
    const Eigenpairs absolute = solver->SolveOne({given, 2, EigenFloor{.absolute = 1.5}});
    CHECK(absolute.above == 3);
    CheckPairs(matrix, absolute, 2);
    const Eigenpairs none = solver->SolveOne({given, 2, EigenFloor{.absolute = 9}});
    CHECK(none.above == 0);
    CHECK(none.values.numel() == 0);
    CHECK(none.vectors.sizes() == at::IntArrayRef({0, 8}));
    const at::Tensor zero = at::zeros({4, 4}, at::kDouble).to(solver->device());
    CHECK(solver->SolveOne({zero, 2, EigenFloor{.relative = 1e-6}}).above == 0);
  }
}

TEST_CASE("matrices of a call may have different sizes and wishes") {
  ThreadTeam team(2);
  for (const auto& [name, solver] : test::Solvers(team)) {
    CAPTURE(name);
    std::vector<at::Tensor> matrices;
    std::vector<EigenJob> jobs;
    for (const int64_t n : {40, 7, 38, 39, 200, 1, 190}) {
      // The last ones far smaller in value than the others.
      matrices.push_back(test::RandomSymmetric(n, static_cast<uint64_t>(n)) * (n < 39 ? 1e-8 : 1));
      jobs.push_back({Given(matrices.back(), *solver), n / 2 + 1, {}});
    }
    const std::vector<Eigenpairs> all = solver->Solve(jobs);
    REQUIRE(all.size() == jobs.size());
    for (size_t i = 0; i < all.size(); ++i) {
      CAPTURE(i);
      CheckPairs(matrices[i], all[i], jobs[i].leading);
    }
    CHECK(solver->Solve({}).empty());
  }
}

TEST_CASE("a matrix with a number that is not finite is refused") {
  ThreadTeam team(2);
  for (const auto& [name, solver] : test::Solvers(team)) {
    CAPTURE(name);
    for (const double bad : {NAN, INFINITY, -INFINITY}) {
      at::Tensor matrix = test::RandomSymmetric(20, 9);
      matrix[3][11] = bad;
      const at::Tensor given = matrix.to(solver->device());
      CHECK(test::CodeOf([&] { solver->SolveOne({given, 3, {}}); }) == ErrorCode::kInternal);
    }
  }
}

TEST_CASE("the tridiagonal solver needs no help from LAPACK, and says who solved") {
  ThreadTeam team(2);
  const auto solver = MakeTridiagonalSolver(team);
  CHECK(solver->SolveOne({test::RandomSymmetric(100, 10), 5, {}}).solver == "tridiagonal");
  CHECK(solver->SolveOne({at::eye(100, at::kDouble), 50, {}}).solver == "tridiagonal");
  CHECK(MakeLapackSolver()->SolveOne({at::eye(3, at::kDouble), 1, {}}).solver == "lapack-syevd");
}

TEST_CASE("the tridiagonal solver gives the same bits again, with any number of threads") {
  ThreadTeam team(2), other_team(3);
  const auto solver = MakeTridiagonalSolver(team), other = MakeTridiagonalSolver(other_team);
  for (const int64_t n : {300, 450}) {
    const at::Tensor matrix = test::RandomSymmetric(n, 11);
    const Eigenpairs first = solver->SolveOne({matrix, 50, {}});
    solver->SolveOne({test::RandomSymmetric(n + 10, 12), 60, {}});  // other sizes in its memory
    for (const Eigenpairs& again :
         {solver->SolveOne({matrix, 50, {}}), other->SolveOne({matrix, 50, {}})}) {
      CHECK(again.values.equal(first.values));
      CHECK(again.vectors.equal(first.vectors));
    }
  }
}

}  // namespace spurious
