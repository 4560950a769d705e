#include "test/support_jpeg.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <stdexcept>
#include <string>

namespace spurious::test {

namespace {

size_t SegmentLength(const std::vector<uint8_t>& file, size_t marker) {
  return static_cast<size_t>(file.at(marker + 2)) * 256 + file.at(marker + 3);
}

}  // namespace

size_t FindMarker(const std::vector<uint8_t>& file, uint8_t marker) {
  for (size_t at = 2; at + 4 <= file.size() && file[at] == 0xFF;) {
    if (file[at + 1] == marker) return at;
    if (file[at + 1] == 0xDA) break;
    at += 2 + SegmentLength(file, at);
  }
  throw std::runtime_error("the JPEG file has no marker " + std::to_string(marker));
}

std::vector<uint8_t> WithoutSegment(std::vector<uint8_t> file, uint8_t marker) {
  const size_t at = FindMarker(file, marker);
  const auto begin = file.begin() + static_cast<ptrdiff_t>(at);
  file.erase(begin, begin + static_cast<ptrdiff_t>(2 + SegmentLength(file, at)));
  return file;
}

std::vector<uint8_t> WithSegment(std::vector<uint8_t> file, uint8_t before, uint8_t marker,
                                 const std::vector<uint8_t>& payload) {
  const size_t length = payload.size() + 2;
  std::vector<uint8_t> segment = {0xFF, marker, static_cast<uint8_t>(length >> 8),
                                  static_cast<uint8_t>(length & 255)};
  segment.insert(segment.end(), payload.begin(), payload.end());
  const size_t at = FindMarker(file, before);
  file.insert(file.begin() + static_cast<ptrdiff_t>(at), segment.begin(), segment.end());
  return file;
}

JpegHuffmanSpec RandomHuffmanSpec(std::vector<uint8_t> symbols, std::mt19937& random) {
  std::shuffle(symbols.begin(), symbols.end(), random);
  const int shortest = std::bit_width(symbols.size());
  std::vector<int> lengths(symbols.size());
  for (int& length : lengths) {
    length = shortest + static_cast<int>(random() % static_cast<uint32_t>(17 - shortest));
  }
  // Some codes as short as there is room for; never the code of all ones.
  uint32_t used = 0;
  for (const int length : lengths) used += 1U << (16 - length);
  for (int attempt = 0; attempt < 20; ++attempt) {
    int& length = lengths[random() % lengths.size()];
    const uint32_t more = 1U << (16 - length);
    if (length > 1 && used + more < 1U << 16) {
      used += more;
      --length;
    }
  }
  JpegHuffmanSpec spec;
  spec.given = true;
  size_t next = 0;
  for (int length = 1; length <= 16; ++length) {
    for (size_t i = 0; i < symbols.size(); ++i) {
      if (lengths[i] != length) continue;
      ++spec.count[static_cast<size_t>(length)];
      spec.symbol[next++] = symbols[i];
    }
  }
  return spec;
}

std::map<int, std::pair<uint32_t, int>> HuffmanCodes(const JpegHuffmanSpec& spec) {
  std::map<int, std::pair<uint32_t, int>> codes;
  uint32_t code = 0;
  size_t index = 0;
  for (int length = 1; length <= 16; ++length, code <<= 1) {
    for (int i = 0; i < spec.count[static_cast<size_t>(length)]; ++i) {
      codes[spec.symbol[index++]] = {code++, length};
    }
  }
  return codes;
}

void JpegBitWriter::Put(uint32_t code, int length) {
  for (int bit = length - 1; bit >= 0; --bit) bits_.push_back((code >> bit & 1) != 0);
}

void JpegBitWriter::Block(const JpegHuffmanSpec& dc, const JpegHuffmanSpec& ac, int& predictor,
                          const int16_t* block) {
  const auto dc_codes = HuffmanCodes(dc);
  const auto ac_codes = HuffmanCodes(ac);
  const auto put_symbol = [this](const auto& codes, int symbol) {
    const auto& [code, length] = codes.at(symbol);
    Put(code, length);
  };
  const auto put_value = [this](int value, int size) {
    Put(static_cast<uint32_t>(value < 0 ? value + (1 << size) - 1 : value), size);
  };
  const auto size_of = [](int value) {
    return static_cast<int>(std::bit_width(static_cast<uint32_t>(std::abs(value))));
  };
  const int difference = block[0] - predictor;
  predictor = block[0];
  put_symbol(dc_codes, size_of(difference));
  put_value(difference, size_of(difference));
  int zeros = 0;
  for (size_t k = 1; k < 64; ++k) {
    const int value = block[kJpegNaturalOrder[k]];
    if (value == 0) {
      ++zeros;
      continue;
    }
    for (; zeros > 15; zeros -= 16) put_symbol(ac_codes, 0xF0);
    put_symbol(ac_codes, zeros << 4 | size_of(value));
    put_value(value, size_of(value));
    zeros = 0;
  }
  if (zeros > 0) put_symbol(ac_codes, 0);
}

std::vector<uint8_t> JpegBitWriter::Bytes() const {
  std::vector<uint8_t> bytes((bits_.size() + 7) / 8, 0);
  for (size_t i = 0; i < bytes.size() * 8; ++i) {
    if (i >= bits_.size() || bits_[i]) bytes[i / 8] |= static_cast<uint8_t>(0x80 >> (i % 8));
  }
  return bytes;
}

std::vector<uint8_t> JpegScan(const std::vector<std::vector<uint8_t>>& segments) {
  std::vector<uint8_t> scan;
  for (size_t i = 0; i < segments.size(); ++i) {
    if (i > 0) scan.insert(scan.end(), {0xFF, static_cast<uint8_t>(0xD0 + (i - 1) % 8)});
    for (const uint8_t byte : segments[i]) {
      scan.push_back(byte);
      if (byte == 0xFF) scan.push_back(0);
    }
  }
  scan.insert(scan.end(), {0xFF, 0xD9});
  return scan;
}

}  // namespace spurious::test
