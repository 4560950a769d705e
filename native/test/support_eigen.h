// The eigenproblem solvers that this machine can run, for tests that hold them to each other.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "linalg/eigen_solver.h"
#include "linalg/pca_algebra.h"
#include "linalg/thread_team.h"

namespace spurious::test {

struct NamedSolver {
  std::string name;
  std::unique_ptr<EigenSolver> solver;
};

// "tridiagonal" and "lapack" always; both ways of cuSOLVER where there is a GPU, else a message
// with the reason why they are skipped.
std::vector<NamedSolver> Solvers(ThreadTeam& team);

struct NamedAlgebra {
  std::string name;
  std::unique_ptr<PcaAlgebra> algebra;
};

// Likewise: "cpu", "torch on cpu" and, where there is a GPU, "torch on cuda".
std::vector<NamedAlgebra> Algebras(ThreadTeam& team);

}  // namespace spurious::test
