// Matrices for tests.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "test/support_json.h"

namespace spurious::test {

// Numbers from a normal distribution, the same for the same seed.
std::vector<double> Normal(size_t count, uint64_t seed);
std::vector<float> NormalFloats(size_t count, uint64_t seed);

// float64 [n, n] with these eigenvalues and random eigenvectors, exactly symmetric.
at::Tensor WithEigenvalues(const std::vector<double>& values, uint64_t seed);

// float64 [n, n] with independent normal entries, exactly symmetric.
at::Tensor RandomSymmetric(int64_t n, uint64_t seed);

// Largest absolute element of v v^T - I, v [m, n].
double OrthogonalityError(const at::Tensor& v);

// A safetensors file of F32, F64 and I64.
class SafetensorsFile {
 public:
  explicit SafetensorsFile(const std::string& path);
  at::Tensor operator[](const std::string& name) const;

 private:
  std::string file_;
  size_t begin_;  // of the data
  Json header_;
};

}  // namespace spurious::test
