// Pillow's antialiased resize of an RGB picture, of a rectangle of the result only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "preprocess/resize_weights.h"
#include "preprocess/simd_level.h"

namespace spurious {

struct PixelRect {
  int left = 0, top = 0, width = 0, height = 0;
};

// A resize to resize_width x resize_height, and the rectangle of it that is wanted.
struct ResizeCropSpec {
  int resize_width = 0, resize_height = 0;
  int crop_left = 0, crop_top = 0, crop_width = 0, crop_height = 0;
  ResizeFilter filter = ResizeFilter::kBicubic;
};

// Equals Image.resize((resize_width, resize_height), filter).crop(...) of Pillow 13, byte for byte:
// 8-bit pixels between the two passes, a pass that changes no size skipped, and the vertical pass
// first when the height shrinks by more than twice what the width does (older Pillows begin with
// the horizontal pass there, too).
//
// rgb: [height, width, 3]; out: [crop_height, crop_width, 3]; the rectangle lies inside the resized
// picture; sizes are above 0 and rows below 2^31 bytes. `level` is one of SimdLevels(). Safe to
// call from any number of threads.
void ResizeCrop(const uint8_t* rgb, int width, int height, const ResizeCropSpec& spec, uint8_t* out,
                SimdLevel level = BestSimdLevel());

// The same for a caller that can make a part of the picture only.
class ResizePlan {
 public:
  ResizePlan(int width, int height, const ResizeCropSpec& spec);

  // The part of the picture that the result depends on.
  const PixelRect& source() const { return source_; }

  // `pixels`: the first pixel of that part.
  void Run(const uint8_t* pixels, ptrdiff_t stride, uint8_t* out, SimdLevel level) const;

 private:
  PixelRect source_;
  std::optional<ResizeWeights> across_, down_;  // none: the size does not change
  bool down_first_ = false;
};

}  // namespace spurious
