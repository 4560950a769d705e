// The markers of a JPEG file up to its picture data.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace spurious {

struct JpegHuffmanSpec {
  std::array<uint8_t, 17> count = {};  // codes of each length 1..16
  std::array<uint8_t, 256> symbol = {};
  bool given = false;
};

struct JpegComponent {
  int id = 0;
  int across = 1, down = 1;  // blocks in a unit of the scan (MCU)
  int quantization = 0, dc = 0, ac = 0;
};

struct JpegHeader {
  int width = 0, height = 0;
  int component_count = 0;  // 1 (grey) or 3 (YCbCr)
  std::array<JpegComponent, 3> component;
  std::array<std::array<uint16_t, 64>, 4> quantization = {};  // row by row
  std::array<bool, 4> quantization_given = {};
  std::array<JpegHuffmanSpec, 4> dc, ac;
  int restart_interval = 0;  // units of the scan; 0: none
  size_t scan = 0;           // where the picture data begins
};

// Zigzag index -> row by row index.
inline constexpr std::array<uint8_t, 64> kJpegNaturalOrder = {
    0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,  12, 19, 26, 33, 40, 48,
    41, 34, 27, 20, 13, 6,  7,  14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23,
    30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63};

// The header of a plain JPEG: sequential Huffman coding, 8 bits, one scan, grey or YCbCr with
// chroma in full size, half width or half width and height. Nothing for any other or damaged file.
std::optional<JpegHeader> ReadJpegHeader(const uint8_t* data, size_t size);

}  // namespace spurious
