// The arithmetic of JPEG decoding, one implementation per SIMD level. All give the same bytes:
// those of libjpeg-turbo with its accurate integer transform and "fancy" upsampling.
#pragma once

#include <cstddef>
#include <cstdint>

#include "preprocess/simd_level.h"

namespace spurious {

// Kernels may read and write this far past the end of a row.
inline constexpr int kJpegSlack = 64;

// What widening adds before it divides by 16: to the left and the right sample of a pair.
struct WidenBias {
  int left, right;
};
inline constexpr WidenBias kHalfWidthAndHeight = {8, 7};
inline constexpr WidenBias kHalfWidth = {4, 8};

struct JpegKernels {
  // An even number of blocks of coefficients, row by row, side by side into 8 rows of samples.
  void (*inverse_transform)(const int16_t* coefficients, const uint16_t* quantization, int blocks,
                            uint8_t* out, ptrdiff_t stride);
  // 3 * near + far of two rows of chroma: the one a pixel lies in and the next nearest (the same
  // one where the height is full).
  void (*blend_rows)(const uint8_t* near, const uint8_t* far, int width, uint16_t* out);
  // Blended chroma to twice the width; in[-1] and in[width] are there.
  void (*widen)(const uint16_t* in, int width, WidenBias bias, uint8_t* out);
  void (*to_rgb)(const uint8_t* luma, const uint8_t* blue, const uint8_t* red, int width,
                 uint8_t* rgb);
};

const JpegKernels& ScalarJpegKernels();
const JpegKernels& Avx2JpegKernels();

const JpegKernels& JpegKernelsFor(SimdLevel level);

// libjpeg's conversion of one pixel; 16 fraction bits.
inline void YcbcrToRgb(int luma, int blue, int red, uint8_t* rgb) {
  const auto clip = [](int value) {
    return static_cast<uint8_t>(value < 0 ? 0 : value > 255 ? 255 : value);
  };
  blue -= 128;
  red -= 128;
  rgb[0] = clip(luma + ((91881 * red + 32768) >> 16));
  rgb[1] = clip(luma + ((-22554 * blue - 46802 * red + 32768) >> 16));
  rgb[2] = clip(luma + ((116130 * blue + 32768) >> 16));
}

}  // namespace spurious
