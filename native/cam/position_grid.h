// Feature maps and tokens as a grid over the image.
#pragma once

#include <torch/script.h>

#include <vector>

namespace spurious {

// How a map [N, C, h, w], [N, h, w, C] or a sequence of tokens [N, T, C] lies over an image.
// Tokens fill the grid row by row, its sides in the image's proportion, behind up to five tokens
// that stand for no place (class, distillation, registers).
class PositionGrid {
 public:
  // `positions`: the dimensions that are places, negative ones counted from the end.
  // Throws kModelOutputUnsupported when that gives no grid.
  PositionGrid(at::IntArrayRef sizes, const std::vector<int64_t>& positions, int64_t image_height,
               int64_t image_width);

  // [N, C, h, w] of a tensor of the given sizes.
  at::Tensor Arrange(const at::Tensor& map) const;

  // Places that a mean over the map is taken over, those outside the grid included.
  int64_t places() const { return skipped_ + height_ * width_; }

 private:
  std::vector<int64_t> order_;  // of the dimensions: N, C, then the positions
  int64_t skipped_ = 0, height_ = 0, width_ = 0;
};

}  // namespace spurious
