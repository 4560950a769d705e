#include "preprocess/jpeg_decoder.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <vector>

#include "preprocess/jpeg_entropy.h"
#include "preprocess/jpeg_kernels.h"

namespace spurious {

namespace {

constexpr int kBlock = 8;

int DivideUp(int value, int divisor) { return (value + divisor - 1) / divisor; }

// Half-open range.
struct Range {
  int begin = 0, end = 0;
  int size() const { return end - begin; }
};

// Units of the scan that samples [begin, begin + size) of `total` depend on: upsampled chroma looks
// one chroma sample, so two samples, to either side.
Range UnitsFor(int begin, int size, int total, int unit) {
  const int first = std::max(begin - 2, 0);
  const int last = std::min(begin + size + 1, total - 1);
  return {first / unit, last / unit + 1};
}

// Samples of one component, of the units that are wanted.
struct Plane {
  Range columns, rows;  // of the component's samples; those outside the picture not counted
  ptrdiff_t stride = 0;
  std::unique_ptr<uint8_t[]> storage;

  const uint8_t* row(int y) const {
    return storage.get() + (std::clamp(y, rows.begin, rows.end - 1) - rows.begin) * stride;
  }
};

class Decoder {
 public:
  Decoder(const uint8_t* data, size_t size, const JpegHeader& header, const PixelRect& wanted,
          SimdLevel level);

  // Fills the planes.
  bool ReadPlanes();
  void WriteRgb(uint8_t* out);

 private:
  void TransformUnits(int unit_row);
  // A row of chroma in the picture's full width, beginning at the planes' first luma column.
  const uint8_t* ChromaRow(size_t component, int y);

  const JpegHeader& header_;
  const JpegKernels& kernels_;
  const PixelRect wanted_;
  JpegEntropyDecoder entropy_;
  int across_, down_;  // samples of luma for one of chroma
  Range unit_columns_, unit_rows_;
  int units_across_, units_down_;
  std::array<Plane, 3> plane_;
  // Coefficients of one row of units.
  std::array<std::vector<int16_t>, 3> coefficients_;
  std::array<ptrdiff_t, 3> blocks_across_ = {};
  std::vector<uint16_t> blended_;
  std::array<std::vector<uint8_t>, 3> widened_;
};

Decoder::Decoder(const uint8_t* data, size_t size, const JpegHeader& header,
                 const PixelRect& wanted, SimdLevel level)
    : header_(header),
      kernels_(JpegKernelsFor(level)),
      wanted_(wanted),
      entropy_(data, size, header),
      across_(header.component[0].across),
      down_(header.component[0].down) {
  const int unit_width = kBlock * across_;
  const int unit_height = kBlock * down_;
  units_across_ = DivideUp(header.width, unit_width);
  units_down_ = DivideUp(header.height, unit_height);
  unit_columns_ = UnitsFor(wanted.left, wanted.width, header.width, unit_width);
  unit_rows_ = UnitsFor(wanted.top, wanted.height, header.height, unit_height);
  for (size_t c = 0; c < static_cast<size_t>(header.component_count); ++c) {
    const JpegComponent& component = header.component[c];
    const int width = DivideUp(header.width * component.across, across_);
    const int height = DivideUp(header.height * component.down, down_);
    const int block_width = kBlock * component.across;
    const int block_height = kBlock * component.down;
    Plane& plane = plane_[c];
    plane.columns = {unit_columns_.begin * block_width,
                     std::min(unit_columns_.end * block_width, width)};
    plane.rows = {unit_rows_.begin * block_height, std::min(unit_rows_.end * block_height, height)};
    // Blocks are transformed in pairs.
    plane.stride = unit_columns_.size() * block_width + kBlock + kJpegSlack;
    plane.storage = std::make_unique_for_overwrite<uint8_t[]>(
        static_cast<size_t>(plane.stride * unit_rows_.size() * block_height));
    blocks_across_[c] = units_across_ * component.across + 1;
    coefficients_[c].resize(static_cast<size_t>(blocks_across_[c] * component.down * 64));
    widened_[c].resize(static_cast<size_t>(unit_columns_.size() * unit_width + kJpegSlack));
  }
  blended_.resize(static_cast<size_t>(plane_[0].columns.size() + kJpegSlack));
}

bool Decoder::ReadPlanes() {
  std::array<int16_t*, 3> rows = {};
  for (size_t c = 0; c < rows.size(); ++c) rows[c] = coefficients_[c].data();
  for (int unit_row = 0; unit_row < units_down_; ++unit_row) {
    for (auto& blocks : coefficients_) std::fill(blocks.begin(), blocks.end(), int16_t{0});
    if (!entropy_.DecodeUnits(units_across_, rows, blocks_across_)) return false;
    if (unit_row >= unit_rows_.begin && unit_row < unit_rows_.end) TransformUnits(unit_row);
  }
  return entropy_.Finish();
}

void Decoder::TransformUnits(int unit_row) {
  for (size_t c = 0; c < static_cast<size_t>(header_.component_count); ++c) {
    const JpegComponent& component = header_.component[c];
    Plane& plane = plane_[c];
    const uint16_t* quantization =
        header_.quantization[static_cast<size_t>(component.quantization)].data();
    const int blocks = unit_columns_.size() * component.across;
    for (int v = 0; v < component.down; ++v) {
      const ptrdiff_t first = v * blocks_across_[c] + unit_columns_.begin * component.across;
      const int row = ((unit_row - unit_rows_.begin) * component.down + v) * kBlock;
      kernels_.inverse_transform(coefficients_[c].data() + first * 64, quantization,
                                 blocks + blocks % 2, plane.storage.get() + row * plane.stride,
                                 plane.stride);
    }
  }
}

const uint8_t* Decoder::ChromaRow(size_t component, int y) {
  const Plane& plane = plane_[component];
  if (across_ == 1) return plane.row(y);
  const int near = y / down_;
  const int far = down_ == 1 ? near : y % 2 == 0 ? near - 1 : near + 1;
  const auto width = static_cast<size_t>(plane.columns.size());
  uint16_t* blended = blended_.data() + 1;
  kernels_.blend_rows(plane.row(near), plane.row(far), plane.columns.size(), blended);
  blended[-1] = blended[0];
  blended[width] = blended[width - 1];
  kernels_.widen(blended, plane.columns.size(), down_ == 1 ? kHalfWidth : kHalfWidthAndHeight,
                 widened_[component].data());
  return widened_[component].data();
}

void Decoder::WriteRgb(uint8_t* out) {
  const int skip = wanted_.left - plane_[0].columns.begin;
  const std::vector<uint8_t> grey(static_cast<size_t>(plane_[0].columns.size()), 128);
  for (int i = 0; i < wanted_.height; ++i, out += static_cast<ptrdiff_t>(wanted_.width) * 3) {
    const int y = wanted_.top + i;
    const bool colour = header_.component_count == 3;
    const uint8_t* blue = colour ? ChromaRow(1, y) : grey.data();
    const uint8_t* red = colour ? ChromaRow(2, y) : grey.data();
    kernels_.to_rgb(plane_[0].row(y) + skip, blue + skip, red + skip, wanted_.width, out);
  }
}

}  // namespace

bool DecodeJpeg(const uint8_t* data, size_t size, const JpegHeader& header, const PixelRect& wanted,
                uint8_t* out, SimdLevel level) {
  // libjpeg repeats the chroma of very narrow pictures instead of interpolating.
  if (header.component[0].across == 2 && header.width <= 4) return false;
  Decoder decoder(data, size, header, wanted, level);
  if (!decoder.ReadPlanes()) return false;
  decoder.WriteRgb(out);
  return true;
}

bool ResizeJpeg(const uint8_t* data, size_t size, int width, int height, const ResizeCropSpec& spec,
                uint8_t* out, SimdLevel level) {
  const std::optional<JpegHeader> header = ReadJpegHeader(data, size);
  if (!header || header->width != width || header->height != height) return false;
  const ResizePlan plan(width, height, spec);
  const PixelRect& source = plan.source();
  const ptrdiff_t stride = static_cast<ptrdiff_t>(source.width) * 3;
  const auto pixels = std::make_unique_for_overwrite<uint8_t[]>(static_cast<size_t>(stride) *
                                                                static_cast<size_t>(source.height));
  if (!DecodeJpeg(data, size, *header, source, pixels.get(), level)) return false;
  plan.Run(pixels.get(), stride, out, level);
  return true;
}

}  // namespace spurious
