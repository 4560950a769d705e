#include "preprocess/resize_kernels.h"

#if defined(__x86_64__)

#if defined(__GNUC__) && !defined(__clang__)
// GCC 11 and 12 warn of the deliberately undefined operands inside their own AVX-512 headers.
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

#include <immintrin.h>

#include <cstring>

#define SPURIOUS_AVX512 __attribute__((target("avx512f,avx512bw,avx512vl")))
// For what would not be inlined by itself: constants stay in registers.
#define SPURIOUS_AVX512_INLINE \
  inline __attribute__((always_inline, target("avx512f,avx512bw,avx512vl")))

namespace spurious {

namespace {

SPURIOUS_AVX512_INLINE __m512i Join(__m512i high, __m512i low) {
  return _mm512_add_epi32(_mm512_slli_epi32(high, 8), low);
}

// Sums of the four quarters of each vector: [a, b, c, d].
SPURIOUS_AVX512_INLINE __m512i AddQuarters(__m512i a, __m512i b, __m512i c, __m512i d) {
  const __m512i ab =
      _mm512_add_epi32(_mm512_shuffle_i32x4(a, b, 0x44), _mm512_shuffle_i32x4(a, b, 0xEE));
  const __m512i cd =
      _mm512_add_epi32(_mm512_shuffle_i32x4(c, d, 0x44), _mm512_shuffle_i32x4(c, d, 0xEE));
  return _mm512_add_epi32(_mm512_shuffle_i32x4(ab, cd, 0x88), _mm512_shuffle_i32x4(ab, cd, 0xDD));
}

// One output column of up to four rows. Each group of eight taps is one vector per row: quarter q
// holds the 16-bit pairs r g b 0 of taps 2q and 2q + 1, multiplied and added pairwise with their
// weights.
template <int kRows>
SPURIOUS_AVX512_INLINE void HorizontalColumn(const uint8_t* in, ptrdiff_t in_stride, int count,
                                             const int16_t* high, const int16_t* low, uint8_t* out,
                                             ptrdiff_t out_stride) {
  // Six bytes, three words, to the beginning of each quarter.
  const __m512i quarters = _mm512_set_epi16(0, 0, 0, 0, 0, 11, 10, 9, 0, 0, 0, 0, 0, 8, 7, 6,  //
                                            0, 0, 0, 0, 0, 5, 4, 3, 0, 0, 0, 0, 0, 2, 1, 0);
  const __m512i spread = _mm512_broadcast_i32x4(
      _mm_setr_epi8(0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1));
  const __m512i pairs = _mm512_setr_epi32(0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3);
  __m512i high_sum[4] = {};
  __m512i low_sum[4] = {};
  for (int t = 0; t < count; t += 8) {
    const __m512i high_weight = _mm512_permutexvar_epi32(
        pairs, _mm512_castsi128_si512(_mm_loadu_si128(reinterpret_cast<const __m128i*>(high + t))));
    const __m512i low_weight = _mm512_permutexvar_epi32(
        pairs, _mm512_castsi128_si512(_mm_loadu_si128(reinterpret_cast<const __m128i*>(low + t))));
    for (int r = 0; r < kRows; ++r) {
      const __m256i bytes =
          _mm256_loadu_si256(reinterpret_cast<const __m256i*>(in + r * in_stride + t * 3));
      const __m512i taps = _mm512_shuffle_epi8(
          _mm512_permutexvar_epi16(quarters, _mm512_castsi256_si512(bytes)), spread);
      high_sum[r] = _mm512_add_epi32(high_sum[r], _mm512_madd_epi16(taps, high_weight));
      low_sum[r] = _mm512_add_epi32(low_sum[r], _mm512_madd_epi16(taps, low_weight));
    }
  }
  const __m512i sums = AddQuarters(Join(high_sum[0], low_sum[0]), Join(high_sum[1], low_sum[1]),
                                   Join(high_sum[2], low_sum[2]), Join(high_sum[3], low_sum[3]));
  const __m512i samples = _mm512_max_epi32(
      _mm512_srai_epi32(_mm512_add_epi32(sums, _mm512_set1_epi32(kHalf)), kWeightBits),
      _mm512_setzero_si512());
  alignas(16) uint8_t pixel[16];
  _mm_store_si128(reinterpret_cast<__m128i*>(pixel), _mm512_cvtusepi32_epi8(samples));
  // Four bytes each: the next column overwrites the fourth.
  for (int r = 0; r < kRows; ++r) std::memcpy(out + r * out_stride, pixel + 4 * r, 4);
}

template <int kRows>
SPURIOUS_AVX512 void HorizontalRows(const uint8_t* in, ptrdiff_t in_stride,
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

SPURIOUS_AVX512 void Horizontal(const uint8_t* in, ptrdiff_t in_stride, int rows,
                                const ResizeWeights& weights, uint8_t* out, ptrdiff_t out_stride) {
  for (; rows >= 4; rows -= 4, in += 4 * in_stride, out += 4 * out_stride) {
    HorizontalRows<4>(in, in_stride, weights, out, out_stride);
  }
  for (; rows > 0; --rows, in += in_stride, out += out_stride) {
    HorizontalRows<1>(in, in_stride, weights, out, out_stride);
  }
}

// Up to 64 samples of one row, those in `mask`. Two input rows at a time: their samples interleaved
// as 16-bit pairs.
SPURIOUS_AVX512_INLINE void VerticalBlock(const uint8_t* in, ptrdiff_t in_stride, int count,
                                          const int16_t* high, const int16_t* low, __mmask64 mask,
                                          uint8_t* out) {
  const __m512i zero = _mm512_setzero_si512();
  __m512i high_sum[4] = {};
  __m512i low_sum[4];
  for (__m512i& sum : low_sum) sum = _mm512_set1_epi32(kHalf);
  for (int t = 0; t < count; t += 2) {
    int32_t pair;
    std::memcpy(&pair, high + t, sizeof(pair));
    const __m512i high_weight = _mm512_set1_epi32(pair);
    std::memcpy(&pair, low + t, sizeof(pair));
    const __m512i low_weight = _mm512_set1_epi32(pair);
    const uint8_t* row = in + t * in_stride;
    const uint8_t* next = t + 1 < count ? row + in_stride : row;  // its weight is zero
    const __m512i a = _mm512_maskz_loadu_epi8(mask, row);
    const __m512i b = _mm512_maskz_loadu_epi8(mask, next);
    const __m512i left = _mm512_unpacklo_epi8(a, b);
    const __m512i right = _mm512_unpackhi_epi8(a, b);
    const __m512i taps[4] = {_mm512_unpacklo_epi8(left, zero), _mm512_unpackhi_epi8(left, zero),
                             _mm512_unpacklo_epi8(right, zero), _mm512_unpackhi_epi8(right, zero)};
    for (int i = 0; i < 4; ++i) {
      high_sum[i] = _mm512_add_epi32(high_sum[i], _mm512_madd_epi16(taps[i], high_weight));
      low_sum[i] = _mm512_add_epi32(low_sum[i], _mm512_madd_epi16(taps[i], low_weight));
    }
  }
  __m512i sample[4];
  for (int i = 0; i < 4; ++i) {
    sample[i] = _mm512_srai_epi32(Join(high_sum[i], low_sum[i]), kWeightBits);
  }
  const __m512i bytes = _mm512_packus_epi16(_mm512_packs_epi32(sample[0], sample[1]),
                                            _mm512_packs_epi32(sample[2], sample[3]));
  _mm512_mask_storeu_epi8(out, mask, bytes);
}

SPURIOUS_AVX512 void Vertical(const uint8_t* in, ptrdiff_t in_stride, const ResizeWeights& weights,
                              int index, int bytes, uint8_t* out) {
  const ptrdiff_t offset = static_cast<ptrdiff_t>(index) * weights.taps;
  const int16_t* high = weights.high.data() + offset;
  const int16_t* low = weights.low.data() + offset;
  const uint8_t* from = in + weights.first[static_cast<size_t>(index)] * in_stride;
  const int count = weights.count[static_cast<size_t>(index)];
  constexpr int kBlock = 64;
  for (int i = 0; i < bytes; i += kBlock) {
    const int size = bytes - i < kBlock ? bytes - i : kBlock;
    const __mmask64 mask = ~0ULL >> (kBlock - size);
    VerticalBlock(from + i, in_stride, count, high, low, mask, out + i);
  }
}

}  // namespace

const ResizeKernels& Avx512ResizeKernels() {
  static const ResizeKernels kernels = {Horizontal, Vertical};
  return kernels;
}

}  // namespace spurious

#endif  // __x86_64__
