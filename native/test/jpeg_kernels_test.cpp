#include "preprocess/jpeg_kernels.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <random>
#include <vector>

#include "test/testing.h"

namespace spurious {

namespace {

constexpr auto kSlack = static_cast<size_t>(kJpegSlack);

std::vector<uint8_t> RandomBytes(size_t size, std::mt19937& random) {
  std::vector<uint8_t> bytes(size);
  for (auto& byte : bytes) byte = static_cast<uint8_t>(random());
  return bytes;
}

// The first `size` bytes that `write` puts into a buffer with slack.
template <typename Write>
std::vector<uint8_t> Written(size_t size, Write write) {
  std::vector<uint8_t> out(size + 3 * kSlack, 0);
  write(out.data());
  out.resize(size);
  return out;
}

}  // namespace

TEST_CASE("the inverse transform is the scalar one at every SIMD level") {
  std::mt19937 random(1);
  for (int i = 0; i < 2000; ++i) {
    const int blocks = 2 * (1 + static_cast<int>(random() % 3));
    std::vector<int16_t> coefficients(static_cast<size_t>(blocks) * 64, 0);
    const uint32_t bits = 1 + random() % 16;    // up to values that overflow
    const uint32_t rarity = 1 + random() % 40;  // dense to almost empty
    const bool first_row_only = random() % 4 == 0;
    for (size_t k = 0; k < coefficients.size(); ++k) {
      const int value = static_cast<int>(random() % (1U << bits)) - (1 << (bits - 1));
      const bool zero = random() % rarity != 0 || (first_row_only && k % 64 >= 8);
      coefficients[k] = zero ? int16_t{0} : static_cast<int16_t>(value);
    }
    std::array<uint16_t, 64> quantization;
    for (auto& factor : quantization) factor = static_cast<uint16_t>(1 + random() % 255);
    const ptrdiff_t stride = blocks * 8 + static_cast<ptrdiff_t>(random() % 9);
    const auto run = [&](SimdLevel level) {
      return Written(static_cast<size_t>(stride) * 8, [&](uint8_t* out) {
        JpegKernelsFor(level).inverse_transform(coefficients.data(), quantization.data(), blocks,
                                                out, stride);
      });
    };
    const auto expected = run(SimdLevel::kScalar);
    for (const SimdLevel level : SimdLevels()) {
      INFO("round ", i, ", ", SimdLevelName(level));
      REQUIRE(test::FirstDifference(run(level), expected) == -1);
    }
  }
}

TEST_CASE("chroma is blended and widened the same at every SIMD level and every width") {
  std::mt19937 random(2);
  for (size_t width = 1; width <= 150; ++width) {
    const auto near = RandomBytes(width + kSlack, random);
    const auto far = RandomBytes(width + kSlack, random);
    const int count = static_cast<int>(width);
    const auto run = [&](SimdLevel level, WidenBias bias) {
      const JpegKernels& kernels = JpegKernelsFor(level);
      std::vector<uint16_t> blended(width + 2 + kSlack);
      uint16_t* row = blended.data() + 1;
      kernels.blend_rows(near.data(), far.data(), count, row);
      row[-1] = row[0];
      row[width] = row[width - 1];
      auto result = Written(2 * width, [&](uint8_t* out) { kernels.widen(row, count, bias, out); });
      for (size_t i = 0; i < width; ++i) {
        REQUIRE(row[i] == 3 * near[i] + far[i]);
      }
      return result;
    };
    for (const WidenBias bias : {kHalfWidth, kHalfWidthAndHeight}) {
      const auto expected = run(SimdLevel::kScalar, bias);
      for (const SimdLevel level : SimdLevels()) {
        INFO("width ", width, ", ", SimdLevelName(level));
        REQUIRE(test::FirstDifference(run(level, bias), expected) == -1);
      }
    }
  }
}

TEST_CASE("colours are converted the same at every SIMD level, all of them") {
  for (const int luma_value : {0, 1, 77, 128, 254, 255}) {
    const std::vector<uint8_t> luma(256 * 256 + kSlack, static_cast<uint8_t>(luma_value));
    std::vector<uint8_t> blue(luma.size()), red(luma.size());
    for (size_t i = 0; i < 256 * 256; ++i) {
      blue[i] = static_cast<uint8_t>(i >> 8);
      red[i] = static_cast<uint8_t>(i & 255);
    }
    const auto run = [&](SimdLevel level) {
      return Written(256 * 256 * 3, [&](uint8_t* out) {
        JpegKernelsFor(level).to_rgb(luma.data(), blue.data(), red.data(), 256 * 256, out);
      });
    };
    const auto expected = run(SimdLevel::kScalar);
    for (const SimdLevel level : SimdLevels()) {
      INFO("luma ", luma_value, ", ", SimdLevelName(level));
      CHECK(test::FirstDifference(run(level), expected) == -1);
    }
  }
}

TEST_CASE("rows of every width end where they should") {
  std::mt19937 random(4);
  for (size_t width = 1; width <= 70; ++width) {
    const auto luma = RandomBytes(width + kSlack, random);
    const auto blue = RandomBytes(width + kSlack, random);
    const auto red = RandomBytes(width + kSlack, random);
    std::vector<uint8_t> expected(width * 3);
    for (size_t i = 0; i < width; ++i) YcbcrToRgb(luma[i], blue[i], red[i], &expected[i * 3]);
    for (const SimdLevel level : SimdLevels()) {
      test::GuardedBytes out(width * 3);
      JpegKernelsFor(level).to_rgb(luma.data(), blue.data(), red.data(), static_cast<int>(width),
                                   out.data());
      INFO("width ", width, ", ", SimdLevelName(level));
      CHECK(out.intact());
      CHECK(out.content() == expected);
    }
  }
}

TEST_CASE("the conversion of a colour is JFIF's") {
  double worst = 0;
  for (int luma = 0; luma < 256; luma += 5) {
    for (int blue = 0; blue < 256; blue += 3) {
      for (int red = 0; red < 256; red += 3) {
        std::array<uint8_t, 3> rgb;
        YcbcrToRgb(luma, blue, red, rgb.data());
        const double cb = blue - 128, cr = red - 128;
        const std::array<double, 3> exact = {
            luma + 1.402 * cr, luma - 0.344136286 * cb - 0.714136286 * cr, luma + 1.772 * cb};
        for (size_t c = 0; c < 3; ++c) {
          worst = std::max(worst, std::abs(rgb[c] - std::clamp(exact[c], 0.0, 255.0)));
        }
      }
    }
  }
  CHECK(worst < 0.51);
}

}  // namespace spurious
