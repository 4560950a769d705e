#include "preprocess/resize_kernels.h"

namespace spurious {

namespace {

void Horizontal(const uint8_t* in, ptrdiff_t in_stride, int rows, const ResizeWeights& weights,
                uint8_t* out, ptrdiff_t out_stride) {
  for (int row = 0; row < rows; ++row, in += in_stride, out += out_stride) {
    const int32_t* weight = weights.weight.data();
    for (int x = 0; x < weights.size(); ++x, weight += weights.taps) {
      const uint8_t* pixel = in + weights.first[static_cast<size_t>(x)] * 3;
      int32_t red = kHalf, green = kHalf, blue = kHalf;
      for (int t = 0; t < weights.count[static_cast<size_t>(x)]; ++t, pixel += 3) {
        red += pixel[0] * weight[t];
        green += pixel[1] * weight[t];
        blue += pixel[2] * weight[t];
      }
      out[x * 3] = ClipToByte(red);
      out[x * 3 + 1] = ClipToByte(green);
      out[x * 3 + 2] = ClipToByte(blue);
    }
  }
}

void Vertical(const uint8_t* in, ptrdiff_t in_stride, const ResizeWeights& weights, int index,
              int bytes, uint8_t* out) {
  VerticalScalar(in, in_stride, weights, index, 0, bytes, out);
}

}  // namespace

const ResizeKernels& ScalarResizeKernels() {
  static const ResizeKernels kernels = {Horizontal, Vertical};
  return kernels;
}

const ResizeKernels& ResizeKernelsFor(SimdLevel level) {
#if defined(__x86_64__)
  if (level == SimdLevel::kAvx512) return Avx512ResizeKernels();
  if (level == SimdLevel::kAvx2) return Avx2ResizeKernels();
#elif defined(__aarch64__)
  if (level == SimdLevel::kNeon) return NeonResizeKernels();
#endif
  return ScalarResizeKernels();
}

}  // namespace spurious
