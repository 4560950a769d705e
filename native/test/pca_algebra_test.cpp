#include "linalg/pca_algebra.h"

#include <ATen/Functions.h>

#include <cmath>

#include "test/support_eigen.h"
#include "test/support_linalg.h"
#include "test/testing.h"

namespace spurious {

namespace {

double Difference(const at::Tensor& a, const at::Tensor& b) {
  REQUIRE(a.sizes() == b.sizes());
  return (a.cpu() - b).abs().max().item<double>();
}

}  // namespace

TEST_CASE("every algebra makes the same psi, matrices and products") {
  const int64_t n = 37, d = 53;
  const auto phi = test::NormalFloats(static_cast<size_t>(n * d), 1);
  const auto weight = test::NormalFloats(static_cast<size_t>(d), 2);
  const at::Tensor psi =
      (at::tensor(phi).view({n, d}) * at::tensor(weight)).to(at::kDouble);  // float32 product
  const at::Tensor x = psi - psi.mean(0);
  const at::Tensor u = at::tensor(test::Normal(5 * n, 3), at::kDouble).view({5, n});
  const at::Tensor v = at::tensor(test::Normal(5 * d, 4), at::kDouble).view({5, d});
  ThreadTeam team(2);
  for (const auto& [name, algebra] : test::Algebras(team)) {
    CAPTURE(name);
    const Centred centred = algebra->Centre({phi.data(), weight.data(), n, d});
    CHECK(Difference(centred.x, x) < 1e-14);
    CHECK(Difference(at::tensor(centred.mean, at::kDouble), psi.mean(0)) < 1e-15);
    const at::Tensor gram = at::mm(x, x.t()) / (n - 1), covariance = at::mm(x.t(), x) / (n - 1);
    CHECK(Difference(algebra->Gram(centred.x).triu(), gram.triu()) < 1e-13);
    CHECK(Difference(algebra->Covariance(centred.x).triu(), covariance.triu()) < 1e-13);
    CHECK(Difference(algebra->Combine(u.to(algebra->device()), centred.x), at::mm(u, x)) < 1e-12);
    CHECK(Difference(algebra->Project(centred.x, v), at::mm(x, v.t())) < 1e-12);
  }
}

TEST_CASE("equal features are centred to exact zeros") {
  const int64_t n = 1300, d = 9;
  std::vector<float> phi;
  const auto one = test::NormalFloats(d, 5);
  for (int64_t row = 0; row < n; ++row) phi.insert(phi.end(), one.begin(), one.end());
  const auto weight = test::NormalFloats(d, 6);
  ThreadTeam team(2);
  for (const auto& [name, algebra] : test::Algebras(team)) {
    CAPTURE(name);
    CHECK(algebra->Centre({phi.data(), weight.data(), n, d}).x.abs().max().item<double>() == 0);
  }
}

TEST_CASE("features that are not finite show in the mean") {
  ThreadTeam team(2);
  for (const auto& [name, algebra] : test::Algebras(team)) {
    CAPTURE(name);
    auto phi = test::NormalFloats(6 * 4, 7);
    phi[9] = INFINITY;
    const std::vector<float> weight(4, 1.0F);
    const Centred centred = algebra->Centre({phi.data(), weight.data(), 6, 4});
    CHECK(!std::isfinite(centred.mean[1]));
    CHECK(std::isfinite(centred.mean[0]));
  }
}

}  // namespace spurious
