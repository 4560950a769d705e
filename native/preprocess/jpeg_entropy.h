// Huffman decoding of a plain JPEG's coefficients.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "preprocess/jpeg_header.h"

namespace spurious {

// Codes of up to kShortBits bits are looked up at once, longer ones are compared length by length.
class JpegHuffmanTable {
 public:
  static constexpr int kShortBits = 10;

  // False if the lengths are no prefix code.
  bool Build(const JpegHuffmanSpec& spec, bool is_dc);

  uint32_t LongCode(uint32_t bits) const;

  // For the next kShortBits bits: 0 when the code is longer, else
  //   bits 0..7   bits to take: of the code, and of the value if it is here
  //   bits 8..11  zeros before the value
  //   bit  12     the value is here
  //   bits 16..31 the value, or the symbol if the value is not here
  std::array<uint32_t, 1 << kShortBits> lookup;
  // Codes of each length, put at the top of 16 bits, are below this; and what to add to a code to
  // get the index of its symbol.
  std::array<uint32_t, 17> limit;
  std::array<int32_t, 17> offset;
  std::array<uint8_t, 256> symbol;
};

// The scan's bits without the bytes that keep them apart from markers, split at restart markers.
struct JpegScanData {
  struct Segment {
    size_t begin = 0, end = 0;
  };

  // False unless nothing but picture data, restart markers in their order (if there may be any) and
  // the end marker follow.
  bool Read(const uint8_t* data, size_t size, const JpegHeader& header);

  std::vector<uint8_t> bytes;  // a few zeros behind each segment
  std::vector<Segment> segments;
};

// Reads the scan unit row by unit row. Anything unusual, damage above all, is a failure: the caller
// then leaves the file to a decoder that knows what to do about it.
class JpegEntropyDecoder {
 public:
  // `header` must outlive this.
  JpegEntropyDecoder(const uint8_t* data, size_t size, const JpegHeader& header);

  // Decodes `units` units into zeroed blocks: rows[c] is a row of blocks of component c, whose
  // further rows (if a unit has several) follow every `stride[c]` blocks.
  bool DecodeUnits(int units, const std::array<int16_t*, 3>& rows,
                   const std::array<ptrdiff_t, 3>& stride);

  // After the last unit: whether all of the data was used.
  bool Finish();

 private:
  // A window on the data: `count` bits from the top of `buffer` are to come, then `next`. Bits
  // below those are either zero or right.
  struct Bits {
    uint64_t buffer = 0;
    int count = 0;
    const uint8_t* next = nullptr;
  };

  static void Refill(Bits& bits);
  static bool Block(Bits& bits, const JpegHuffmanTable& dc, const JpegHuffmanTable& ac,
                    int& predictor, int16_t* block);
  bool BeginSegment();
  bool SegmentUsed() const;

  const JpegHeader& header_;
  JpegScanData scan_;
  size_t segment_ = 0;  // the next one
  Bits bits_;
  const uint8_t* read_limit_ = nullptr;  // of the current segment
  std::array<JpegHuffmanTable, 4> dc_, ac_;
  std::array<int, 3> predictor_ = {};
  int until_restart_ = 0;
  bool valid_ = true;
};

}  // namespace spurious
