#include "linalg/vector_kernels.h"

#include <cmath>
#include <string>

#include "test/support_linalg.h"
#include "test/testing.h"

namespace spurious {

namespace {

double LargestDifference(const std::vector<double>& a, const std::vector<double>& b) {
  REQUIRE(a.size() == b.size());
  double largest = 0;
  for (size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(a[i] - b[i]));
  return largest;
}

}  // namespace

TEST_CASE("the generic kernels are always there, and the best are the last") {
  REQUIRE(!AllVectorKernels().empty());
  CHECK(std::string(AllVectorKernels().front()->name) == "generic");
  CHECK(&BestVectorKernels() == AllVectorKernels().back());
}

TEST_CASE("a tile of a product is right at every level, stored or added") {
  for (const VectorKernels* kernels : AllVectorKernels()) {
    CAPTURE(kernels->name);
    const auto rows = static_cast<size_t>(kernels->tile_rows);
    const auto columns = static_cast<size_t>(kernels->tile_columns);
    const size_t depth = 37, stride = rows + 3;
    const auto a = test::Normal(rows * depth, 1);
    const auto b = test::Normal(columns * depth, 2);
    const auto before = test::Normal(stride * columns, 3);
    for (const bool add : {false, true}) {
      auto c = before, expected = before;
      kernels->gemm_tile(depth, a.data(), b.data(), 0.5, add, c.data(),
                         static_cast<int64_t>(stride));
      for (size_t j = 0; j < columns; ++j) {
        for (size_t i = 0; i < rows; ++i) {
          double sum = 0;
          for (size_t k = 0; k < depth; ++k) sum += a[k * rows + i] * b[k * columns + j];
          double& to = expected[j * stride + i];
          to = (add ? to : 0) + 0.5 * sum;
        }
      }
      CHECK(LargestDifference(c, expected) < 1e-13);
    }
  }
}

TEST_CASE("a symmetric product reads the lower triangle alone, whatever columns it is given") {
  const size_t n = 61, stride = 64;
  auto a = test::Normal(n * stride, 4);
  const auto x = test::Normal(n, 5);
  std::vector<double> expected(n);
  for (size_t i = 0; i < n; ++i) {
    for (size_t j = 0; j < n; ++j) {
      expected[i] += (i >= j ? a[j * stride + i] : a[i * stride + j]) * x[j];
    }
  }
  for (size_t j = 0; j < n; ++j) {
    for (size_t i = 0; i < j; ++i) a[j * stride + i] = NAN;
  }
  for (const VectorKernels* kernels : AllVectorKernels()) {
    CAPTURE(kernels->name);
    std::vector<double> y(n);
    for (const auto& [first, last] : {std::pair{0, 3}, {3, 24}, {24, 32}, {32, 61}}) {
      kernels->symmetric_columns(a.data(), stride, first, last, n, x.data(), y.data());
    }
    CHECK(LargestDifference(y, expected) < 1e-12);
  }
}

TEST_CASE("columns are subtracted and multiplied for every count and length") {
  const size_t stride = 50;
  for (const VectorKernels* kernels : AllVectorKernels()) {
    CAPTURE(kernels->name);
    for (const size_t n : {0U, 1U, 7U, 8U, 45U}) {
      for (const size_t columns : {0U, 1U, 3U, 4U, 11U}) {
        CAPTURE(n);
        CAPTURE(columns);
        const auto v = test::Normal(stride * (columns + 1), 6);
        const auto factors = test::Normal(columns, 7);
        const auto x = test::Normal(n, 8);
        auto y = x, expected = x;
        std::vector<double> dots(columns), expected_dots(columns);
        for (size_t c = 0; c < columns; ++c) {
          for (size_t i = 0; i < n; ++i) {
            expected[i] -= v[c * stride + i] * factors[c];
            expected_dots[c] += v[c * stride + i] * x[i];
          }
        }
        const auto rows = static_cast<int64_t>(n), count = static_cast<int64_t>(columns);
        kernels->subtract_columns(rows, count, v.data(), stride, factors.data(), y.data());
        kernels->dot_columns(rows, count, v.data(), stride, x.data(), dots.data());
        CHECK(LargestDifference(y, expected) < 1e-12);
        CHECK(LargestDifference(dots, expected_dots) < 1e-12);
      }
    }
  }
}

TEST_CASE("Sturm counts tell how many eigenvalues lie below, for any number of points") {
  // Diagonal 2, off-diagonal -1: eigenvalue k is 2 - 2 cos(pi k / (n + 1)), k from 1.
  const int64_t n = 50;
  const std::vector<double> d(n, 2.0), squares(n - 1, 1.0);
  std::vector<double> points, expected;
  for (int64_t k = 0; k < n; ++k) {
    points.push_back(2 - 2 * std::cos(M_PI * (static_cast<double>(k) + 0.5) / (n + 1)));
    expected.push_back(static_cast<double>(k));
  }
  for (const VectorKernels* kernels : AllVectorKernels()) {
    CAPTURE(kernels->name);
    for (const size_t count : {1U, 5U, 8U, 33U, 50U}) {
      std::vector<double> counts(count);
      kernels->count_below(n, d.data(), squares.data(), 1e-300, static_cast<int64_t>(count),
                           points.data(), counts.data());
      CHECK(counts == std::vector<double>(expected.begin(),
                                          expected.begin() + static_cast<ptrdiff_t>(count)));
    }
  }
}

TEST_CASE("a Sturm count outlives pivots of zero") {
  // At 0 every pivot but the last is zero or infinite in exact arithmetic.
  const std::vector<double> d = {0, 0, 0, 0}, squares = {1, 0, 1};  // eigenvalues -1 -1 1 1
  for (const VectorKernels* kernels : AllVectorKernels()) {
    const double at = 0;
    double below = -1;
    kernels->count_below(4, d.data(), squares.data(), 1e-300, 1, &at, &below);
    CHECK(below == 2);
  }
}

}  // namespace spurious
