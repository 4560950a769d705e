// Weights of Pillow's antialiased resize along one axis.
#pragma once

#include <cstdint>
#include <vector>

namespace spurious {

enum class ResizeFilter { kBicubic, kBilinear };

// Pillow keeps weights as integers in units of 2^-22: 32 bits less 8 for the pixel and 2 for the
// sum, which may be negative or above 1.
inline constexpr int kWeightBits = 32 - 8 - 2;

// Vector kernels take this many taps at once; weights are padded with zeros to a multiple of it.
inline constexpr int kTapGroup = 8;

// Output sample i is the sum over t < count[i] of weight[i * taps + t] * input[first[i] + t].
struct ResizeWeights {
  int size() const { return static_cast<int>(first.size()); }

  int taps = 0;  // a multiple of kTapGroup
  std::vector<int32_t> first;
  std::vector<int32_t> count;
  std::vector<int32_t> weight;
  // weight = 256 * high + low with low in 0..255: both fit 16-bit multiplication, and the sums of
  // both halves give the 32-bit sum exactly.
  std::vector<int16_t> high;
  std::vector<int16_t> low;
};

// Weights of the outputs begin <= i < end of a resize from `in_size` to `out_size` samples.
ResizeWeights MakeResizeWeights(int in_size, int out_size, int begin, int end, ResizeFilter filter);

}  // namespace spurious
