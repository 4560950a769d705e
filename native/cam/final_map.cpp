#include "cam/final_map.h"

namespace spurious {

namespace {

constexpr double kTiny = 1e-7;

at::Tensor ToUnit(const at::Tensor& maps) {
  const at::Tensor above = maps - maps.amin({-2, -1}, /*keepdim=*/true);
  return above / (above.amax({-2, -1}, /*keepdim=*/true) + kTiny);
}

}  // namespace

at::Tensor FinalMaps(const at::Tensor& raw, int64_t height, int64_t width) {
  const at::Tensor unit = ToUnit(raw.to(at::kFloat).relu());
  const at::Tensor planes = unit.reshape({1, -1, raw.size(-2), raw.size(-1)});
  const at::Tensor large =
      at::upsample_bilinear2d(planes, {height, width}, /*align_corners=*/false);
  auto sizes = raw.sizes().vec();
  sizes[sizes.size() - 2] = height;
  sizes[sizes.size() - 1] = width;
  return ToUnit(large.relu()).reshape(sizes);
}

}  // namespace spurious
