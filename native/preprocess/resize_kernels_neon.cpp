#include "preprocess/resize_kernels.h"

#if defined(__aarch64__)

#include <arm_neon.h>

#include <cstring>

namespace spurious {

namespace {

// Four 32-bit sums to four samples, at the beginning of the result.
inline uint8x8_t ToSamples(int32x4_t sum) {
  const int16x4_t words = vqmovn_s32(vshrq_n_s32(sum, kWeightBits));
  return vqmovun_s16(vcombine_s16(words, words));
}

// Two taps at a time: r0 g0 b0 r1 g1 b1 ..., each multiplied by its 32-bit weight.
void HorizontalRow(const uint8_t* in, const ResizeWeights& weights, uint8_t* out) {
  const uint8x8_t spread = {0, 1, 2, 255, 3, 4, 5, 255};
  const int32_t* weight = weights.weight.data();
  for (size_t x = 0; x < weights.first.size(); ++x, weight += weights.taps, out += 3) {
    const uint8_t* pixel = in + weights.first[x] * 3;
    int32x4_t even = vdupq_n_s32(kHalf);
    int32x4_t odd = vdupq_n_s32(0);
    // Weights are padded with zeros, so a tap past the last one counts nothing.
    for (int t = 0; t < weights.count[x]; t += 2, pixel += 6) {
      const uint16x8_t taps = vmovl_u8(vtbl1_u8(vld1_u8(pixel), spread));
      const int32x4_t a = vreinterpretq_s32_u32(vmovl_u16(vget_low_u16(taps)));
      const int32x4_t b = vreinterpretq_s32_u32(vmovl_u16(vget_high_u16(taps)));
      even = vmlaq_n_s32(even, a, weight[t]);
      odd = vmlaq_n_s32(odd, b, weight[t + 1]);
    }
    uint8_t samples[8];
    vst1_u8(samples, ToSamples(vaddq_s32(even, odd)));
    std::memcpy(out, samples, 4);  // the next column overwrites the fourth byte
  }
}

void Horizontal(const uint8_t* in, ptrdiff_t in_stride, int rows, const ResizeWeights& weights,
                uint8_t* out, ptrdiff_t out_stride) {
  for (; rows > 0; --rows, in += in_stride, out += out_stride) HorizontalRow(in, weights, out);
}

// 16 samples of one row.
inline void VerticalBlock(const uint8_t* in, ptrdiff_t in_stride, int count, const int32_t* weight,
                          uint8_t* out) {
  int32x4_t sum[4];
  for (int32x4_t& lanes : sum) lanes = vdupq_n_s32(kHalf);
  for (int t = 0; t < count; ++t, in += in_stride) {
    const uint8x16_t bytes = vld1q_u8(in);
    const uint16x8_t left = vmovl_u8(vget_low_u8(bytes));
    const uint16x8_t right = vmovl_u8(vget_high_u8(bytes));
    const uint16x4_t taps[4] = {vget_low_u16(left), vget_high_u16(left), vget_low_u16(right),
                                vget_high_u16(right)};
    for (int i = 0; i < 4; ++i) {
      sum[i] = vmlaq_n_s32(sum[i], vreinterpretq_s32_u32(vmovl_u16(taps[i])), weight[t]);
    }
  }
  int16x4_t words[4];
  for (int i = 0; i < 4; ++i) words[i] = vqmovn_s32(vshrq_n_s32(sum[i], kWeightBits));
  vst1q_u8(out, vcombine_u8(vqmovun_s16(vcombine_s16(words[0], words[1])),
                            vqmovun_s16(vcombine_s16(words[2], words[3]))));
}

void Vertical(const uint8_t* in, ptrdiff_t in_stride, const ResizeWeights& weights, int index,
              int bytes, uint8_t* out) {
  constexpr int kBlock = 16;
  if (bytes < kBlock) {
    VerticalScalar(in, in_stride, weights, index, 0, bytes, out);
    return;
  }
  const int32_t* weight = weights.weight.data() + static_cast<ptrdiff_t>(index) * weights.taps;
  const uint8_t* from = in + weights.first[static_cast<size_t>(index)] * in_stride;
  const int count = weights.count[static_cast<size_t>(index)];
  for (int i = 0; i + kBlock <= bytes; i += kBlock) {
    VerticalBlock(from + i, in_stride, count, weight, out + i);
  }
  // The last block once more, aligned with the row's end.
  const int last = bytes - kBlock;
  VerticalBlock(from + last, in_stride, count, weight, out + last);
}

}  // namespace

const ResizeKernels& NeonResizeKernels() {
  static const ResizeKernels kernels = {Horizontal, Vertical};
  return kernels;
}

}  // namespace spurious

#endif  // __aarch64__
