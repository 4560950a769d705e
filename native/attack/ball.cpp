#include "attack/ball.h"

namespace spurious {

namespace {

// Keeps the quotient finite for an image that is all grey.
constexpr double kTiny = 1e-12;

at::Tensor Scaled(const at::Tensor& difference, const at::Tensor& factors) {
  return (difference * PerImage(factors)).add_(kGrey).clamp_(0.0, 1.0);
}

}  // namespace

at::Tensor ImageNorms(const at::Tensor& images) {
  return at::linalg_vector_norm(images, 2, {1, 2, 3}, /*keepdim=*/false, at::kDouble);
}

at::Tensor OnSphere(const at::Tensor& directions, double radius) {
  return Scaled(directions, radius / (ImageNorms(directions) + kTiny));
}

at::Tensor Project(const at::Tensor& images, double radius) {
  const at::Tensor difference = images - kGrey;
  const at::Tensor norms = ImageNorms(difference);
  return Scaled(difference, norms.clamp_max(radius) / (norms + kTiny));
}

at::Tensor PerImage(const at::Tensor& numbers) {
  return numbers.to(at::kFloat).view({-1, 1, 1, 1});
}

}  // namespace spurious
