#include "preprocess/jpeg_transform.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <random>
#include <vector>

#include "test/testing.h"

namespace spurious::jpeg_transform {

namespace {

using Samples = std::array<uint8_t, 64>;

Samples Transformed(const std::array<int16_t, 64>& coefficients,
                    const std::array<uint16_t, 64>& quantization) {
  Samples samples = {};
  InverseTransformBlock(coefficients.data(), quantization.data(), samples.data(), 8);
  return samples;
}

// The definition, in floating point.
double ExactSample(const std::array<int16_t, 64>& coefficients, size_t x, size_t y) {
  double sum = 0;
  for (size_t v = 0; v < 8; ++v) {
    for (size_t u = 0; u < 8; ++u) {
      const auto cosine = [](size_t at, size_t frequency) {
        return std::cos(std::numbers::pi * (2 * static_cast<double>(at) + 1) *
                        static_cast<double>(frequency) / 16) *
               (frequency == 0 ? std::numbers::sqrt2 / 2 : 1.0);
      };
      sum += coefficients[v * 8 + u] * cosine(x, u) * cosine(y, v) / 4;
    }
  }
  return std::clamp(sum + 128, 0.0, 255.0);
}

constexpr std::array<uint16_t, 64> Ones() {
  std::array<uint16_t, 64> ones = {};
  ones.fill(1);
  return ones;
}

}  // namespace

TEST_CASE("a block without coefficients is grey, one with the first alone is flat") {
  std::array<int16_t, 64> coefficients = {};
  std::array<uint16_t, 64> quantization = Ones();
  quantization[0] = 16;
  for (const auto& [value, sample] :
       {std::pair{0, 128}, {10, 148}, {-10, 108}, {100, 255}, {-100, 0}}) {
    coefficients[0] = static_cast<int16_t>(value);
    Samples expected;
    expected.fill(static_cast<uint8_t>(sample));
    CHECK(Transformed(coefficients, quantization) == expected);
  }
}

TEST_CASE("samples are those of the exact transform to within one") {
  std::mt19937 random(5);
  double worst = 0;
  for (int i = 0; i < 300; ++i) {
    std::array<int16_t, 64> coefficients = {};
    for (auto& value : coefficients) {
      if (random() % 3 == 0) value = static_cast<int16_t>(static_cast<int>(random() % 241) - 120);
    }
    const Samples samples = Transformed(coefficients, Ones());
    for (size_t y = 0; y < 8; ++y) {
      for (size_t x = 0; x < 8; ++x) {
        worst = std::max(worst, std::abs(samples[y * 8 + x] - ExactSample(coefficients, x, y)));
      }
    }
  }
  CHECK(worst < 1.0);
}

TEST_CASE("rows are written with the caller's stride and nothing between them") {
  std::array<int16_t, 64> coefficients = {};
  coefficients[3] = 90;
  std::vector<uint8_t> wide(8 * 20, 7);
  InverseTransformBlock(coefficients.data(), Ones().data(), wide.data(), 20);
  const Samples samples = Transformed(coefficients, Ones());
  for (size_t y = 0; y < 8; ++y) {
    for (size_t x = 0; x < 20; ++x) CHECK(wide[y * 20 + x] == (x < 8 ? samples[y * 8 + x] : 7));
  }
}

}  // namespace spurious::jpeg_transform
