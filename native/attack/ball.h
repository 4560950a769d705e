// The set that attack images stay in: an L2 ball around grey, and the pixel range [0, 1].
#pragma once

#include <torch/script.h>

namespace spurious {

// The grey that an attack starts from and stays near.
inline constexpr double kGrey = 0.5;

// L2 norm of each image of a batch: [N, ...] -> [N] float64. Float64 so that the result does not
// depend on how a batch is divided among threads.
at::Tensor ImageNorms(const at::Tensor& images);

// Images in these directions from grey, `radius` away from it, clamped to [0, 1]: which can only
// bring them nearer.
at::Tensor OnSphere(const at::Tensor& directions, double radius);

// First the ball of this radius around grey, then the pixel range, once each.
at::Tensor Project(const at::Tensor& images, double radius);

// Numbers per image [N], as a factor for images [N, C, H, W] float32.
at::Tensor PerImage(const at::Tensor& numbers);

}  // namespace spurious
