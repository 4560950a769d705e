// Decoding of plain JPEG files: most of those that cameras and the web make.
#pragma once

#include <cstddef>
#include <cstdint>

#include "preprocess/jpeg_header.h"
#include "preprocess/resize.h"
#include "preprocess/simd_level.h"

namespace spurious {

// Decodes a rectangle of the picture to RGB, as libjpeg-turbo does by default, byte for byte.
// out: [wanted.height, wanted.width, 3]. `wanted` lies inside the picture.
//
// False for files with anything unusual in them, damage above all: these need a decoder that knows
// what to do about it. The whole file is checked, whatever is wanted of it.
bool DecodeJpeg(const uint8_t* data, size_t size, const JpegHeader& header, const PixelRect& wanted,
                uint8_t* out, SimdLevel level = BestSimdLevel());

// Decodes and resizes (see ResizeCrop); of the picture only as much as the result depends on.
// False as above, or if the picture is not of the size that the caller takes it for.
bool ResizeJpeg(const uint8_t* data, size_t size, int width, int height, const ResizeCropSpec& spec,
                uint8_t* out, SimdLevel level = BestSimdLevel());

}  // namespace spurious
