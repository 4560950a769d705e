#include "preprocess/resize_weights.h"

#include <algorithm>
#include <cmath>

// Each operation is rounded on its own, as in the x86-64 builds of Pillow; compilers for ARM would
// fuse multiplications and additions.
#if defined(__clang__)
#pragma clang fp contract(off)
#elif defined(__GNUC__)
#pragma GCC optimize("fp-contract=off")
#endif

namespace spurious {

namespace {

double Bilinear(double x) {
  x = std::abs(x);
  return x < 1.0 ? 1.0 - x : 0.0;
}

double Bicubic(double x) {
  constexpr double a = -0.5;
  x = std::abs(x);
  if (x < 1.0) return ((a + 2.0) * x - (a + 3.0)) * x * x + 1;
  if (x < 2.0) return (((x - 5) * x + 8) * x - 4) * a;
  return 0.0;
}

int32_t ToFixedPoint(double weight) {
  constexpr double one = 1 << kWeightBits;
  return static_cast<int32_t>(weight < 0 ? -0.5 + weight * one : 0.5 + weight * one);
}

void SplitWeights(ResizeWeights& weights) {
  weights.high.resize(weights.weight.size());
  weights.low.resize(weights.weight.size());
  for (size_t i = 0; i < weights.weight.size(); ++i) {
    weights.high[i] = static_cast<int16_t>(weights.weight[i] >> 8);
    weights.low[i] = static_cast<int16_t>(weights.weight[i] & 0xFF);
  }
}

}  // namespace

ResizeWeights MakeResizeWeights(int in_size, int out_size, int begin, int end,
                                ResizeFilter filter) {
  const bool bicubic = filter == ResizeFilter::kBicubic;
  const double scale = static_cast<double>(in_size) / out_size;
  const double filter_scale = std::max(scale, 1.0);
  const double inverse_filter_scale = 1.0 / filter_scale;
  const double support = (bicubic ? 2.0 : 1.0) * filter_scale;
  const int most_taps = std::min(static_cast<int>(std::ceil(support)) * 2 + 1, in_size);

  ResizeWeights weights;
  weights.taps = (most_taps + kTapGroup - 1) / kTapGroup * kTapGroup;
  const size_t size = static_cast<size_t>(end - begin);
  weights.first.reserve(size);
  weights.count.reserve(size);
  weights.weight.assign(size * static_cast<size_t>(weights.taps), 0);
  std::vector<double> exact(static_cast<size_t>(most_taps));
  int32_t* out = weights.weight.data();
  for (int i = begin; i < end; ++i, out += weights.taps) {
    const double center = (i + 0.5) * scale;
    const int first = std::max(static_cast<int>(center - support + 0.5), 0);
    const int count = std::min(static_cast<int>(center + support + 0.5), in_size) - first;
    double sum = 0.0;
    for (int t = 0; t < count; ++t) {
      const double x = (t + first - center + 0.5) * inverse_filter_scale;
      exact[static_cast<size_t>(t)] = bicubic ? Bicubic(x) : Bilinear(x);
      sum += exact[static_cast<size_t>(t)];
    }
    for (int t = 0; t < count; ++t) {
      double weight = exact[static_cast<size_t>(t)];
      if (sum != 0.0) weight /= sum;
      out[t] = ToFixedPoint(weight);
    }
    weights.first.push_back(first);
    weights.count.push_back(count);
  }
  SplitWeights(weights);
  return weights;
}

}  // namespace spurious
