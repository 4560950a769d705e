#include "preprocess/resize_kernels.h"

#if defined(__x86_64__)

#include <immintrin.h>

#include <array>
#include <cstring>

#define SPURIOUS_AVX2 __attribute__((target("avx2")))
// For what would not be inlined by itself: constants stay in registers.
#define SPURIOUS_AVX2_INLINE inline __attribute__((always_inline, target("avx2")))

namespace spurious {

namespace {

// (256 * high + low + one half) of each 32-bit lane, as 2^kWeightBits times the sample.
SPURIOUS_AVX2_INLINE __m256i Join(__m256i high, __m256i low) {
  return _mm256_add_epi32(_mm256_slli_epi32(high, 8), low);
}

// The first four lanes plus the last four, of two vectors: [a, b].
SPURIOUS_AVX2_INLINE __m256i AddHalves(__m256i a, __m256i b) {
  return _mm256_add_epi32(_mm256_permute2x128_si256(a, b, 0x20),
                          _mm256_permute2x128_si256(a, b, 0x31));
}

// One output column of up to four rows. Each group of four taps is one vector per row: 16-bit
// pairs (r0 r1, g0 g1, b0 b1, 0 0 | r2 r3, g2 g3, b2 b3, 0 0), multiplied and added pairwise with
// the weights (w0 w1 four times | w2 w3 four times).
template <int kRows>
SPURIOUS_AVX2_INLINE void HorizontalColumn(const uint8_t* in, ptrdiff_t in_stride, int count,
                                           const int16_t* high, const int16_t* low, uint8_t* out,
                                           ptrdiff_t out_stride) {
  const __m256i spread = _mm256_setr_epi8(                       //
      0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1,  //
      6, -1, 9, -1, 7, -1, 10, -1, 8, -1, 11, -1, -1, -1, -1, -1);
  const __m256i pairs = _mm256_setr_epi32(0, 0, 0, 0, 1, 1, 1, 1);
  __m256i high_sum[4] = {};
  __m256i low_sum[4] = {};
  for (int t = 0; t < count; t += 4) {
    const __m256i high_weight = _mm256_permutevar8x32_epi32(
        _mm256_castsi128_si256(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(high + t))), pairs);
    const __m256i low_weight = _mm256_permutevar8x32_epi32(
        _mm256_castsi128_si256(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(low + t))), pairs);
    for (int r = 0; r < kRows; ++r) {
      const __m128i bytes =
          _mm_loadu_si128(reinterpret_cast<const __m128i*>(in + r * in_stride + t * 3));
      const __m256i taps = _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(bytes), spread);
      high_sum[r] = _mm256_add_epi32(high_sum[r], _mm256_madd_epi16(taps, high_weight));
      low_sum[r] = _mm256_add_epi32(low_sum[r], _mm256_madd_epi16(taps, low_weight));
    }
  }
  const __m256i half = _mm256_set1_epi32(kHalf);
  __m256i rows02 = AddHalves(Join(high_sum[0], low_sum[0]), Join(high_sum[2], low_sum[2]));
  __m256i rows13 = AddHalves(Join(high_sum[1], low_sum[1]), Join(high_sum[3], low_sum[3]));
  rows02 = _mm256_srai_epi32(_mm256_add_epi32(rows02, half), kWeightBits);
  rows13 = _mm256_srai_epi32(_mm256_add_epi32(rows13, half), kWeightBits);
  const __m256i words = _mm256_packs_epi32(rows02, rows13);  // rows 0 1 | 2 3
  const __m256i samples = _mm256_packus_epi16(words, words);
  const std::array<int, 4> pixel = {
      _mm256_extract_epi32(samples, 0), _mm256_extract_epi32(samples, 1),
      _mm256_extract_epi32(samples, 4), _mm256_extract_epi32(samples, 5)};
  // Four bytes each: the next column overwrites the fourth.
  for (int r = 0; r < kRows; ++r) {
    std::memcpy(out + r * out_stride, &pixel[static_cast<size_t>(r)], 4);
  }
}

template <int kRows>
SPURIOUS_AVX2 void HorizontalRows(const uint8_t* in, ptrdiff_t in_stride,
                                  const ResizeWeights& weights, uint8_t* out,
                                  ptrdiff_t out_stride) {
  const int32_t* first = weights.first.data();
  const int32_t* count = weights.count.data();
  const int16_t* high = weights.high.data();
  const int16_t* low = weights.low.data();
  for (int x = 0; x < weights.size(); ++x, high += weights.taps, low += weights.taps, out += 3) {
    HorizontalColumn<kRows>(in + first[x] * 3, in_stride, count[x], high, low, out, out_stride);
  }
}

SPURIOUS_AVX2 void Horizontal(const uint8_t* in, ptrdiff_t in_stride, int rows,
                              const ResizeWeights& weights, uint8_t* out, ptrdiff_t out_stride) {
  for (; rows >= 4; rows -= 4, in += 4 * in_stride, out += 4 * out_stride) {
    HorizontalRows<4>(in, in_stride, weights, out, out_stride);
  }
  for (; rows > 0; --rows, in += in_stride, out += out_stride) {
    HorizontalRows<1>(in, in_stride, weights, out, out_stride);
  }
}

// 32 samples of one row. Two input rows at a time: their samples interleaved as 16-bit pairs.
SPURIOUS_AVX2_INLINE void VerticalBlock(const uint8_t* in, ptrdiff_t in_stride, int count,
                                        const int16_t* high, const int16_t* low, uint8_t* out) {
  const __m256i zero = _mm256_setzero_si256();
  __m256i high_sum[4] = {};
  __m256i low_sum[4];
  for (__m256i& sum : low_sum) sum = _mm256_set1_epi32(kHalf);
  for (int t = 0; t < count; t += 2) {
    int32_t pair;
    std::memcpy(&pair, high + t, sizeof(pair));
    const __m256i high_weight = _mm256_set1_epi32(pair);
    std::memcpy(&pair, low + t, sizeof(pair));
    const __m256i low_weight = _mm256_set1_epi32(pair);
    const uint8_t* row = in + t * in_stride;
    const uint8_t* next = t + 1 < count ? row + in_stride : row;  // its weight is zero
    const __m256i a = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(row));
    const __m256i b = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(next));
    const __m256i left = _mm256_unpacklo_epi8(a, b);
    const __m256i right = _mm256_unpackhi_epi8(a, b);
    const __m256i taps[4] = {_mm256_unpacklo_epi8(left, zero), _mm256_unpackhi_epi8(left, zero),
                             _mm256_unpacklo_epi8(right, zero), _mm256_unpackhi_epi8(right, zero)};
    for (int i = 0; i < 4; ++i) {
      high_sum[i] = _mm256_add_epi32(high_sum[i], _mm256_madd_epi16(taps[i], high_weight));
      low_sum[i] = _mm256_add_epi32(low_sum[i], _mm256_madd_epi16(taps[i], low_weight));
    }
  }
  __m256i sample[4];
  for (int i = 0; i < 4; ++i) {
    sample[i] = _mm256_srai_epi32(Join(high_sum[i], low_sum[i]), kWeightBits);
  }
  const __m256i bytes = _mm256_packus_epi16(_mm256_packs_epi32(sample[0], sample[1]),
                                            _mm256_packs_epi32(sample[2], sample[3]));
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), bytes);
}

SPURIOUS_AVX2 void Vertical(const uint8_t* in, ptrdiff_t in_stride, const ResizeWeights& weights,
                            int index, int bytes, uint8_t* out) {
  const ptrdiff_t offset = static_cast<ptrdiff_t>(index) * weights.taps;
  const int16_t* high = weights.high.data() + offset;
  const int16_t* low = weights.low.data() + offset;
  const uint8_t* from = in + weights.first[static_cast<size_t>(index)] * in_stride;
  const int count = weights.count[static_cast<size_t>(index)];
  constexpr int kBlock = 32;
  if (bytes < kBlock) {
    VerticalScalar(in, in_stride, weights, index, 0, bytes, out);
    return;
  }
  for (int i = 0; i + kBlock <= bytes; i += kBlock) {
    VerticalBlock(from + i, in_stride, count, high, low, out + i);
  }
  // The last block once more, aligned with the row's end.
  const int last = bytes - kBlock;
  VerticalBlock(from + last, in_stride, count, high, low, out + last);
}

}  // namespace

const ResizeKernels& Avx2ResizeKernels() {
  static const ResizeKernels kernels = {Horizontal, Vertical};
  return kernels;
}

}  // namespace spurious

#endif  // __x86_64__
