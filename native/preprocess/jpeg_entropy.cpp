#include "preprocess/jpeg_entropy.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace spurious {

namespace {

constexpr uint32_t kValueHere = 1 << 12;

// Bytes that may be read ahead of the bits that are taken.
constexpr ptrdiff_t kReadAhead = 16;
// Zeros behind a segment: the most that a block takes before it is noticed that the data are used
// up, which is 64 values of 31 bits.
constexpr size_t kSegmentPadding = 64 * 4 + 2 * kReadAhead;

// A value of `size` bits: those that begin with 0 are negative.
inline int Extend(uint32_t bits, int size) {
  const int value = static_cast<int>(bits);
  return value < (1 << (size - 1)) ? value - (1 << size) + 1 : value;
}

inline uint64_t LoadBigEndian(const uint8_t* data) {
  uint64_t value;
  std::memcpy(&value, data, sizeof(value));
  if constexpr (std::endian::native == std::endian::little) value = __builtin_bswap64(value);
  return value;
}

// kJpegNaturalOrder, and its last place for the indices that follow.
constexpr std::array<uint8_t, 64 + 16> MakePlaces() {
  std::array<uint8_t, 64 + 16> places = {};
  for (size_t i = 0; i < places.size(); ++i) places[i] = kJpegNaturalOrder[std::min<size_t>(i, 63)];
  return places;
}
constexpr std::array<uint8_t, 64 + 16> kPlace = MakePlaces();

}  // namespace

bool JpegHuffmanTable::Build(const JpegHuffmanSpec& spec, bool is_dc) {
  symbol = spec.symbol;
  lookup.fill(0);
  uint32_t code = 0;
  int index = 0;
  for (int length = 1; length <= 16; ++length) {
    const size_t slot = static_cast<size_t>(length);
    offset[slot] = index - static_cast<int>(code);
    for (int i = 0; i < spec.count[slot]; ++i, ++index, ++code) {
      const uint8_t value = spec.symbol[static_cast<size_t>(index)];
      if (is_dc && value > 15) return false;
      if (length > kShortBits || code >= 1U << length) continue;
      const uint32_t entry = static_cast<uint32_t>(value) << 16 | static_cast<uint32_t>(length);
      const uint32_t first = code << (kShortBits - length);
      for (uint32_t j = 0; j < 1U << (kShortBits - length); ++j) lookup[first + j] = entry;
    }
    // More codes than fit; the one of all ones is not allowed either.
    if (spec.count[slot] > 0 && code >= 1U << length) return false;
    limit[slot] = code << (16 - length);
    code <<= 1;
  }

  // Where code and value fit, put in the value.
  for (uint32_t i = 0; i < lookup.size(); ++i) {
    const uint32_t entry = lookup[i];
    if (entry == 0) continue;
    const int length = static_cast<int>(entry & 0xFF);
    const int size = static_cast<int>(entry >> 16 & 15);
    const uint32_t zeros = entry >> 20 & 15;
    const bool is_value = is_dc || size > 0;
    if (!is_value || length + size > kShortBits) continue;
    const uint32_t bits = i >> (kShortBits - length - size) & ((1U << size) - 1);
    const int value = size == 0 ? 0 : Extend(bits, size);
    lookup[i] = static_cast<uint32_t>(value) << 16 | zeros << 8 | kValueHere |
                static_cast<uint32_t>(length + size);
  }
  return true;
}

bool JpegScanData::Read(const uint8_t* data, size_t size, const JpegHeader& header) {
  const uint8_t* next = data + header.scan;
  const uint8_t* const end = data + size;
  bytes.resize(size - header.scan + kSegmentPadding);
  size_t used = 0;
  Segment segment;
  for (;;) {
    const void* found = std::memchr(next, 0xFF, static_cast<size_t>(end - next));
    if (found == nullptr || end - static_cast<const uint8_t*>(found) < 2) return false;
    const auto* marker = static_cast<const uint8_t*>(found);
    const bool data_byte = marker[1] == 0;
    const auto length = static_cast<size_t>(marker - next) + (data_byte ? 1 : 0);
    std::memcpy(bytes.data() + used, next, length);
    used += length;
    next = marker + 2;
    if (data_byte) continue;

    segment.end = used;
    segments.push_back(segment);
    std::memset(bytes.data() + used, 0, kSegmentPadding);
    if (marker[1] == 0xD9) return true;
    const size_t restart = segments.size() - 1;
    if (header.restart_interval == 0 || marker[1] != 0xD0 + (restart & 7)) return false;
    used += kSegmentPadding;
    segment.begin = used;
    bytes.resize(bytes.size() + kSegmentPadding);
  }
}

JpegEntropyDecoder::JpegEntropyDecoder(const uint8_t* data, size_t size, const JpegHeader& header)
    : header_(header) {
  for (size_t i = 0; i < 4; ++i) {
    if (header.dc[i].given) valid_ = valid_ && dc_[i].Build(header.dc[i], true);
    if (header.ac[i].given) valid_ = valid_ && ac_[i].Build(header.ac[i], false);
  }
  valid_ = valid_ && scan_.Read(data, size, header) && BeginSegment();
}

bool JpegEntropyDecoder::BeginSegment() {
  if (segment_ == scan_.segments.size()) return false;
  const JpegScanData::Segment& segment = scan_.segments[segment_++];
  bits_ = Bits{};
  bits_.next = scan_.bytes.data() + segment.begin;
  read_limit_ = scan_.bytes.data() + segment.end + kReadAhead;
  predictor_ = {};
  until_restart_ = header_.restart_interval;
  return true;
}

// Whether less than a byte is left of the current segment, and not less than nothing.
bool JpegEntropyDecoder::SegmentUsed() const {
  const ptrdiff_t taken = (bits_.next - scan_.bytes.data()) * 8 - bits_.count;
  const ptrdiff_t left = static_cast<ptrdiff_t>(scan_.segments[segment_ - 1].end) * 8 - taken;
  return left >= 0 && left < 8;
}

// At least 56 bits afterwards.
inline void JpegEntropyDecoder::Refill(Bits& bits) {
  bits.buffer |= LoadBigEndian(bits.next) >> bits.count;
  bits.next += (63 - bits.count) >> 3;
  bits.count |= 56;
}

// Looks up a code longer than kShortBits at the top of 16 bits: an entry like those of `lookup`, 0
// if there is none. (By value: the bits stay in registers.)
uint32_t JpegHuffmanTable::LongCode(uint32_t bits) const {
  uint32_t length = kShortBits + 1;
  while (length <= 16 && bits >= limit[length]) ++length;
  if (length > 16) return 0;
  const int index = static_cast<int>(bits >> (16 - length)) + offset[length];
  if (index < 0 || index > 255) return 0;
  return static_cast<uint32_t>(symbol[static_cast<size_t>(index)]) << 16 | length;
}

inline bool JpegEntropyDecoder::Block(Bits& bits, const JpegHuffmanTable& dc,
                                      const JpegHuffmanTable& ac, int& predictor, int16_t* block) {
  constexpr int kShift = 64 - JpegHuffmanTable::kShortBits;
  const auto take = [&bits](uint32_t count) {
    bits.buffer <<= count & 63;
    bits.count -= static_cast<int>(count & 63);
  };
  const auto value = [&](int size) {
    const int result = Extend(static_cast<uint32_t>(bits.buffer >> (64 - size)), size);
    take(static_cast<uint32_t>(size));
    return result;
  };
  // One code and one value are at most 31 bits.
  Refill(bits);
  uint32_t entry = dc.lookup[bits.buffer >> kShift];
  take(entry);
  if ((entry & kValueHere) != 0) {
    predictor += static_cast<int32_t>(entry) >> 16;
  } else {
    if (entry == 0) {
      entry = dc.LongCode(static_cast<uint32_t>(bits.buffer >> 48));
      if (entry == 0) return false;
      take(entry);
    }
    const int size = static_cast<int>(entry >> 16);
    if (size > 0) predictor += value(size);
  }
  block[0] = static_cast<int16_t>(predictor);

  // Indices past the block's end are noticed below; until then they go to its last place.
  size_t k = 1;
  while (k < 64) {
    Refill(bits);
    entry = ac.lookup[bits.buffer >> kShift];
    take(entry);
    if ((entry & kValueHere) != 0) {
      k += entry >> 8 & 15;
      block[kPlace[k++]] = static_cast<int16_t>(entry >> 16);
      // Enough bits are left for another one.
      if (k > 63) break;
      entry = ac.lookup[bits.buffer >> kShift];
      take(entry);
      if ((entry & kValueHere) != 0) {
        k += entry >> 8 & 15;
        block[kPlace[k++]] = static_cast<int16_t>(entry >> 16);
        continue;
      }
    }
    if (entry == 0) {
      entry = ac.LongCode(static_cast<uint32_t>(bits.buffer >> 48));
      if (entry == 0) return false;
      take(entry);
    }
    const int symbol = static_cast<int>(entry >> 16);
    const int size = symbol & 15;
    if (size == 0) {
      if (symbol != 0xF0) break;
      k += 16;
    } else {
      k += static_cast<size_t>(symbol >> 4);
      block[kPlace[k++]] = static_cast<int16_t>(value(size));
    }
  }
  return k <= 64;
}

bool JpegEntropyDecoder::DecodeUnits(int units, const std::array<int16_t*, 3>& rows,
                                     const std::array<ptrdiff_t, 3>& stride) {
  if (!valid_) return false;
  Bits bits = bits_;
  for (int unit = 0; unit < units; ++unit) {
    if (header_.restart_interval != 0 && until_restart_-- == 0) {
      bits_ = bits;
      if (!SegmentUsed() || !BeginSegment()) return false;
      bits = bits_;
      --until_restart_;
    }
    for (size_t c = 0; c < static_cast<size_t>(header_.component_count); ++c) {
      const JpegComponent& component = header_.component[c];
      const JpegHuffmanTable& dc = dc_[static_cast<size_t>(component.dc)];
      const JpegHuffmanTable& ac = ac_[static_cast<size_t>(component.ac)];
      for (int v = 0; v < component.down; ++v) {
        int16_t* block = rows[c] + (v * stride[c] + unit * component.across) * 64;
        for (int h = 0; h < component.across; ++h, block += 64) {
          if (bits.next > read_limit_ || !Block(bits, dc, ac, predictor_[c], block)) return false;
        }
      }
    }
  }
  bits_ = bits;
  return true;
}

bool JpegEntropyDecoder::Finish() {
  return valid_ && SegmentUsed() && segment_ == scan_.segments.size();
}

}  // namespace spurious
