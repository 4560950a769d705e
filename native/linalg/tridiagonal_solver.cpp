#include <ATen/Functions.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/error.h"
#include "linalg/eigen_solver.h"
#include "linalg/tridiagonal.h"
#include "linalg/tridiagonal_pairs.h"

namespace spurious {

namespace {

// Smaller matrices take some milliseconds alone, about as much as waking a team on a busy machine.
constexpr int64_t kRowsForTeam = 384;

// Column stride of the working copy: whole cache lines, and not a multiple of 4 KiB, at which
// neighbouring columns would push each other out of the first-level cache.
int64_t StrideFor(int64_t n) {
  const int64_t stride = (n + 7) / 8 * 8;
  return stride % 512 == 0 ? stride + 8 : stride;
}

class TridiagonalSolver final : public EigenSolver {
 public:
  explicit TridiagonalSolver(ThreadTeam& team) : all_(team), kernels_(BestVectorKernels()) {}

  const char* name() const override { return "tridiagonal"; }
  at::Device device() const override { return at::kCPU; }

  std::vector<Eigenpairs> Solve(const std::vector<EigenJob>& jobs) override {
    std::vector<Eigenpairs> all;
    for (const EigenJob& job : jobs) {
      auto pairs = TrySolve(job);
      all.push_back(pairs ? std::move(*pairs) : MakeLapackSolver()->SolveOne(job));
    }
    return all;
  }

 private:
  // Nothing when the vectors failed their checks.
  std::optional<Eigenpairs> TrySolve(const EigenJob& job) {
    const int64_t n = job.matrix.size(0);
    ThreadTeam& team = n < kRowsForTeam ? alone_ : all_;
    const double largest = LargestElement(team, job.matrix);
    if (!std::isfinite(largest)) {
      throw Error(ErrorCode::kInternal,
                  "solving an eigenproblem: expected a matrix of finite numbers");
    }
    if (largest == 0) return OfZero(job);
    // A power of two: exact, and squares of what is left cannot overflow.
    int exponent = 0;
    std::frexp(largest, &exponent);
    const int64_t stride = StrideFor(n);
    CopyScaled(team, job.matrix, stride, -exponent);
    Tridiagonalization reduced(team, work_.data(), n, stride, kernels_);
    const TridiagonalMatrix matrix{reduced.diagonal(), reduced.off_diagonal()};

    int64_t above = n;
    if (job.floor) {
      const double top = std::ldexp(LeadingValues(team, matrix, 1, kernels_)[0], exponent);
      above = CountAbove(matrix, std::ldexp(job.floor->Above(top), -exponent), kernels_);
    }
    const int64_t m = std::min(job.leading, above);
    if (m == 0) return Nothing(n, above);
    std::vector<double> values = LeadingValues(team, matrix, m, kernels_);
    if (!VectorsOf(team, matrix, values, vectors_, kernels_)) return std::nullopt;
    reduced.Apply(vectors_.data(), m, n);

    for (double& value : values) value = std::ldexp(value, exponent);
    if (!Holds(job.matrix, largest, values)) return std::nullopt;
    Eigenpairs pairs = Nothing(n, above);
    pairs.values = at::tensor(values, at::kDouble);
    pairs.vectors = at::empty({m, n}, at::kDouble);
    std::memcpy(pairs.vectors.data_ptr<double>(), vectors_.data(),
                static_cast<size_t>(m * n) * sizeof(double));
    return pairs;
  }

  Eigenpairs Nothing(int64_t n, int64_t above) const {
    return {at::empty({0}, at::kDouble), at::empty({0, n}, at::kDouble), above, name()};
  }

  Eigenpairs OfZero(const EigenJob& job) const {
    const int64_t n = job.matrix.size(0);
    const int64_t above = job.floor && job.floor->Above(0) >= 0 ? 0 : n;
    const int64_t m = std::min(job.leading, above);
    return {at::zeros({m}, at::kDouble), at::eye(n, at::kDouble).narrow(0, 0, m).contiguous(),
            above, name()};
  }

  // Largest absolute value on and above the diagonal, or what is not finite there.
  static double LargestElement(ThreadTeam& team, const at::Tensor& matrix) {
    const int64_t n = matrix.size(0);
    const double* data = matrix.data_ptr<double>();
    std::vector<double> found(static_cast<size_t>(team.size()));
    team.Run([&](int member) {
      double largest = 0, sum = 0;  // an infinity or NaN times zero stays in the sum
      for (int64_t row = member; row < n; row += team.size()) {
        for (int64_t i = row * n + row; i < (row + 1) * n; ++i) {
          largest = std::max(largest, std::abs(data[i]));
          sum += data[i] * 0;
        }
      }
      found[static_cast<size_t>(member)] = largest + sum;
    });
    double largest = 0;
    for (double value : found) {
      if (!std::isfinite(value)) return value;
      largest = std::max(largest, value);
    }
    return largest;
  }

  // The upper triangle by rows is the lower triangle by columns.
  void CopyScaled(ThreadTeam& team, const at::Tensor& matrix, int64_t stride, int exponent) {
    const int64_t n = matrix.size(0);
    const double* from = matrix.data_ptr<double>();
    work_.resize(static_cast<size_t>(n * stride));
    // Not one factor: 2^1074 is no double.
    const double first = std::ldexp(1.0, exponent / 2);
    const double second = std::ldexp(1.0, exponent - exponent / 2);
    team.Run([&](int member) {
      for (int64_t column = member; column < n; column += team.size()) {
        for (int64_t row = column; row < n; ++row) {
          work_[static_cast<size_t>(column * stride + row)] =
              from[column * n + row] * first * second;
        }
      }
    });
  }

  // Whether A z = sum of (weight value vector) for z = the sum of (weight vector), the weights
  // alternating: the last guard, at the cost of one product with the matrix. `scale`: its largest
  // element.
  bool Holds(const at::Tensor& matrix, double scale, const std::vector<double>& values) const {
    const int64_t n = matrix.size(0);
    const auto rows = static_cast<size_t>(n);
    std::vector<double> z(rows), expected(rows), got(rows);
    for (size_t l = 0; l < values.size(); ++l) {
      const double sign = l % 2 == 0 ? 1 : -1;
      scale = std::max(scale, std::abs(values[l]));
      for (size_t row = 0; row < rows; ++row) {
        const double part = sign * vectors_[l * rows + row];
        z[row] += part;
        expected[row] += values[l] * part;
      }
    }
    kernels_.symmetric_columns(matrix.data_ptr<double>(), n, 0, n, n, z.data(), got.data());
    double off = 0;
    for (size_t row = 0; row < rows; ++row) off = std::max(off, std::abs(got[row] - expected[row]));
    return off <= 1e-10 * scale;
  }

  ThreadTeam& all_;
  ThreadTeam alone_{1};
  const VectorKernels& kernels_;
  // Kept from one matrix to the next: fresh memory costs a page fault for every 4 KiB.
  std::vector<double> work_;
  std::vector<double> vectors_;
};

}  // namespace

std::unique_ptr<EigenSolver> MakeTridiagonalSolver(ThreadTeam& team) {
  return std::make_unique<TridiagonalSolver>(team);
}

}  // namespace spurious
