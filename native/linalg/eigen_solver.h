// Leading eigenpairs of symmetric matrices: one interface, several solvers.
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "linalg/thread_team.h"

namespace spurious {

// Eigenvalues that count: those above max(absolute, relative * largest).
struct EigenFloor {
  double absolute = 0;
  double relative = 0;

  double Above(double largest) const { return std::max(absolute, relative * largest); }
};

struct EigenJob {
  // float64 [n, n], n >= 1, contiguous, on the solver's device; only the elements on and above the
  // diagonal are read.
  at::Tensor matrix;
  // Pairs wanted, at least 1; fewer come back where the matrix or the floor leaves fewer.
  int64_t leading = 1;
  std::optional<EigenFloor> floor;
};

struct Eigenpairs {
  at::Tensor values;   // float64 [m] on the CPU, descending
  at::Tensor vectors;  // float64 [m, n] on the solver's device: row l belongs to values[l]
  int64_t above = 0;   // eigenvalues above the floor, wanted or not; n without a floor
  std::string solver;  // what computed them, for example "tridiagonal" or "lapack-syevd"
};

// Values come right to about 1e-14 of the largest absolute eigenvalue, residuals likewise, vectors
// orthonormal to about 1e-13. Not for two threads at once.
class EigenSolver {
 public:
  virtual ~EigenSolver() = default;
  virtual const char* name() const = 0;
  virtual at::Device device() const = 0;
  // One answer per job, in order. Throws kInternal when a matrix holds a number that is not finite.
  virtual std::vector<Eigenpairs> Solve(const std::vector<EigenJob>& jobs) = 0;

  Eigenpairs SolveOne(const EigenJob& job) { return std::move(Solve({job})[0]); }
};

// "tridiagonal", CPU: this project's own. Does only the work that the leading vectors need, and
// hands the rare matrix whose vectors fail its checks to LAPACK. The team must outlive it.
std::unique_ptr<EigenSolver> MakeTridiagonalSolver(ThreadTeam& team);

// "lapack", CPU: syevd of the LAPACK inside libtorch; computes every vector.
std::unique_ptr<EigenSolver> MakeLapackSolver();

// From all eigenpairs, ascending: values [n] and vectors [n, n] (column l belongs to values[l]) to
// what the job asks for.
Eigenpairs TakeLeading(const EigenJob& job, const at::Tensor& values, const at::Tensor& vectors,
                       std::string solver);

}  // namespace spurious
