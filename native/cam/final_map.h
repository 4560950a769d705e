// From weighted sums of channels to the maps that people look at.
#pragma once

#include <torch/script.h>

namespace spurious {

// [..., h, w] -> [..., height, width] float32, in the order of the pytorch-grad-cam library: ReLU;
// to [0, 1] (subtract the minimum, divide by 1e-7 + maximum); bilinear with half-pixel centres, no
// antialiasing (OpenCV's resize); ReLU; to [0, 1] again. A map without a positive value becomes 0.
at::Tensor FinalMaps(const at::Tensor& raw, int64_t height, int64_t width);

}  // namespace spurious
