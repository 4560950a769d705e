// Leading eigenpairs of a symmetric tridiagonal matrix.
#pragma once

#include <cstdint>
#include <vector>

#include "linalg/shifted_tridiagonal.h"
#include "linalg/thread_team.h"
#include "linalg/vector_kernels.h"

namespace spurious {

// The m largest eigenvalues, descending, by bisection with Sturm counts: each right to a few units
// in the last place of the largest absolute eigenvalue. m >= 1.
std::vector<double> LeadingValues(ThreadTeam& team, const TridiagonalMatrix& matrix, int64_t m,
                                  const VectorKernels& kernels = BestVectorKernels());

// How many eigenvalues are greater than `bound`.
int64_t CountAbove(const TridiagonalMatrix& matrix, double bound,
                   const VectorKernels& kernels = BestVectorKernels());

// Orthonormal eigenvectors of `values` (the leading ones, descending) by inverse iteration:
// z [n, m], column-major, column stride n. False when some vector did not come out right, judged
// by the residual (1e-11 of the norm) and by orthogonality (1e-12); z is then of no use.
bool VectorsOf(ThreadTeam& team, const TridiagonalMatrix& matrix, const std::vector<double>& values,
               std::vector<double>& z, const VectorKernels& kernels = BestVectorKernels());

}  // namespace spurious
