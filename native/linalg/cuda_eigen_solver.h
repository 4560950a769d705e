// Eigenpairs by cuSOLVER; compiled only against a CUDA libtorch.
#pragma once

#include <memory>

#include "linalg/eigen_solver.h"

namespace spurious {

// "cusolver": many matrices in one call (cusolverDnXsyevBatched) where the cuSOLVER this was built
// with has it (CUDA 12.6.2), else cusolverDnXsyevd on several streams. `device` has an index and
// exists. A matrix on which cuSOLVER does not converge goes to LAPACK.
std::unique_ptr<EigenSolver> MakeCusolverSolver(at::Device device);

// The same, never by the batched call: for tests and for comparing the two.
std::unique_ptr<EigenSolver> MakeCusolverStreamsSolver(at::Device device);

}  // namespace spurious
