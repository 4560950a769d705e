#include <ATen/Functions.h>

#include <algorithm>
#include <string>

#include "core/error.h"
#include "linalg/eigen_solver.h"

namespace spurious {

namespace {

class LapackSolver final : public EigenSolver {
 public:
  const char* name() const override { return "lapack"; }
  at::Device device() const override { return at::kCPU; }

  std::vector<Eigenpairs> Solve(const std::vector<EigenJob>& jobs) override {
    std::vector<Eigenpairs> all;
    for (const EigenJob& job : jobs) {
      // What is below the diagonal is not the caller's promise.
      if (!at::isfinite(job.matrix.triu()).all().item<bool>()) {
        throw Error(ErrorCode::kInternal,
                    "solving an eigenproblem: expected a matrix of finite numbers");
      }
      const auto [values, vectors] = at::linalg_eigh(job.matrix, "U");
      all.push_back(TakeLeading(job, values, vectors, "lapack-syevd"));
    }
    return all;
  }
};

}  // namespace

std::unique_ptr<EigenSolver> MakeLapackSolver() { return std::make_unique<LapackSolver>(); }

Eigenpairs TakeLeading(const EigenJob& job, const at::Tensor& values, const at::Tensor& vectors,
                       std::string solver) {
  const at::Tensor descending = values.to(at::kCPU).flip(0).contiguous();
  const int64_t n = descending.numel();
  const double* value = descending.data_ptr<double>();
  int64_t above = n;
  if (job.floor) {
    const double floor = job.floor->Above(value[0]);
    above = std::count_if(value, value + n, [floor](double v) { return v > floor; });
  }
  const int64_t count = std::min(job.leading, above);
  return {descending.narrow(0, 0, count).clone(),
          vectors.narrow(1, n - count, count).flip(1).t().contiguous(), above, std::move(solver)};
}

}  // namespace spurious
