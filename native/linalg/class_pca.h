// Class-wise neural PCA: the principal components of the weighted features psi = w * phi of one
// class's images (Neuhaus et al., "Spurious Features Everywhere", ICCV 2023, section 3).
#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "linalg/eigen_solver.h"
#include "linalg/pca_algebra.h"

namespace spurious {

struct ClassPcaInput {
  WeightedFeatures features;
  int64_t components = 128;  // asked for; at least 1
};

struct ClassPca {
  std::vector<double> mean;         // [d] of psi
  std::vector<double> eigenvalues;  // [m] of the unbiased covariance, descending
  // [m, d] unit vectors; the entry of largest absolute value is positive.
  std::vector<float> components;
  // [N, m] alpha_l(x) = <1, v_l> <psi(x) - mean, v_l>; does not depend on v_l's sign.
  std::vector<float> alphas;
  int64_t count = 0;          // m = min(asked for, rank)
  int64_t rank = 0;           // numerical; at most N - 1
  double total_variance = 0;  // sum of all eigenvalues
  std::string route;          // "gram" [N, N] or "covariance" [d, d]
  std::string solver;         // as Eigenpairs::solver
  double seconds = 0;         // this class's share of the time its group took
};

// Each class's result, or why there is none: kPcaInputInvalid for fewer than two images, a feature
// that is not finite, or features that do not vary.
//
// An eigenvalue counts towards the rank when it is above both max(N, d) * 2^-52 of the largest
// (rounding of the solve) and the variance that rounding psi to float32 can make (2^-46 / 12 of the
// mean square length of psi). Components past the rank are directions of rounding and are never
// returned.
//
// psi is a product in float32, as in the original; everything after it is in float64.
std::vector<std::variant<ClassPca, std::exception_ptr>> FitClassPcas(
    const std::vector<ClassPcaInput>& inputs, PcaAlgebra& algebra, EigenSolver& solver);

// The same for one class; throws.
ClassPca FitClassPca(const ClassPcaInput& input, PcaAlgebra& algebra, EigenSolver& solver);

}  // namespace spurious
