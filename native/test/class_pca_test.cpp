#include "linalg/class_pca.h"

#include <ATen/Functions.h>

#include <cmath>

#include "test/support_eigen.h"
#include "test/support_linalg.h"
#include "test/testing.h"

namespace spurious {

namespace {

// Features of N images and a weight row, with what they point to.
struct Sample {
  std::vector<float> phi, weight;
  int64_t n, d;

  WeightedFeatures View() const { return {phi.data(), weight.data(), n, d}; }
  at::Tensor Psi() const {
    return (at::tensor(phi).view({n, d}) * at::tensor(weight)).to(at::kDouble);
  }
};

// Positive, correlated features, as after a ReLU and pooling.
Sample MakeSample(int64_t n, int64_t d, uint64_t seed) {
  const auto mixing = test::Normal(static_cast<size_t>(d * 12), seed);
  const auto hidden = test::Normal(static_cast<size_t>(n * 12), seed + 1);
  const auto noise = test::Normal(static_cast<size_t>(n * d), seed + 2);
  Sample sample{{}, test::NormalFloats(static_cast<size_t>(d), seed + 3), n, d};
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t j = 0; j < d; ++j) {
      double value = 0.2 * noise[static_cast<size_t>(i * d + j)];
      for (int64_t h = 0; h < 12; ++h) {
        value += hidden[static_cast<size_t>(i * 12 + h)] * mixing[static_cast<size_t>(j * 12 + h)] /
                 static_cast<double>(h + 1);
      }
      sample.phi.push_back(static_cast<float>(std::max(0.0, value)));
    }
  }
  return sample;
}

at::Tensor Components(const ClassPca& pca) {
  return at::tensor(pca.components).view({pca.count, -1}).to(at::kDouble);
}

at::Tensor Alphas(const ClassPca& pca) {
  return at::tensor(pca.alphas).view({-1, pca.count}).to(at::kDouble);
}

// Fits with the CPU's solver.
ClassPca Fit(const Sample& sample, int64_t components) {
  ThreadTeam team(2);
  const auto algebra = MakeCpuPcaAlgebra(team);
  const auto solver = MakeTridiagonalSolver(team);
  return FitClassPca({sample.View(), components}, *algebra, *solver);
}

Error Refusal(const Sample& sample) {
  return test::ErrorOf([&] { Fit(sample, 5); });
}

// The definition, by the plain way: covariance, all vectors.
void CheckAgainstDefinition(const Sample& sample, const ClassPca& pca) {
  const at::Tensor psi = sample.Psi();
  const at::Tensor x = psi - psi.mean(0);
  const at::Tensor covariance = at::mm(x.t(), x) / (sample.n - 1);
  const at::Tensor value = at::tensor(pca.eigenvalues, at::kDouble);
  const double largest = pca.eigenvalues[0];
  const at::Tensor expected = at::linalg_eigvalsh(covariance).flip(0).narrow(0, 0, pca.count);
  CHECK((value - expected).abs().max().item<double>() < 1e-12 * largest);
  CHECK(pca.total_variance == doctest::Approx(covariance.trace().item<double>()).epsilon(1e-12));
  CHECK((at::tensor(pca.mean, at::kDouble) - psi.mean(0)).abs().max().item<double>() < 1e-13);

  const at::Tensor v = Components(pca);  // rounded to float32
  CHECK(test::OrthogonalityError(v) < 1e-6);
  const at::Tensor residual = at::mm(v, covariance) - v * value.unsqueeze(1);
  CHECK(residual.norm(2, 1).max().item<double>() < 1e-6 * largest);
  const at::Tensor alphas = at::mm(x, v.t()) * v.sum(1);
  const at::Tensor error = (Alphas(pca) - alphas).abs();
  CHECK(error.max().item<double>() < 1e-6 * alphas.abs().max().item<double>());
  for (int64_t l = 0; l < pca.count; ++l) {
    CHECK(v[l][v[l].abs().argmax()].item<double>() > 0);
  }
}

}  // namespace

TEST_CASE("the reference's components, eigenvalues and alphas come out, of full rank and not") {
  ThreadTeam team(2);
  for (const auto& [file, rank, route] : {std::tuple{"features-full-rank", 96, "covariance"},
                                          {"features-rank-deficient", 39, "gram"}}) {
    const test::SafetensorsFile golden(test::Fixture(std::string("pca/") + file + ".safetensors"));
    const at::Tensor phi = golden["features"], weight = golden["weight"];
    for (const auto& [name, solver] : test::Solvers(team)) {
      const auto algebra = solver->device().is_cpu() ? MakeCpuPcaAlgebra(team)
                                                     : MakeTorchPcaAlgebra(solver->device());
      for (const int64_t k : {3, 417, 980}) {
        CAPTURE(file);
        CAPTURE(name);
        CAPTURE(k);
        const at::Tensor row = weight[k].contiguous();
        const WeightedFeatures given{phi.data_ptr<float>(), row.data_ptr<float>(), phi.size(0),
                                     phi.size(1)};
        const ClassPca pca = FitClassPca({given, 20}, *algebra, *solver);
        const std::string of = std::string("_").append(std::to_string(k));
        CHECK(pca.rank == rank);
        CHECK(pca.count == 20);
        CHECK(pca.route == route);
        // The original works in float32 up to the covariance, hence these tolerances.
        const at::Tensor mean = golden["mean" + of].to(at::kDouble);
        CHECK((at::tensor(pca.mean, at::kDouble) - mean).abs().max().item<double>() < 1e-6);
        const at::Tensor values = golden["eigenvalues" + of].narrow(0, 0, 20);
        const at::Tensor off = (at::tensor(pca.eigenvalues, at::kDouble) - values).abs();
        CHECK(off.max().item<double>() < 1e-6 * values[0].item<double>());
        const at::Tensor components = golden["components" + of].to(at::kDouble);
        const at::Tensor cosines = (Components(pca) * components).sum(1).abs();
        CHECK(cosines.min().item<double>() > 1 - 1e-5);
        const at::Tensor alphas = golden["alphas" + of].to(at::kDouble);
        CHECK((Alphas(pca) - alphas).abs().max().item<double>() < 2e-5);
      }
    }
  }
}

TEST_CASE("both routes follow the definition, with any number of images and features") {
  for (const auto& [n, d] : {std::pair{2, 5},
                             {3, 3},
                             {30, 70},
                             {70, 30},
                             {64, 64},
                             {65, 64},
                             {5, 1},
                             {200, 96},
                             {120, 300}}) {
    CAPTURE(n);
    CAPTURE(d);
    const Sample sample = MakeSample(n, d, static_cast<uint64_t>(n * 1000 + d));
    const ClassPca pca = Fit(sample, 10);
    CHECK(pca.route == (n <= d ? "gram" : "covariance"));
    CHECK(pca.rank <= std::min(n - 1, d));
    CHECK(pca.count == std::min<int64_t>(10, pca.rank));
    CheckAgainstDefinition(sample, pca);
  }
}

TEST_CASE("all algebras and solvers agree") {
  const Sample sample = MakeSample(80, 120, 1);
  const ClassPca expected = Fit(sample, 20);
  ThreadTeam team(2);
  for (const auto& [name, solver] : test::Solvers(team)) {
    for (const auto& [kind, algebra] : test::Algebras(team)) {
      if (algebra->device() != solver->device()) continue;
      CAPTURE(name);
      CAPTURE(kind);
      const ClassPca pca = FitClassPca({sample.View(), 20}, *algebra, *solver);
      CHECK(pca.rank == expected.rank);
      CHECK((Components(pca) - Components(expected)).abs().max().item<double>() < 1e-6);
      CHECK((Alphas(pca) - Alphas(expected)).abs().max().item<double>() < 1e-5);
    }
  }
}

TEST_CASE("the alphas of all components sum to the logit less b and <1, mean>") {
  for (const int64_t n : {40, 150}) {
    const Sample sample = MakeSample(n, 60, 2);
    const ClassPca pca = Fit(sample, 1000);
    const at::Tensor psi = sample.Psi();
    const double mean = at::tensor(pca.mean, at::kDouble).sum().item<double>();
    const at::Tensor expected = psi.sum(1) - mean;  // sum of psi = <w, phi> = logit - b
    CHECK((Alphas(pca).sum(1) - expected).abs().max().item<double>() < 1e-4);
  }
}

TEST_CASE("scaling the weight's entries scales the covariance from both sides") {
  const Sample sample = MakeSample(100, 20, 3);
  const at::Tensor phi = at::tensor(sample.phi).view({100, 20}).to(at::kDouble);
  const at::Tensor w = at::tensor(sample.weight).to(at::kDouble);
  const at::Tensor x = phi - phi.mean(0);
  const at::Tensor covariance = at::mm(x.t(), x) / 99 * w.unsqueeze(1) * w;
  const at::Tensor expected = at::linalg_eigvalsh(covariance).flip(0);
  const ClassPca pca = Fit(sample, 20);
  const at::Tensor off = (at::tensor(pca.eigenvalues, at::kDouble) - expected).abs();
  CHECK(off.max().item<double>() < 1e-6 * pca.eigenvalues[0]);
}

TEST_CASE("images that occur twice lower the rank, not the number of alphas") {
  const Sample once = MakeSample(30, 80, 4);
  Sample twice = once;
  twice.n = 60;
  twice.phi.insert(twice.phi.end(), once.phi.begin(), once.phi.end());
  const ClassPca alone = Fit(once, 100), pca = Fit(twice, 100);
  CHECK(alone.rank == 29);
  CHECK(pca.rank == 29);
  CHECK(pca.count == 29);
  // The same directions; variances by (N - 1): 2 * 29 / 59 of before.
  for (size_t l = 0; l < 29; ++l) {
    CHECK(pca.eigenvalues[l] == doctest::Approx(alone.eigenvalues[l] * 58 / 59).epsilon(1e-9));
  }
  const at::Tensor alphas = Alphas(pca);
  CHECK((alphas.narrow(0, 0, 30) - alphas.narrow(0, 30, 30)).abs().max().item<double>() < 1e-5);
  CHECK((alphas.narrow(0, 0, 30) - Alphas(alone)).abs().max().item<double>() < 1e-4);
}

TEST_CASE("directions that only the rounding of float32 makes do not count") {
  Sample sample = MakeSample(40, 60, 5);
  for (int64_t i = 20; i < 40; ++i) {  // the second half repeats the first, a last bit apart
    for (int64_t j = 0; j < 60; ++j) {
      const float value = sample.phi[static_cast<size_t>((i - 20) * 60 + j)];
      sample.phi[static_cast<size_t>(i * 60 + j)] = std::nextafter(value, i % 2 == 0 ? 0.0F : 9.0F);
    }
  }
  CHECK(Fit(sample, 100).rank == 19);
}

TEST_CASE("two images have the one component along their difference") {
  const Sample sample{{1, 2, 3, 4, 4, 3}, {1, 1, 1}, 2, 3};
  const ClassPca pca = Fit(sample, 128);
  CHECK(pca.rank == 1);
  REQUIRE(pca.count == 1);
  CHECK(pca.eigenvalues[0] == doctest::Approx(6.5));  // |(3, 2, 0)|^2 / 2
  CHECK(pca.components[0] == doctest::Approx(3 / std::sqrt(13.0)));
  CHECK(pca.components[1] == doctest::Approx(2 / std::sqrt(13.0)));
  CHECK(pca.components[2] == doctest::Approx(0));
  CHECK(pca.alphas[0] == doctest::Approx(-2.5));  // <1, v> = 5 / sqrt(13), times -sqrt(13) / 2
  CHECK(pca.alphas[1] == doctest::Approx(2.5));
}

TEST_CASE("one image, none, and images that are all alike are refused with the reason") {
  Error error = Refusal({{1, 2, 3}, {1, 1, 1}, 1, 3});
  CHECK(error.code() == ErrorCode::kPcaInputInvalid);
  CHECK(test::Contains(error.what(), "at least 2 images, got 1"));
  error = Refusal({{}, {1, 1, 1}, 0, 3});
  CHECK(error.code() == ErrorCode::kPcaInputInvalid);
  CHECK(test::Contains(error.what(), "got 0"));
  for (const int64_t n : {2, 50}) {  // both routes
    Sample constant{{}, {0.3F, -2, 1}, n, 3};
    for (int64_t i = 0; i < n; ++i) constant.phi.insert(constant.phi.end(), {0.1F, 0.7F, 1e6F});
    error = Refusal(constant);
    CHECK(error.code() == ErrorCode::kPcaInputInvalid);
    CHECK(test::Contains(error.what(), "the same for all"));
    CHECK(test::Contains(error.what(), std::to_string(n).append(" images")));
  }
  Sample weightless = MakeSample(20, 10, 6);
  std::fill(weightless.weight.begin(), weightless.weight.end(), 0.0F);
  CHECK(Refusal(weightless).code() == ErrorCode::kPcaInputInvalid);
}

TEST_CASE("a feature that is not finite is refused by its place") {
  for (const float bad : {NAN, INFINITY, 3e38F}) {  // the last overflows when weighted
    Sample sample = MakeSample(6, 4, 7);
    sample.weight[2] = 10;
    sample.phi[4 * 4 + 2] = bad;
    const Error error = Refusal(sample);
    CHECK(error.code() == ErrorCode::kPcaInputInvalid);
    CHECK(test::Contains(error.what(), "image 4, feature 2"));
  }
}

TEST_CASE("one class that is refused does not keep the others from their result") {
  const Sample good = MakeSample(30, 40, 8);
  const Sample bad{{1, 2, 3}, {1, 1, 1}, 1, 3};
  ThreadTeam team(2);
  for (const auto& [name, solver] : test::Solvers(team)) {
    CAPTURE(name);
    const auto algebra =
        solver->device().is_cpu() ? MakeCpuPcaAlgebra(team) : MakeTorchPcaAlgebra(solver->device());
    const auto results =
        FitClassPcas({{good.View(), 4}, {bad.View(), 4}, {good.View(), 7}}, *algebra, *solver);
    REQUIRE(results.size() == 3);
    REQUIRE(std::holds_alternative<ClassPca>(results[0]));
    CHECK(std::get<ClassPca>(results[0]).count == 4);
    CHECK(std::holds_alternative<std::exception_ptr>(results[1]));
    REQUIRE(std::holds_alternative<ClassPca>(results[2]));
    CHECK(std::get<ClassPca>(results[2]).count == 7);
  }
}

TEST_CASE("the number of threads changes nothing, not even a bit") {
  const Sample sample = MakeSample(400, 420, 9);
  const ClassPca expected = Fit(sample, 30);
  for (const int threads : {1, 3}) {
    ThreadTeam team(threads);
    const auto algebra = MakeCpuPcaAlgebra(team);
    const auto solver = MakeTridiagonalSolver(team);
    const ClassPca pca = FitClassPca({sample.View(), 30}, *algebra, *solver);
    CHECK(pca.mean == expected.mean);
    CHECK(pca.eigenvalues == expected.eigenvalues);
    CHECK(pca.components == expected.components);
    CHECK(pca.alphas == expected.alphas);
  }
}

}  // namespace spurious
