// Constants of the accurate integer inverse cosine transform (Loeffler, Ligtenberg, Moschytz) in
// libjpeg's fixed point, and its scalar form.
#pragma once

#include <cstddef>
#include <cstdint>

namespace spurious::jpeg_transform {

inline constexpr int kConstBits = 13;
inline constexpr int kPass1Bits = 2;
inline constexpr int kPass1Shift = kConstBits - kPass1Bits;
inline constexpr int kPass2Shift = kConstBits + kPass1Bits + 3;

inline constexpr int16_t k0_298 = 2446, k0_390 = 3196, k0_541 = 4433, k0_765 = 6270;
inline constexpr int16_t k0_899 = 7373, k1_175 = 9633, k1_501 = 12299, k1_847 = 15137;
inline constexpr int16_t k1_961 = 16069, k2_053 = 16819, k2_562 = 20995, k3_072 = 25172;

// One block into 8 rows of 8 samples.
void InverseTransformBlock(const int16_t* coefficients, const uint16_t* quantization, uint8_t* out,
                           ptrdiff_t stride);

}  // namespace spurious::jpeg_transform
