#include "linalg/class_pca.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include "core/error.h"

namespace spurious {

namespace {

// A class between its first and its last step.
struct Begun {
  size_t index;  // of the input
  Centred centred;
  bool gram;
  at::Tensor matrix;
  double trace = 0;
};

[[noreturn]] void Refuse(const std::string& expected) {
  throw Error(ErrorCode::kPcaInputInvalid, "fitting a PCA: " + expected);
}

// Names the first weighted feature that is not finite.
[[noreturn]] void RefuseNotFinite(const WeightedFeatures& input) {
  for (int64_t i = 0; i < input.rows * input.dimension; ++i) {
    const int64_t j = i % input.dimension;
    const float psi = input.features[i] * input.weight[j];
    if (std::isfinite(psi)) continue;
    Refuse("image " + std::to_string(i / input.dimension) + ", feature " + std::to_string(j) +
           ": expected a finite number, got " + std::to_string(psi) + " (feature " +
           std::to_string(input.features[i]) + ", weight " + std::to_string(input.weight[j]) + ")");
  }
  Refuse("expected finite features");
}

double Trace(const at::Tensor& matrix) {
  const at::Tensor diagonal = matrix.diagonal().cpu().contiguous();
  const double* value = diagonal.data_ptr<double>();
  double sum = 0;
  for (int64_t i = 0; i < diagonal.numel(); ++i) sum += value[i];
  return sum;
}

Begun Begin(size_t index, const WeightedFeatures& input, PcaAlgebra& algebra) {
  if (input.rows < 2) {
    Refuse("expected the features of at least 2 images, got " + std::to_string(input.rows));
  }
  Begun begun{index, algebra.Centre(input), input.rows <= input.dimension, {}};
  for (double mean : begun.centred.mean) {
    if (!std::isfinite(mean)) RefuseNotFinite(input);
  }
  const at::Tensor& x = begun.centred.x;
  begun.matrix = begun.gram ? algebra.Gram(x) : algebra.Covariance(x);
  begun.trace = Trace(begun.matrix);
  return begun;
}

EigenFloor FloorOf(const Begun& begun) {
  const auto n = static_cast<double>(begun.centred.x.size(0));
  const auto d = static_cast<double>(begun.centred.x.size(1));
  double mean_square = begun.trace * (n - 1) / n;  // of the length of psi
  for (double mean : begun.centred.mean) mean_square += mean * mean;
  // Rounding a number x to float32 moves it by at most 2^-24 |x|, evenly spread: its variance is at
  // most 2^-46 x^2 / 12.
  return {.absolute = 0x1p-46 / 12 * mean_square,
          .relative = std::numeric_limits<double>::epsilon() * std::max(n, d)};
}

// Row l of `directions` [m, d] is made a unit vector; returns the rows' lengths.
std::vector<double> Normalize(at::Tensor& directions) {
  const int64_t m = directions.size(0), d = directions.size(1);
  std::vector<double> lengths;
  for (int64_t l = 0; l < m; ++l) {
    double* row = directions.data_ptr<double>() + l * d;
    double square = 0;
    for (int64_t j = 0; j < d; ++j) square += row[j] * row[j];
    lengths.push_back(std::sqrt(square));
    for (int64_t j = 0; j < d; ++j) row[j] /= lengths.back();
  }
  return lengths;
}

double EntryOfLargestSize(const double* row, int64_t d) {
  double largest = 0;
  for (int64_t j = 0; j < d; ++j) {
    if (std::abs(row[j]) > std::abs(largest)) largest = row[j];
  }
  return largest;
}

// Components with their sign settled, and alphas = <1, v_l> times projections [N, m].
void Write(const at::Tensor& directions, const at::Tensor& projections, ClassPca& pca) {
  const int64_t m = directions.size(0), d = directions.size(1), n = projections.size(0);
  std::vector<double> sums(static_cast<size_t>(m));
  pca.components.resize(static_cast<size_t>(m * d));
  for (int64_t l = 0; l < m; ++l) {
    const double* row = directions.data_ptr<double>() + l * d;
    const double sign = EntryOfLargestSize(row, d) < 0 ? -1 : 1;
    for (int64_t j = 0; j < d; ++j) {
      sums[static_cast<size_t>(l)] += row[j];
      pca.components[static_cast<size_t>(l * d + j)] = static_cast<float>(sign * row[j]);
    }
  }
  const double* projection = projections.data_ptr<double>();
  pca.alphas.resize(static_cast<size_t>(n * m));
  for (int64_t i = 0; i < n * m; ++i) {
    const double sum = sums[static_cast<size_t>(i % m)];
    pca.alphas[static_cast<size_t>(i)] = static_cast<float>(sum * projection[i]);
  }
}

// With u the eigenvectors of the Gram matrix, x^T u_l has the direction v_l and the length
// sqrt((N - 1) lambda_l), and x v_l = length_l u_l: no second pass over x. For eigenvalues near the
// floor that identity is only as good as eigenvalue / largest, so there the pass is made.
void FinishGram(const Begun& begun, const Eigenpairs& pairs, PcaAlgebra& algebra, ClassPca& pca) {
  constexpr double kIdentityHolds = 1e-8;
  at::Tensor directions = algebra.Combine(pairs.vectors, begun.centred.x);
  const std::vector<double> lengths = Normalize(directions);
  if (pca.eigenvalues.back() < kIdentityHolds * pca.eigenvalues.front()) {
    Write(directions, algebra.Project(begun.centred.x, directions), pca);
    return;
  }
  const at::Tensor u = pairs.vectors.cpu();
  const int64_t m = u.size(0), n = u.size(1);
  at::Tensor projections = at::empty({n, m}, at::kDouble);
  auto* out = projections.data_ptr<double>();
  const auto* in = u.data_ptr<double>();
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t l = 0; l < m; ++l) {
      out[i * m + l] = lengths[static_cast<size_t>(l)] * in[l * n + i];
    }
  }
  Write(directions, projections, pca);
}

ClassPca Finish(const Begun& begun, const Eigenpairs& pairs, PcaAlgebra& algebra) {
  const int64_t n = begun.centred.x.size(0);
  ClassPca pca;
  pca.rank = std::min(pairs.above, n - 1);
  pca.count = std::min(pairs.values.numel(), pca.rank);
  if (pca.count == 0) {
    Refuse("expected features that vary, got the same for all " + std::to_string(n) + " images");
  }
  const double* value = pairs.values.data_ptr<double>();
  pca.mean = begun.centred.mean;
  pca.eigenvalues.assign(value, value + pca.count);
  pca.total_variance = begun.trace;
  pca.route = begun.gram ? "gram" : "covariance";
  pca.solver = pairs.solver;
  Eigenpairs leading = pairs;
  leading.vectors = pairs.vectors.narrow(0, 0, pca.count);
  if (begun.gram) {
    FinishGram(begun, leading, algebra, pca);
  } else {
    const at::Tensor directions = leading.vectors.cpu();
    Write(directions, algebra.Project(begun.centred.x, directions), pca);
  }
  return pca;
}

double Now() {
  using std::chrono::duration;
  return duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

using Outcome = std::variant<ClassPca, std::exception_ptr>;

// Inputs [first, last), which the algebra holds at once.
void FitGroup(const std::vector<ClassPcaInput>& inputs, size_t first, size_t last,
              PcaAlgebra& algebra, EigenSolver& solver, std::vector<Outcome>& results) {
  const double started = Now();
  std::vector<Begun> begun;
  std::vector<EigenJob> jobs;
  for (size_t i = first; i < last; ++i) {
    try {
      begun.push_back(Begin(i, inputs[i].features, algebra));
      jobs.push_back({begun.back().matrix, inputs[i].components, FloorOf(begun.back())});
    } catch (const Error&) {
      results[i] = std::current_exception();
    }
  }
  const std::vector<Eigenpairs> pairs = solver.Solve(jobs);
  for (size_t k = 0; k < begun.size(); ++k) {
    try {
      results[begun[k].index] = Finish(begun[k], pairs[k], algebra);
    } catch (const Error&) {
      results[begun[k].index] = std::current_exception();
    }
  }
  const double share = (Now() - started) / static_cast<double>(last - first);
  for (size_t i = first; i < last; ++i) {
    if (auto* pca = std::get_if<ClassPca>(&results[i])) pca->seconds = share;
  }
}

}  // namespace

std::vector<std::variant<ClassPca, std::exception_ptr>> FitClassPcas(
    const std::vector<ClassPcaInput>& inputs, PcaAlgebra& algebra, EigenSolver& solver) {
  std::vector<Outcome> results(inputs.size());
  for (size_t first = 0; first < inputs.size(); first += algebra.at_once()) {
    const size_t last = std::min(inputs.size(), first + algebra.at_once());
    FitGroup(inputs, first, last, algebra, solver, results);
  }
  return results;
}

ClassPca FitClassPca(const ClassPcaInput& input, PcaAlgebra& algebra, EigenSolver& solver) {
  auto result = std::move(FitClassPcas({input}, algebra, solver)[0]);
  if (std::holds_alternative<std::exception_ptr>(result)) {
    std::rethrow_exception(std::get<std::exception_ptr>(result));
  }
  return std::get<ClassPca>(std::move(result));
}

}  // namespace spurious
