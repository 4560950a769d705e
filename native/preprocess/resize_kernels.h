// The two passes of a resize, one implementation per SIMD level. All give the same bytes.
#pragma once

#include <cstddef>
#include <cstdint>

#include "preprocess/resize_weights.h"
#include "preprocess/simd_level.h"

namespace spurious {

// A horizontal pass may read this far past the end of an input row, and write this far past the
// end of an output row (the next row's beginning is not touched: strides must leave room).
inline constexpr int kRowSlack = 32;

struct ResizeKernels {
  // RGB rows to RGB rows of weights.size() pixels.
  void (*horizontal)(const uint8_t* in, ptrdiff_t in_stride, int rows, const ResizeWeights& weights,
                     uint8_t* out, ptrdiff_t out_stride);
  // One row of `bytes` samples, output `index` of the weights; in: row 0 of the input.
  void (*vertical)(const uint8_t* in, ptrdiff_t in_stride, const ResizeWeights& weights, int index,
                   int bytes, uint8_t* out);
};

// Both start sums at one half and drop the fraction, so that the result is rounded.
inline constexpr int32_t kHalf = 1 << (kWeightBits - 1);

inline uint8_t ClipToByte(int32_t sum) {
  const int32_t value = sum >> kWeightBits;
  return static_cast<uint8_t>(value < 0 ? 0 : value > 255 ? 255 : value);
}

// Samples begin <= i < end of one row of the vertical pass; vector kernels use it for row ends.
inline void VerticalScalar(const uint8_t* in, ptrdiff_t in_stride, const ResizeWeights& weights,
                           int index, int begin, int end, uint8_t* out) {
  const int32_t* weight = weights.weight.data() + static_cast<ptrdiff_t>(index) * weights.taps;
  in += weights.first[static_cast<size_t>(index)] * in_stride;
  const int count = weights.count[static_cast<size_t>(index)];
  for (int i = begin; i < end; ++i) {
    int32_t sum = kHalf;
    for (int t = 0; t < count; ++t) sum += in[t * in_stride + i] * weight[t];
    out[i] = ClipToByte(sum);
  }
}

const ResizeKernels& ScalarResizeKernels();
const ResizeKernels& Avx2ResizeKernels();
const ResizeKernels& Avx512ResizeKernels();
const ResizeKernels& NeonResizeKernels();

// Kernels of a level; the scalar ones for a level of another architecture.
const ResizeKernels& ResizeKernelsFor(SimdLevel level);

}  // namespace spurious
