#include "cam/position_grid.h"

#include <algorithm>
#include <cmath>
#include <sstream>

#include "core/error.h"

namespace spurious {

namespace {

[[noreturn]] void NoGrid(at::IntArrayRef sizes, const std::string& expected) {
  std::ostringstream got;
  got << sizes;
  throw Error(ErrorCode::kModelOutputUnsupported,
              "arranging the layer for Grad-CAM over the image: expected " + expected + ", got " +
                  got.str());
}

// Rows of a grid of this many places with the image's proportion; 0 when there is none.
int64_t GridRows(int64_t places, int64_t image_height, int64_t image_width) {
  const double rows = std::sqrt(static_cast<double>(places) * static_cast<double>(image_height) /
                                static_cast<double>(image_width));
  const auto height = static_cast<int64_t>(std::llround(rows));
  const bool fits = height > 0 && places % height == 0 &&
                    std::llabs(places / height * image_height - height * image_width) <
                        std::max(image_height, image_width);
  return fits ? height : 0;
}

}  // namespace

PositionGrid::PositionGrid(at::IntArrayRef sizes, const std::vector<int64_t>& positions,
                           int64_t image_height, int64_t image_width) {
  const auto rank = static_cast<int64_t>(sizes.size());
  std::vector<int64_t> places;
  for (const int64_t dim : positions) places.push_back(dim < 0 ? dim + rank : dim);
  std::sort(places.begin(), places.end());
  const auto is_place = [&](int64_t dim) {
    return std::find(places.begin(), places.end(), dim) != places.end();
  };
  order_ = {0};
  for (int64_t dim = 1; dim < rank; ++dim) {
    if (!is_place(dim)) order_.push_back(dim);
  }
  order_.insert(order_.end(), places.begin(), places.end());
  const bool one_channel_dim = order_.size() == places.size() + 2 && !is_place(0) &&
                               static_cast<int64_t>(order_.size()) == rank;
  if (!one_channel_dim || places.empty() || places.size() > 2) {
    NoGrid(sizes, "[N, C, h, w], [N, h, w, C] or tokens [N, T, C]");
  }
  if (places.size() == 2) {
    height_ = sizes[static_cast<size_t>(places[0])];
    width_ = sizes[static_cast<size_t>(places[1])];
    return;
  }
  const int64_t tokens = sizes[static_cast<size_t>(places[0])];
  for (const int64_t extra : {0, 1, 2, 4, 5}) {
    height_ = tokens > extra ? GridRows(tokens - extra, image_height, image_width) : 0;
    if (height_ == 0) continue;
    skipped_ = extra;
    width_ = (tokens - extra) / height_;
    return;
  }
  NoGrid(sizes, "tokens [N, T, C] that fill a grid of the proportion " +
                    std::to_string(image_height) + " to " + std::to_string(image_width));
}

at::Tensor PositionGrid::Arrange(const at::Tensor& map) const {
  const at::Tensor ordered = map.permute(order_);
  if (ordered.dim() == 4) return ordered;
  return ordered.narrow(2, skipped_, height_ * width_).unflatten(2, {height_, width_});
}

}  // namespace spurious
