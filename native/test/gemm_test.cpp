#include "linalg/gemm.h"

#include <cmath>

#include "test/support_linalg.h"
#include "test/testing.h"

namespace spurious {

namespace {

struct Case {
  int64_t m, n, k;
  bool a_by_rows, b_by_rows, add, lower;
};

Strided View(const std::vector<double>& data, int64_t rows, int64_t columns, bool by_rows) {
  return by_rows ? Strided{data.data(), columns, 1} : Strided{data.data(), 1, rows};
}

double At(const Strided& matrix, int64_t i, int64_t j) {
  return matrix.data[i * matrix.row + j * matrix.column];
}

std::vector<double> Run(ThreadTeam& team, const Case& given, const VectorKernels& kernels,
                        std::vector<double> c, const Strided& a, const Strided& b) {
  Gemm gemm(&team, given.n, kernels);
  Product product{given.m, given.n, given.k, a, b, c.data(), given.m + 2};
  product.alpha = -2;
  product.add = given.add;
  product.lower = given.lower;
  team.Run([&](int member) { gemm.Run(member, product); });
  return c;
}

// Largest difference from the definition; what must not be touched counts too.
double ErrorOf(const Case& given, const std::vector<double>& before, const std::vector<double>& c,
               const Strided& a, const Strided& b) {
  double worst = 0;
  for (int64_t j = 0; j < given.n; ++j) {
    for (int64_t i = 0; i < given.m + 2; ++i) {
      const auto at = static_cast<size_t>(j * (given.m + 2) + i);
      double expected = before[at];
      if (i < given.m && (!given.lower || i >= j)) {
        double sum = 0;
        for (int64_t k = 0; k < given.k; ++k) sum += At(a, i, k) * At(b, k, j);
        expected = (given.add ? before[at] : 0) - 2 * sum;
      }
      worst = std::max(worst, std::abs(c[at] - expected));
    }
  }
  return worst;
}

}  // namespace

TEST_CASE("products are right for any shape, order, level and team") {
  ThreadTeam alone(1), three(3);
  for (const auto& [m, n, k] : {std::tuple{1, 1, 1},
                                {5, 3, 2},
                                {24, 8, 256},
                                {97, 33, 257},
                                {200, 130, 20},
                                {150, 150, 600}}) {
    for (int bits = 0; bits < 16; ++bits) {
      const Case given{m, n, k, (bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0, (bits & 8) != 0};
      const auto a_data = test::Normal(static_cast<size_t>(m * k), 1);
      const auto b_data = test::Normal(static_cast<size_t>(k * n), 2);
      const auto before = test::Normal(static_cast<size_t>((m + 2) * n), 3);
      const Strided a = View(a_data, m, k, given.a_by_rows);
      const Strided b = View(b_data, k, n, given.b_by_rows);
      for (const VectorKernels* kernels : AllVectorKernels()) {
        CAPTURE(kernels->name);
        CAPTURE(m);
        CAPTURE(bits);
        const auto c = Run(alone, given, *kernels, before, a, b);
        CHECK(ErrorOf(given, before, c, a, b) < 1e-11);
        CHECK(Run(three, given, *kernels, before, a, b) == c);  // to the last bit
      }
    }
  }
}

TEST_CASE("without a team a product runs on the caller") {
  const auto a = test::Normal(30 * 40, 4);
  std::vector<double> alone(30 * 30), together(30 * 30);
  Gemm serial(nullptr, 30);
  serial.Run(0, {.m = 30,
                 .n = 30,
                 .k = 40,
                 .a = {a.data(), 1, 30},
                 .b = {a.data(), 30, 1},
                 .c = alone.data(),
                 .ldc = 30});
  ThreadTeam team(2);
  Gemm gemm(&team, 30);
  team.Run([&](int member) {
    gemm.Run(member, {.m = 30,
                      .n = 30,
                      .k = 40,
                      .a = {a.data(), 1, 30},
                      .b = {a.data(), 30, 1},
                      .c = together.data(),
                      .ldc = 30});
  });
  CHECK(alone == together);
}

}  // namespace spurious
