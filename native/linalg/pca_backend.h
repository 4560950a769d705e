// Which solver and algebra a PCA is made with.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "linalg/eigen_solver.h"
#include "linalg/pca_algebra.h"
#include "linalg/thread_team.h"

namespace spurious {

struct PcaChoice {
  // "tridiagonal", "lapack", "cusolver", or "auto": cusolver where `device` is a GPU, tridiagonal
  // on the CPU, where it was faster than lapack at every size measured.
  std::string solver = "auto";
  std::string device = "cpu";  // "cpu", "cuda" or "cuda:N"; the GPU that cusolver uses
  // Threads of this project's own loops, 0 = all cores. LAPACK uses libtorch's.
  int threads = 0;

  bool operator==(const PcaChoice&) const = default;
};

struct PcaBackend {
  std::unique_ptr<ThreadTeam> team;  // may be null
  std::unique_ptr<PcaAlgebra> algebra;
  std::unique_ptr<EigenSolver> solver;
};

// Throws kDeviceUnavailable for a device that this build or this machine does not have.
PcaBackend MakePcaBackend(const PcaChoice& choice);

// What `doctor` tells.
struct PcaSolverInfo {
  std::string name;
  std::string device;  // "cpu" or "cuda"
  bool available;
  std::string detail;  // how it works, or why it is not available
};
std::vector<PcaSolverInfo> PcaSolvers();

}  // namespace spurious
