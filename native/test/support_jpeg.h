// Pieces of JPEG files: an encoder of coefficients, and edits of whole files.
#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <utility>
#include <vector>

#include "preprocess/jpeg_header.h"

namespace spurious::test {

// Index of a marker's 0xFF in a file's header; throws std::runtime_error where there is none.
size_t FindMarker(const std::vector<uint8_t>& file, uint8_t marker);
// The file without its first segment of that kind.
std::vector<uint8_t> WithoutSegment(std::vector<uint8_t> file, uint8_t marker);
// The file with a segment of its own put before the first one of kind `before`.
std::vector<uint8_t> WithSegment(std::vector<uint8_t> file, uint8_t before, uint8_t marker,
                                 const std::vector<uint8_t>& payload);

// A prefix code of these symbols with random lengths up to 16 bits, long ones included.
JpegHuffmanSpec RandomHuffmanSpec(std::vector<uint8_t> symbols, std::mt19937& random);

// Symbol -> code and its length, read off the specification.
std::map<int, std::pair<uint32_t, int>> HuffmanCodes(const JpegHuffmanSpec& spec);

// Bits of one segment of a scan.
class JpegBitWriter {
 public:
  void Put(uint32_t code, int length);
  // One block, row by row; `predictor` is the DC value of the block before it.
  void Block(const JpegHuffmanSpec& dc, const JpegHuffmanSpec& ac, int& predictor,
             const int16_t* block);
  // The bytes so far, the last one filled up with ones.
  std::vector<uint8_t> Bytes() const;

 private:
  std::vector<bool> bits_;
};

// Segments with a zero behind each byte of ones, restart markers between them, the end marker.
std::vector<uint8_t> JpegScan(const std::vector<std::vector<uint8_t>>& segments);

}  // namespace spurious::test
