#include <ATen/Functions.h>

#include "linalg/gemm.h"
#include "linalg/pca_algebra.h"

namespace spurious {

namespace {

// Row-major tensors are column-major ones transposed, so every product here is written transposed.
class CpuPcaAlgebra final : public PcaAlgebra {
 public:
  explicit CpuPcaAlgebra(ThreadTeam& team) : all_(team) {}

  at::Device device() const override { return at::kCPU; }
  size_t at_once() const override { return 1; }

  Centred Centre(const WeightedFeatures& input) override {
    const int64_t n = input.rows, d = input.dimension;
    Centred centred;
    centred.x = Reuse(x_, n * d).view({n, d});
    centred.mean.resize(static_cast<size_t>(d));
    auto* x = centred.x.data_ptr<double>();
    ThreadTeam& team = TeamFor(static_cast<double>(n * d) * 16);  // bound by memory
    // By columns, so that each mean is one sum in the order of the images whatever the team.
    team.Run([&](int member) {
      const auto [begin, end] = ShareOf(0, d, 8, member, team.size());
      double* mean = centred.mean.data();
      for (int64_t row = 0; row < n; ++row) {
        const float* phi = input.features + row * d;
        for (int64_t j = begin; j < end; ++j) {
          const double psi = phi[j] * input.weight[j];
          x[row * d + j] = psi;
          mean[j] += psi;
        }
      }
      // Divided, not multiplied by 1 / n: features that are all equal then give exact zeros.
      for (int64_t j = begin; j < end; ++j) mean[j] /= static_cast<double>(n);
      for (int64_t row = 0; row < n; ++row) {
        for (int64_t j = begin; j < end; ++j) x[row * d + j] -= mean[j];
      }
    });
    return centred;
  }

  at::Tensor Gram(const at::Tensor& x) override {
    const int64_t d = x.size(1);
    const auto* data = x.data_ptr<double>();
    return Symmetric(x.size(0), d, {data, d, 1}, {data, 1, d}, x.size(0));
  }

  at::Tensor Covariance(const at::Tensor& x) override {
    const int64_t d = x.size(1);
    const auto* data = x.data_ptr<double>();
    return Symmetric(d, x.size(0), {data, 1, d}, {data, d, 1}, x.size(0));
  }

  at::Tensor Combine(const at::Tensor& u, const at::Tensor& x) override {
    const int64_t m = u.size(0), n = x.size(0), d = x.size(1);
    at::Tensor result = at::empty({m, d}, at::kDouble);
    Multiply({.m = d,
              .n = m,
              .k = n,
              .a = {x.data_ptr<double>(), 1, d},
              .b = {u.data_ptr<double>(), 1, n},
              .c = result.data_ptr<double>(),
              .ldc = d});
    return result;
  }

  at::Tensor Project(const at::Tensor& x, const at::Tensor& v) override {
    const int64_t m = v.size(0), n = x.size(0), d = x.size(1);
    at::Tensor result = at::empty({n, m}, at::kDouble);
    Multiply({.m = m,
              .n = n,
              .k = d,
              .a = {v.data_ptr<double>(), d, 1},
              .b = {x.data_ptr<double>(), 1, d},
              .c = result.data_ptr<double>(),
              .ldc = m});
    return result;
  }

 private:
  // Memory is kept from one class to the next: fresh memory costs a page fault for every 4 KiB.
  static at::Tensor Reuse(at::Tensor& kept, int64_t count) {
    if (!kept.defined() || kept.numel() < count) {
      kept = at::empty({count}, at::kDouble);
    }
    return kept.narrow(0, 0, count);
  }

  // a b / (images - 1), of which the lower triangle by columns, the upper by rows, is made.
  at::Tensor Symmetric(int64_t n, int64_t k, Strided a, Strided b, int64_t images) {
    at::Tensor result = Reuse(matrix_, n * n).view({n, n});
    Product product{
        .m = n, .n = n, .k = k, .a = a, .b = b, .c = result.data_ptr<double>(), .ldc = n};
    product.alpha = 1 / static_cast<double>(images - 1);
    product.lower = true;
    Multiply(product);
    return result;
  }

  void Multiply(const Product& product) {
    ThreadTeam& team = TeamFor(static_cast<double>(product.m) * static_cast<double>(product.n) *
                               static_cast<double>(product.k));
    Gemm gemm(&team, product.n);
    team.Run([&](int member) { gemm.Run(member, product); });
  }

  // What takes about a millisecond alone is not worth waking a team for.
  ThreadTeam& TeamFor(double operations) { return operations < 3e7 ? alone_ : all_; }

  ThreadTeam& all_;
  ThreadTeam alone_{1};
  at::Tensor x_, matrix_;
};

}  // namespace

std::unique_ptr<PcaAlgebra> MakeCpuPcaAlgebra(ThreadTeam& team) {
  return std::make_unique<CpuPcaAlgebra>(team);
}

}  // namespace spurious
