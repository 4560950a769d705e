// The matrix work of a PCA around the eigenproblem, on one device.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "linalg/thread_team.h"

namespace spurious {

// Features phi of one class's images and the class's row of the head's weight.
struct WeightedFeatures {
  const float* features = nullptr;  // [rows, dimension]
  const float* weight = nullptr;    // [dimension]
  int64_t rows = 0;
  int64_t dimension = 0;
};

struct Centred {
  at::Tensor x;              // float64 [N, d] on the device: psi - mean
  std::vector<double> mean;  // [d]
};

class PcaAlgebra {
 public:
  virtual ~PcaAlgebra() = default;
  virtual at::Device device() const = 0;
  // Classes that may be worked on together: that many results of the functions below are good at a
  // time.
  virtual size_t at_once() const = 0;

  // psi = weight * features, rounded to float32, less its mean over the images. Where psi is not
  // finite the mean is not.
  virtual Centred Centre(const WeightedFeatures& features) = 0;

  // x x^T / (N - 1) [N, N]; elements below the diagonal may be missing.
  virtual at::Tensor Gram(const at::Tensor& x) = 0;
  // x^T x / (N - 1) [d, d]; elements below the diagonal may be missing.
  virtual at::Tensor Covariance(const at::Tensor& x) = 0;

  // u x, u [m, N]: float64 [m, d] on the CPU.
  virtual at::Tensor Combine(const at::Tensor& u, const at::Tensor& x) = 0;
  // x v^T, v [m, d]: float64 [N, m] on the CPU.
  virtual at::Tensor Project(const at::Tensor& x, const at::Tensor& v) = 0;
};

// On the CPU with this project's own products, one class at a time: x and the matrix of one class
// are overwritten by the next one's. The team must outlive it.
std::unique_ptr<PcaAlgebra> MakeCpuPcaAlgebra(ThreadTeam& team);

// With torch's operations, on any device.
std::unique_ptr<PcaAlgebra> MakeTorchPcaAlgebra(at::Device device);

}  // namespace spurious
