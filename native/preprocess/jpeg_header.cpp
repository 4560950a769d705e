#include "preprocess/jpeg_header.h"

#include <algorithm>
#include <cstring>

namespace spurious {

namespace {

// What APP markers say about colours.
struct ColourHints {
  bool jfif = false;
  bool adobe = false;
  int adobe_transform = 0;
};

// One marker segment; reading past its end gives zeros and sets `failed`.
class Segment {
 public:
  Segment(const uint8_t* data, size_t size) : data_(data), size_(size) {}

  size_t left() const { return size_ - position_; }
  bool failed() const { return failed_; }
  bool StartsWith(const char* text, size_t length) const {
    return size_ >= length && std::memcmp(data_, text, length) == 0;
  }
  int Byte() {
    if (left() == 0) {
      failed_ = true;
      return 0;
    }
    return data_[position_++];
  }
  int Word() {
    const int high = Byte();
    return high << 8 | Byte();
  }
  int At(size_t position) const { return position < size_ ? data_[position] : 0; }

 private:
  const uint8_t* data_;
  size_t size_;
  size_t position_ = 0;
  bool failed_ = false;
};

bool ReadQuantization(Segment segment, JpegHeader& header) {
  while (segment.left() > 0) {
    const int kind = segment.Byte();
    if (kind > 3) return false;  // 16-bit entries or no such table
    auto& table = header.quantization[static_cast<size_t>(kind)];
    for (const uint8_t index : kJpegNaturalOrder)
      table[index] = static_cast<uint16_t>(segment.Byte());
    header.quantization_given[static_cast<size_t>(kind)] = true;
  }
  return !segment.failed();
}

bool ReadHuffman(Segment segment, JpegHeader& header) {
  while (segment.left() > 0) {
    const int kind = segment.Byte();
    if ((kind & 0xEF) > 3) return false;
    auto& spec = (kind & 0x10 ? header.ac : header.dc)[static_cast<size_t>(kind & 3)];
    spec = JpegHuffmanSpec{};
    size_t total = 0;
    for (size_t length = 1; length <= 16; ++length) {
      spec.count[length] = static_cast<uint8_t>(segment.Byte());
      total += spec.count[length];
    }
    if (total > spec.symbol.size()) return false;
    for (size_t i = 0; i < total; ++i) spec.symbol[i] = static_cast<uint8_t>(segment.Byte());
    spec.given = true;
  }
  return !segment.failed();
}

bool ReadFrame(Segment segment, JpegHeader& header) {
  if (segment.Byte() != 8) return false;
  header.height = segment.Word();
  header.width = segment.Word();
  header.component_count = segment.Byte();
  if (header.height == 0 || header.width == 0) return false;
  if (header.component_count != 1 && header.component_count != 3) return false;
  for (int i = 0; i < header.component_count; ++i) {
    JpegComponent& component = header.component[static_cast<size_t>(i)];
    component.id = segment.Byte();
    const int sampling = segment.Byte();
    component.across = sampling >> 4;
    component.down = sampling & 15;
    component.quantization = segment.Byte();
    if (component.quantization > 3) return false;
  }
  JpegComponent& first = header.component[0];
  if (header.component_count == 1) {
    // The only component is always in full size.
    if (first.across < 1 || first.across > 4 || first.down < 1 || first.down > 4) return false;
    first.across = first.down = 1;
  } else {
    const bool plain = (first.across == 1 && first.down == 1) ||
                       (first.across == 2 && (first.down == 1 || first.down == 2));
    const JpegComponent& blue = header.component[1];
    const JpegComponent& red = header.component[2];
    if (!plain || blue.across != 1 || blue.down != 1 || red.across != 1 || red.down != 1) {
      return false;
    }
  }
  return !segment.failed() && segment.left() == 0;
}

// All components in one scan, all coefficients at once.
bool ReadScan(Segment segment, JpegHeader& header) {
  if (segment.Byte() != header.component_count) return false;
  for (int i = 0; i < header.component_count; ++i) {
    JpegComponent& component = header.component[static_cast<size_t>(i)];
    if (segment.Byte() != component.id) return false;
    const int tables = segment.Byte();
    component.dc = tables >> 4;
    component.ac = tables & 15;
    if (component.dc > 3 || component.ac > 3) return false;
    if (!header.dc[static_cast<size_t>(component.dc)].given ||
        !header.ac[static_cast<size_t>(component.ac)].given ||
        !header.quantization_given[static_cast<size_t>(component.quantization)]) {
      return false;
    }
  }
  return segment.Byte() == 0 && segment.Byte() == 63 && segment.Byte() == 0 && !segment.failed() &&
         segment.left() == 0;
}

// Whether libjpeg would take three components for YCbCr.
bool IsYcbcr(const JpegHeader& header, const ColourHints& hints) {
  if (hints.jfif) return !hints.adobe || hints.adobe_transform == 1;
  if (hints.adobe) return hints.adobe_transform == 1;
  return header.component[0].id == 1 && header.component[1].id == 2 && header.component[2].id == 3;
}

}  // namespace

std::optional<JpegHeader> ReadJpegHeader(const uint8_t* data, size_t size) {
  if (size < 4 || data[0] != 0xFF || data[1] != 0xD8) return std::nullopt;
  JpegHeader header;
  ColourHints hints;
  size_t position = 2;
  for (;;) {
    if (position + 4 > size || data[position] != 0xFF) return std::nullopt;
    const int marker = data[position + 1];
    if (marker == 0xFF) {  // a fill byte
      ++position;
      continue;
    }
    const size_t length = static_cast<size_t>(data[position + 2] << 8 | data[position + 3]);
    if (length < 2 || position + 2 + length > size) return std::nullopt;
    const Segment segment(data + position + 4, length - 2);
    position += 2 + length;
    if (marker == 0xDB) {
      if (!ReadQuantization(segment, header)) return std::nullopt;
    } else if (marker == 0xC4) {
      if (!ReadHuffman(segment, header)) return std::nullopt;
    } else if (marker == 0xC0 || marker == 0xC1) {
      if (header.component_count != 0 || !ReadFrame(segment, header)) return std::nullopt;
    } else if (marker == 0xDD) {
      if (segment.left() != 2) return std::nullopt;
      header.restart_interval = segment.At(0) << 8 | segment.At(1);
    } else if (marker == 0xE0) {
      if (segment.left() >= 14 && segment.StartsWith("JFIF", 5)) hints.jfif = true;
    } else if (marker == 0xEE) {
      if (segment.left() >= 12 && segment.StartsWith("Adobe", 5)) {
        hints.adobe = true;
        hints.adobe_transform = segment.At(11);
      }
    } else if (marker == 0xDA) {
      if (header.component_count == 0 || !ReadScan(segment, header)) return std::nullopt;
      if (header.component_count == 3 && !IsYcbcr(header, hints)) return std::nullopt;
      header.scan = position;
      return header;
    } else if (!(marker >= 0xE1 && marker <= 0xEF) && marker != 0xFE) {
      return std::nullopt;  // another way of coding, or damage
    }
  }
}

}  // namespace spurious
