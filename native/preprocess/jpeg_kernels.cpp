#include "preprocess/jpeg_kernels.h"

#include "preprocess/jpeg_transform.h"

namespace spurious {

namespace {

void InverseTransform(const int16_t* coefficients, const uint16_t* quantization, int blocks,
                      uint8_t* out, ptrdiff_t stride) {
  for (int i = 0; i < blocks; ++i, coefficients += 64, out += 8) {
    jpeg_transform::InverseTransformBlock(coefficients, quantization, out, stride);
  }
}

void BlendRows(const uint8_t* near, const uint8_t* far, int width, uint16_t* out) {
  for (int i = 0; i < width; ++i) out[i] = static_cast<uint16_t>(3 * near[i] + far[i]);
}

void Widen(const uint16_t* in, int width, WidenBias bias, uint8_t* out) {
  for (int i = 0; i < width; ++i) {
    out[2 * i] = static_cast<uint8_t>((3 * in[i] + in[i - 1] + bias.left) >> 4);
    out[2 * i + 1] = static_cast<uint8_t>((3 * in[i] + in[i + 1] + bias.right) >> 4);
  }
}

void ToRgb(const uint8_t* luma, const uint8_t* blue, const uint8_t* red, int width, uint8_t* rgb) {
  for (int i = 0; i < width; ++i, rgb += 3) YcbcrToRgb(luma[i], blue[i], red[i], rgb);
}

}  // namespace

const JpegKernels& ScalarJpegKernels() {
  static const JpegKernels kernels = {InverseTransform, BlendRows, Widen, ToRgb};
  return kernels;
}

const JpegKernels& JpegKernelsFor(SimdLevel level) {
#if defined(__x86_64__)
  if (level == SimdLevel::kAvx2 || level == SimdLevel::kAvx512) return Avx2JpegKernels();
#endif
  static_cast<void>(level);
  return ScalarJpegKernels();
}

}  // namespace spurious
