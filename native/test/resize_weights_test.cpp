#include "preprocess/resize_weights.h"

#include <numeric>
#include <random>

#include "test/testing.h"

namespace spurious {

namespace {

constexpr int32_t kOne = 1 << kWeightBits;

std::vector<int32_t> WeightsOf(const ResizeWeights& weights, int i) {
  const auto begin = weights.weight.begin() + static_cast<ptrdiff_t>(i) * weights.taps;
  return {begin, begin + weights.count[static_cast<size_t>(i)]};
}

struct Axis {
  int in, out;
};

std::vector<Axis> RandomAxes(int count) {
  std::mt19937 random(1);
  std::vector<Axis> axes = {{1, 1}, {1, 7}, {7, 1}, {2, 1}, {5, 5}, {1000, 3}};
  while (static_cast<int>(axes.size()) < count) {
    axes.push_back({1 + static_cast<int>(random() % 300), 1 + static_cast<int>(random() % 300)});
  }
  return axes;
}

constexpr ResizeFilter kFilters[] = {ResizeFilter::kBicubic, ResizeFilter::kBilinear};

}  // namespace

TEST_CASE("halving with the bilinear filter weighs four samples 1 3 3 1") {
  const ResizeWeights weights = MakeResizeWeights(8, 4, 0, 4, ResizeFilter::kBilinear);
  CHECK(weights.first == std::vector<int32_t>{0, 1, 3, 5});
  CHECK(weights.count == std::vector<int32_t>{3, 4, 4, 3});
  CHECK(WeightsOf(weights, 1) ==
        std::vector<int32_t>{kOne / 8, kOne / 8 * 3, kOne / 8 * 3, kOne / 8});
  // At the border the weights that remain are scaled to a sum of one: 3 3 1 of 7.
  CHECK(WeightsOf(weights, 0) == std::vector<int32_t>{1797559, 1797559, 599186});
}

TEST_CASE("doubling with the bicubic filter uses a = -0.5") {
  const ResizeWeights weights = MakeResizeWeights(16, 32, 10, 12, ResizeFilter::kBicubic);
  // Output 10 has its centre at 5.25: a quarter to the left of sample 5's centre (5.5).
  CHECK(weights.first[0] == 3);
  const double a = -0.5;
  const auto near = [&](double x) { return (a + 2) * x * x * x - (a + 3) * x * x + 1; };
  const auto far = [&](double x) { return a * (x * x * x - 5 * x * x + 8 * x - 4); };
  const std::vector<double> expected = {far(1.75), near(0.75), near(0.25), far(1.25)};
  const std::vector<int32_t> got = WeightsOf(weights, 0);
  REQUIRE(got.size() == 4);
  for (size_t i = 0; i < 4; ++i) CHECK(got[i] == std::lround(expected[i] * kOne));
}

TEST_CASE("an unchanged size gives each sample its own weight alone") {
  for (const ResizeFilter filter : kFilters) {
    const ResizeWeights weights = MakeResizeWeights(9, 9, 0, 9, filter);
    for (int i = 0; i < 9; ++i) {
      const std::vector<int32_t> row = WeightsOf(weights, i);
      for (size_t t = 0; t < row.size(); ++t) {
        const bool own = weights.first[static_cast<size_t>(i)] + static_cast<int>(t) == i;
        CHECK(row[t] == (own ? kOne : 0));
      }
    }
  }
}

TEST_CASE("windows lie inside the input and weights add up to one") {
  for (const auto& [in, out] : RandomAxes(300)) {
    for (const ResizeFilter filter : kFilters) {
      const ResizeWeights weights = MakeResizeWeights(in, out, 0, out, filter);
      REQUIRE(weights.size() == out);
      REQUIRE(weights.taps % kTapGroup == 0);
      bool sound = true;
      for (int i = 0; i < out; ++i) {
        const int first = weights.first[static_cast<size_t>(i)];
        const int count = weights.count[static_cast<size_t>(i)];
        const std::vector<int32_t> row = WeightsOf(weights, i);
        const int64_t sum = std::accumulate(row.begin(), row.end(), int64_t{0});
        sound = sound && first >= 0 && count >= 1 && count <= weights.taps && first + count <= in &&
                std::abs(sum - kOne) <= count;  // each weight is rounded by itself
        // Padding counts nothing.
        for (int t = count; t < weights.taps; ++t) {
          sound = sound && weights.weight[static_cast<size_t>(i * weights.taps + t)] == 0;
        }
      }
      INFO(in, " -> ", out);
      CHECK(sound);
    }
  }
}

TEST_CASE("both halves of a weight make the whole weight") {
  const ResizeWeights weights = MakeResizeWeights(301, 97, 0, 97, ResizeFilter::kBicubic);
  for (size_t i = 0; i < weights.weight.size(); ++i) {
    REQUIRE(weights.high[i] * 256 + weights.low[i] == weights.weight[i]);
    REQUIRE(weights.low[i] >= 0);
    REQUIRE(weights.low[i] <= 255);
  }
}

TEST_CASE("weights of a part of the outputs are those of the whole") {
  for (const auto& [in, out] : RandomAxes(60)) {
    const int begin = out / 3, end = std::max(begin + 1, out * 2 / 3);
    const ResizeWeights whole = MakeResizeWeights(in, out, 0, out, ResizeFilter::kBicubic);
    const ResizeWeights part = MakeResizeWeights(in, out, begin, end, ResizeFilter::kBicubic);
    REQUIRE(part.size() == end - begin);
    for (int i = begin; i < end; ++i) {
      CHECK(part.first[static_cast<size_t>(i - begin)] == whole.first[static_cast<size_t>(i)]);
      CHECK(WeightsOf(part, i - begin) == WeightsOf(whole, i));
    }
  }
}

}  // namespace spurious
