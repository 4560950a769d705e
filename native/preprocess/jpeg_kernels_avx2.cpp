#include "preprocess/jpeg_kernels.h"

#if defined(__x86_64__)

#include <immintrin.h>

#include "preprocess/jpeg_transform.h"

#define SPURIOUS_AVX2 __attribute__((target("avx2")))

namespace spurious {

namespace {

using namespace jpeg_transform;  // NOLINT(google-build-using-namespace): constants only

SPURIOUS_AVX2 inline __m256i Pair(int first, int second) {
  return _mm256_set1_epi32(static_cast<int>(static_cast<uint32_t>(second) << 16 |
                                            (static_cast<uint32_t>(first) & 0xFFFF)));
}

// 32-bit sums of the lower and the upper half of each block's eight lanes.
struct Wide {
  __m256i low, high;
};

SPURIOUS_AVX2 inline Wide Add(Wide a, Wide b) {
  return {_mm256_add_epi32(a.low, b.low), _mm256_add_epi32(a.high, b.high)};
}

SPURIOUS_AVX2 inline Wide Subtract(Wide a, Wide b) {
  return {_mm256_sub_epi32(a.low, b.low), _mm256_sub_epi32(a.high, b.high)};
}

// x * first + y * second
SPURIOUS_AVX2 inline Wide Product(__m256i x, int first, __m256i y, int second) {
  const __m256i factors = Pair(first, second);
  return {_mm256_madd_epi16(_mm256_unpacklo_epi16(x, y), factors),
          _mm256_madd_epi16(_mm256_unpackhi_epi16(x, y), factors)};
}

// x << kConstBits
SPURIOUS_AVX2 inline Wide Shifted(__m256i x) {
  const __m256i zero = _mm256_setzero_si256();
  return {_mm256_srai_epi32(_mm256_unpacklo_epi16(zero, x), 16 - kConstBits),
          _mm256_srai_epi32(_mm256_unpackhi_epi16(zero, x), 16 - kConstBits)};
}

template <int kShift>
SPURIOUS_AVX2 inline __m256i Store(Wide x) {
  const __m256i half = _mm256_set1_epi32(1 << (kShift - 1));
  return _mm256_packs_epi32(_mm256_srai_epi32(_mm256_add_epi32(x.low, half), kShift),
                            _mm256_srai_epi32(_mm256_add_epi32(x.high, half), kShift));
}

// One pass over the vectors row[0..7]; each 128-bit lane is a block. See jpeg_transform.cpp.
template <int kShift>
SPURIOUS_AVX2 inline void Transform(__m256i* row) {
  const Wide tmp3 = Product(row[2], k0_541 + k0_765, row[6], k0_541);
  const Wide tmp2 = Product(row[2], k0_541, row[6], k0_541 - k1_847);
  const Wide tmp0 = Shifted(_mm256_add_epi16(row[0], row[4]));
  const Wide tmp1 = Shifted(_mm256_sub_epi16(row[0], row[4]));
  const Wide even[4] = {Add(tmp0, tmp3), Add(tmp1, tmp2), Subtract(tmp1, tmp2),
                        Subtract(tmp0, tmp3)};
  const __m256i z3 = _mm256_add_epi16(row[7], row[3]);
  const __m256i z4 = _mm256_add_epi16(row[5], row[1]);
  const Wide sum3 = Product(z3, k1_175 - k1_961, z4, k1_175);
  const Wide sum4 = Product(z3, k1_175, z4, k1_175 - k0_390);
  const Wide odd[4] = {Add(Product(row[7], -k0_899, row[1], k1_501 - k0_899), sum4),
                       Add(Product(row[5], -k2_562, row[3], k3_072 - k2_562), sum3),
                       Add(Product(row[5], k2_053 - k2_562, row[3], -k2_562), sum4),
                       Add(Product(row[7], k0_298 - k0_899, row[1], -k0_899), sum3)};
  for (int i = 0; i < 4; ++i) {
    row[i] = Store<kShift>(Add(even[i], odd[i]));
    row[7 - i] = Store<kShift>(Subtract(even[i], odd[i]));
  }
}

// Transposes each block.
SPURIOUS_AVX2 inline void Transpose(__m256i* row) {
  __m256i a[8];
  __m256i b[8];
  for (int i = 0; i < 4; ++i) {
    a[2 * i] = _mm256_unpacklo_epi16(row[2 * i], row[2 * i + 1]);
    a[2 * i + 1] = _mm256_unpackhi_epi16(row[2 * i], row[2 * i + 1]);
  }
  for (int i = 0; i < 2; ++i) {
    for (int j = 0; j < 2; ++j) {
      b[4 * i + 2 * j] = _mm256_unpacklo_epi32(a[4 * i + j], a[4 * i + 2 + j]);
      b[4 * i + 2 * j + 1] = _mm256_unpackhi_epi32(a[4 * i + j], a[4 * i + 2 + j]);
    }
  }
  for (int i = 0; i < 4; ++i) {
    row[2 * i] = _mm256_unpacklo_epi64(b[i], b[4 + i]);
    row[2 * i + 1] = _mm256_unpackhi_epi64(b[i], b[4 + i]);
  }
}

SPURIOUS_AVX2 inline __m256i LoadPair(const int16_t* first, const int16_t* second) {
  return _mm256_inserti128_si256(
      _mm256_castsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(first))),
      _mm_loadu_si128(reinterpret_cast<const __m128i*>(second)), 1);
}

// The second pass of two blocks, from columns, and 8 rows of 16 samples.
SPURIOUS_AVX2 inline void Finish(__m256i* column, uint8_t* out, ptrdiff_t stride) {
  Transform<kPass2Shift>(column);
  const __m256i center = _mm256_set1_epi8(static_cast<char>(0x80));
  // Columns as bytes, transposed: c0 c1 | c2 c3 | c4 c5 | c6 c7 in each block.
  const __m256i c01 = _mm256_packs_epi16(column[0], column[1]);
  const __m256i c23 = _mm256_packs_epi16(column[2], column[3]);
  const __m256i c45 = _mm256_packs_epi16(column[4], column[5]);
  const __m256i c67 = _mm256_packs_epi16(column[6], column[7]);
  // Bytes of c0 c4, c1 c5, c2 c6, c3 c7, alternating.
  const __m256i c04 = _mm256_unpacklo_epi8(c01, c45);
  const __m256i c15 = _mm256_unpackhi_epi8(c01, c45);
  const __m256i c26 = _mm256_unpacklo_epi8(c23, c67);
  const __m256i c37 = _mm256_unpackhi_epi8(c23, c67);
  const __m256i even_low = _mm256_unpacklo_epi8(c04, c26);   // 0 2 4 6 of rows 0..3
  const __m256i even_high = _mm256_unpackhi_epi8(c04, c26);  // rows 4..7
  const __m256i odd_low = _mm256_unpacklo_epi8(c15, c37);
  const __m256i odd_high = _mm256_unpackhi_epi8(c15, c37);
  const __m256i rows[4] = {
      _mm256_unpacklo_epi8(even_low, odd_low), _mm256_unpackhi_epi8(even_low, odd_low),
      _mm256_unpacklo_epi8(even_high, odd_high), _mm256_unpackhi_epi8(even_high, odd_high)};
  for (const __m256i& pair : rows) {
    const __m256i both = _mm256_xor_si256(_mm256_permute4x64_epi64(pair, 0xD8), center);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), _mm256_castsi256_si128(both));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + stride), _mm256_extracti128_si256(both, 1));
    out += 2 * stride;
  }
}

SPURIOUS_AVX2 void InverseTransform(const int16_t* coefficients, const uint16_t* quantization,
                                    int blocks, uint8_t* out, ptrdiff_t stride) {
  const __m256i most = _mm256_set1_epi16((1 << (15 - kPass1Bits)) - 1);
  for (int i = 0; i < blocks; i += 2, coefficients += 128, out += 16) {
    __m256i row[8];
    __m256i ac = _mm256_setzero_si256();
    for (int r = 0; r < 8; ++r) {
      row[r] = LoadPair(coefficients + 8 * r, coefficients + 64 + 8 * r);
      if (r > 0) ac = _mm256_or_si256(ac, row[r]);
      const __m256i factors = _mm256_broadcastsi128_si256(
          _mm_loadu_si128(reinterpret_cast<const __m128i*>(quantization + 8 * r)));
      row[r] = _mm256_mullo_epi16(row[r], factors);
    }
    // Values that damaged data make too large: for such, blocks whose other rows are zero differ.
    const __m256i excess = _mm256_subs_epu16(_mm256_abs_epi16(row[0]), most);
    if (!_mm256_testz_si256(excess, excess)) {
      InverseTransformBlock(coefficients, quantization, out, stride);
      InverseTransformBlock(coefficients + 64, quantization, out + 8, stride);
      continue;
    }
    if (_mm256_testz_si256(ac, ac)) {
      // The first pass only multiplies the first row, and gives the same row eight times.
      const __m256i first = _mm256_slli_epi16(row[0], kPass1Bits);
      for (__m256i& same : row) same = first;
    } else {
      Transform<kPass1Shift>(row);
    }
    Transpose(row);
    Finish(row, out, stride);
  }
}

SPURIOUS_AVX2 inline __m256i LoadBytes(const uint8_t* from) {
  return _mm256_cvtepu8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
}

SPURIOUS_AVX2 inline __m256i Triple(__m256i x) {
  return _mm256_add_epi16(_mm256_add_epi16(x, x), x);
}

SPURIOUS_AVX2 void BlendRows(const uint8_t* near, const uint8_t* far, int width, uint16_t* out) {
  for (int i = 0; i < width; i += 16) {
    const __m256i sum = _mm256_add_epi16(Triple(LoadBytes(near + i)), LoadBytes(far + i));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + i), sum);
  }
}

SPURIOUS_AVX2 void Widen(const uint16_t* in, int width, WidenBias bias, uint8_t* out) {
  const __m256i left_bias = _mm256_set1_epi16(static_cast<int16_t>(bias.left));
  const __m256i right_bias = _mm256_set1_epi16(static_cast<int16_t>(bias.right));
  for (int i = 0; i < width; i += 16) {
    const __m256i here = Triple(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(in + i)));
    const __m256i before = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(in + i - 1));
    const __m256i after = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(in + i + 1));
    const __m256i left =
        _mm256_srli_epi16(_mm256_add_epi16(_mm256_add_epi16(here, before), left_bias), 4);
    const __m256i right =
        _mm256_srli_epi16(_mm256_add_epi16(_mm256_add_epi16(here, after), right_bias), 4);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + 2 * i),
                        _mm256_or_si256(left, _mm256_slli_epi16(right, 8)));
  }
}

// round(x * factor / 2^16) for |x| < 2^14
SPURIOUS_AVX2 inline __m256i Scale(__m256i x, int factor) {
  const __m256i product =
      _mm256_mulhi_epi16(_mm256_add_epi16(x, x), _mm256_set1_epi16(static_cast<int16_t>(factor)));
  return _mm256_srai_epi16(_mm256_add_epi16(product, _mm256_set1_epi16(1)), 1);
}

SPURIOUS_AVX2 inline __m128i ToBytes(__m256i words) {
  return _mm_packus_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
}

// Sixteen samples of each colour to 48 bytes.
SPURIOUS_AVX2 inline void StoreRgb(__m128i red, __m128i green, __m128i blue, uint8_t* rgb) {
  const __m128i from_red[3] = {
      _mm_setr_epi8(0, -1, -1, 1, -1, -1, 2, -1, -1, 3, -1, -1, 4, -1, -1, 5),
      _mm_setr_epi8(-1, -1, 6, -1, -1, 7, -1, -1, 8, -1, -1, 9, -1, -1, 10, -1),
      _mm_setr_epi8(-1, 11, -1, -1, 12, -1, -1, 13, -1, -1, 14, -1, -1, 15, -1, -1)};
  const __m128i from_green[3] = {
      _mm_setr_epi8(-1, 0, -1, -1, 1, -1, -1, 2, -1, -1, 3, -1, -1, 4, -1, -1),
      _mm_setr_epi8(5, -1, -1, 6, -1, -1, 7, -1, -1, 8, -1, -1, 9, -1, -1, 10),
      _mm_setr_epi8(-1, -1, 11, -1, -1, 12, -1, -1, 13, -1, -1, 14, -1, -1, 15, -1)};
  const __m128i from_blue[3] = {
      _mm_setr_epi8(-1, -1, 0, -1, -1, 1, -1, -1, 2, -1, -1, 3, -1, -1, 4, -1),
      _mm_setr_epi8(-1, 5, -1, -1, 6, -1, -1, 7, -1, -1, 8, -1, -1, 9, -1, -1),
      _mm_setr_epi8(10, -1, -1, 11, -1, -1, 12, -1, -1, 13, -1, -1, 14, -1, -1, 15)};
  for (int i = 0; i < 3; ++i) {
    const __m128i bytes = _mm_or_si128(
        _mm_or_si128(_mm_shuffle_epi8(red, from_red[i]), _mm_shuffle_epi8(green, from_green[i])),
        _mm_shuffle_epi8(blue, from_blue[i]));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(rgb + 16 * i), bytes);
  }
}

SPURIOUS_AVX2 void ToRgb(const uint8_t* luma, const uint8_t* blue, const uint8_t* red, int width,
                         uint8_t* rgb) {
  const __m256i center = _mm256_set1_epi16(128);
  const __m256i half = _mm256_set1_epi32(1 << 15);
  const __m256i green_factors = Pair(-22554, 65536 - 46802);
  int i = 0;
  for (; i + 16 <= width; i += 16) {
    const __m256i y = LoadBytes(luma + i);
    const __m256i cb = _mm256_sub_epi16(LoadBytes(blue + i), center);
    const __m256i cr = _mm256_sub_epi16(LoadBytes(red + i), center);
    // Factors above one half are split into a whole and a fraction.
    const __m256i r = _mm256_add_epi16(_mm256_add_epi16(y, cr), Scale(cr, 91881 - 65536));
    const __m256i b = _mm256_add_epi16(_mm256_add_epi16(y, _mm256_add_epi16(cb, cb)),
                                       Scale(cb, 116130 - 2 * 65536));
    const __m256i low = _mm256_madd_epi16(_mm256_unpacklo_epi16(cb, cr), green_factors);
    const __m256i high = _mm256_madd_epi16(_mm256_unpackhi_epi16(cb, cr), green_factors);
    const __m256i fraction =
        _mm256_packs_epi32(_mm256_srai_epi32(_mm256_add_epi32(low, half), 16),
                           _mm256_srai_epi32(_mm256_add_epi32(high, half), 16));
    const __m256i g = _mm256_add_epi16(_mm256_sub_epi16(y, cr), fraction);
    StoreRgb(ToBytes(r), ToBytes(g), ToBytes(b), rgb + 3 * i);
  }
  for (; i < width; ++i) YcbcrToRgb(luma[i], blue[i], red[i], rgb + 3 * i);
}

}  // namespace

const JpegKernels& Avx2JpegKernels() {
  static const JpegKernels kernels = {InverseTransform, BlendRows, Widen, ToRgb};
  return kernels;
}

}  // namespace spurious

#endif  // __x86_64__
