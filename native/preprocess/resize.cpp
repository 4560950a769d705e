#include "preprocess/resize.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>

#include "preprocess/resize_kernels.h"

namespace spurious {

namespace {

// Pixels of another buffer, or of its own.
struct Picture {
  const uint8_t* row(int y) const { return data + y * stride; }

  const uint8_t* data = nullptr;
  ptrdiff_t stride = 0;
  int width = 0, height = 0;
  bool slack = false;  // kRowSlack bytes may be read past the last row
  std::unique_ptr<uint8_t[]> storage = nullptr;
};

Picture NewPicture(int width, int height) {
  Picture picture;
  picture.stride = static_cast<ptrdiff_t>(width) * 3 + kRowSlack;
  picture.storage = std::make_unique_for_overwrite<uint8_t[]>(static_cast<size_t>(picture.stride) *
                                                              static_cast<size_t>(height));
  picture.data = picture.storage.get();
  picture.width = width;
  picture.height = height;
  picture.slack = true;
  return picture;
}

// The part [begin, end) of one axis that the weights read; they are made relative to its begin.
std::pair<int, int> TakeWindow(ResizeWeights& weights) {
  const int begin = weights.first.front();
  const int end = weights.first.back() + weights.count.back();
  for (int32_t& first : weights.first) first -= begin;
  return {begin, end};
}

Picture ResizeAcross(const Picture& in, const ResizeWeights& weights,
                     const ResizeKernels& kernels) {
  Picture out = NewPicture(weights.size(), in.height);
  // The kernels read a little past the end of a row; where that is past the picture, they get a
  // copy of the last rows.
  int direct = in.height;
  if (!in.slack) direct -= std::min<int>((kRowSlack + in.stride - 1) / in.stride, in.height);
  kernels.horizontal(in.data, in.stride, direct, weights, out.storage.get(), out.stride);
  if (direct < in.height) {
    Picture rest = NewPicture(in.width, in.height - direct);
    for (int y = 0; y < rest.height; ++y) {
      uint8_t* row = rest.storage.get() + y * rest.stride;
      std::memcpy(row, in.row(direct + y), static_cast<size_t>(in.width) * 3);
      std::memset(row + in.width * 3, 0, kRowSlack);
    }
    kernels.horizontal(rest.data, rest.stride, rest.height, weights,
                       out.storage.get() + direct * out.stride, out.stride);
  }
  return out;
}

// `out` has weights.size() rows of in.width pixels.
void ResizeDown(const Picture& in, const ResizeWeights& weights, const ResizeKernels& kernels,
                uint8_t* out, ptrdiff_t out_stride) {
  for (int y = 0; y < weights.size(); ++y, out += out_stride) {
    kernels.vertical(in.data, in.stride, weights, y, in.width * 3, out);
  }
}

void CopyRows(const Picture& in, uint8_t* out) {
  const size_t bytes = static_cast<size_t>(in.width) * 3;
  for (int y = 0; y < in.height; ++y, out += bytes) std::memcpy(out, in.row(y), bytes);
}

}  // namespace

ResizePlan::ResizePlan(int width, int height, const ResizeCropSpec& spec) {
  std::pair<int, int> columns = {spec.crop_left, spec.crop_left + spec.crop_width};
  std::pair<int, int> rows = {spec.crop_top, spec.crop_top + spec.crop_height};
  if (spec.resize_width != width) {
    across_ =
        MakeResizeWeights(width, spec.resize_width, columns.first, columns.second, spec.filter);
    columns = TakeWindow(*across_);
  }
  if (spec.resize_height != height) {
    down_ = MakeResizeWeights(height, spec.resize_height, rows.first, rows.second, spec.filter);
    rows = TakeWindow(*down_);
  }
  source_ = {columns.first, rows.first, columns.second - columns.first, rows.second - rows.first};
  const int64_t shorter = int64_t{height} - spec.resize_height;
  const int64_t narrower = int64_t{width} - spec.resize_width;
  down_first_ = shorter > 0 && shorter > 2 * narrower;
}

void ResizePlan::Run(const uint8_t* pixels, ptrdiff_t stride, uint8_t* out, SimdLevel level) const {
  const ResizeKernels& kernels = ResizeKernelsFor(level);
  Picture picture;
  picture.data = pixels;
  picture.stride = stride;
  picture.width = source_.width;
  picture.height = source_.height;
  if (down_first_) {
    Picture shrunk = NewPicture(picture.width, down_->size());
    ResizeDown(picture, *down_, kernels, shrunk.storage.get(), shrunk.stride);
    picture = std::move(shrunk);
  }
  if (across_) picture = ResizeAcross(picture, *across_, kernels);
  if (down_ && !down_first_) {
    ResizeDown(picture, *down_, kernels, out, static_cast<ptrdiff_t>(picture.width) * 3);
  } else {
    CopyRows(picture, out);
  }
}

void ResizeCrop(const uint8_t* rgb, int width, int height, const ResizeCropSpec& spec, uint8_t* out,
                SimdLevel level) {
  const ResizePlan plan(width, height, spec);
  const ptrdiff_t stride = static_cast<ptrdiff_t>(width) * 3;
  const PixelRect& source = plan.source();
  plan.Run(rgb + source.top * stride + static_cast<ptrdiff_t>(source.left) * 3, stride, out, level);
}

}  // namespace spurious
