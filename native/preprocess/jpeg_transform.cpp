#include "preprocess/jpeg_transform.h"

#include <algorithm>
#include <array>

namespace spurious::jpeg_transform {

namespace {

// libjpeg-turbo computes with 16-bit vectors. Where damaged data overflow them, its results are
// part of what is to be matched: products and sums wrap, stored results are clamped.
inline int32_t Wrap16(int32_t value) { return static_cast<int16_t>(value); }
inline int32_t Clamp16(int32_t value) { return std::clamp(value, -32768, 32767); }

// in, out: every `step`-th of 8 values.
template <int kShift>
void Transform(const int32_t* in, int32_t* out, int step) {
  const auto at = [&](int i) { return in[i * step]; };
  constexpr uint32_t kRound = 1U << (kShift - 1);
  // 32-bit sums wrap as well.
  const auto product = [](int32_t a, int32_t x, int32_t b, int32_t y) {
    return static_cast<uint32_t>(a * x) + static_cast<uint32_t>(b * y);
  };
  const auto store = [&](int i, uint32_t value) {
    out[i * step] = Clamp16(static_cast<int32_t>(value + kRound) >> kShift);
  };

  const uint32_t tmp3 = product(k0_541 + k0_765, at(2), k0_541, at(6));
  const uint32_t tmp2 = product(k0_541, at(2), k0_541 - k1_847, at(6));
  const uint32_t tmp0 = static_cast<uint32_t>(Wrap16(at(0) + at(4))) << kConstBits;
  const uint32_t tmp1 = static_cast<uint32_t>(Wrap16(at(0) - at(4))) << kConstBits;
  const std::array<uint32_t, 4> even = {tmp0 + tmp3, tmp1 + tmp2, tmp1 - tmp2, tmp0 - tmp3};

  const int32_t z3 = Wrap16(at(7) + at(3));
  const int32_t z4 = Wrap16(at(5) + at(1));
  const uint32_t sum3 = product(k1_175 - k1_961, z3, k1_175, z4);
  const uint32_t sum4 = product(k1_175, z3, k1_175 - k0_390, z4);
  const std::array<uint32_t, 4> odd = {
      product(-k0_899, at(7), k1_501 - k0_899, at(1)) + sum4,
      product(-k2_562, at(5), k3_072 - k2_562, at(3)) + sum3,
      product(k2_053 - k2_562, at(5), -k2_562, at(3)) + sum4,
      product(k0_298 - k0_899, at(7), -k0_899, at(1)) + sum3,
  };
  for (int i = 0; i < 4; ++i) {
    const auto slot = static_cast<size_t>(i);
    store(i, even[slot] + odd[slot]);
    store(7 - i, even[slot] - odd[slot]);
  }
}

}  // namespace

void InverseTransformBlock(const int16_t* coefficients, const uint16_t* quantization, uint8_t* out,
                           ptrdiff_t stride) {
  std::array<int32_t, 64> work;
  for (size_t i = 0; i < 64; ++i) {
    work[i] = Wrap16(coefficients[i] * static_cast<int32_t>(quantization[i]));
  }
  const bool flat =
      std::all_of(coefficients + 8, coefficients + 64, [](int16_t x) { return x == 0; });
  if (flat) {
    for (size_t i = 0; i < 8; ++i) work[i] = Wrap16(work[i] * (1 << kPass1Bits));
    for (size_t i = 8; i < 64; ++i) work[i] = work[i - 8];
  } else {
    for (size_t i = 0; i < 8; ++i) Transform<kPass1Shift>(&work[i], &work[i], 8);
  }
  for (size_t row = 0; row < 8; ++row, out += stride) {
    Transform<kPass2Shift>(&work[row * 8], &work[row * 8], 1);
    for (size_t i = 0; i < 8; ++i) {
      out[i] = static_cast<uint8_t>(std::clamp(work[row * 8 + i], -128, 127) + 128);
    }
  }
}

}  // namespace spurious::jpeg_transform
