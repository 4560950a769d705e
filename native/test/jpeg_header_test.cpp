#include "preprocess/jpeg_header.h"

#include <functional>

#include "test/support_jpeg.h"
#include "test/testing.h"

namespace spurious {

using test::ExactBytes;
using test::FindMarker;
using test::WithoutSegment;
using test::WithSegment;

namespace {

using Bytes = std::vector<uint8_t>;

constexpr uint8_t kApp0 = 0xE0, kApp14 = 0xEE, kQuantization = 0xDB, kHuffman = 0xC4;
constexpr uint8_t kFrame = 0xC0, kScan = 0xDA, kRestart = 0xDD, kComment = 0xFE;

Bytes File(const std::string& name) {
  return test::ReadBytes(test::Fixture("preprocess-core/" + name + ".jpg"));
}

std::optional<JpegHeader> Read(const Bytes& file) {
  const ExactBytes bytes(file);
  return ReadJpegHeader(bytes.data(), bytes.size());
}

// The file with the byte `offset` after a marker's 0xFF changed.
Bytes Changed(Bytes file, uint8_t marker, size_t offset, uint8_t value) {
  file.at(FindMarker(file, marker) + offset) = value;
  return file;
}

// Offsets behind a frame's marker: its precision, sizes, then three bytes per component.
constexpr size_t kPrecision = 4, kHeight = 5, kWidth = 7, kCount = 9, kFirstSampling = 11,
                 kSecondSampling = 14;

Bytes Adobe(uint8_t transform) { return {'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, transform}; }

// The components' numbers in frame and scan, which tell RGB from YCbCr where no marker does.
Bytes WithComponentIds(Bytes file, const Bytes& ids) {
  const size_t frame = FindMarker(file, kFrame), scan = FindMarker(file, kScan);
  for (size_t i = 0; i < ids.size(); ++i) {
    file[frame + 10 + 3 * i] = ids[i];
    file[scan + 5 + 2 * i] = ids[i];
  }
  return file;
}

}  // namespace

TEST_CASE("size, sampling, tables and the beginning of the data are read") {
  const Bytes file = File("jpeg/420-33x31");
  const auto header = Read(file);
  REQUIRE(header);
  CHECK(header->width == 33);
  CHECK(header->height == 31);
  REQUIRE(header->component_count == 3);
  CHECK(header->component[0].across == 2);
  CHECK(header->component[0].down == 2);
  CHECK(header->component[1].across == 1);
  CHECK(header->component[2].down == 1);
  CHECK(header->component[0].quantization == 0);
  CHECK(header->component[2].quantization == 1);
  CHECK(header->restart_interval == 0);
  CHECK(header->dc[0].given);
  CHECK(header->ac[1].given);
  CHECK(!header->dc[2].given);
  const size_t scan = FindMarker(file, kScan);
  CHECK(header->scan == scan + 2 + 12);
  // Tables come in zigzag order: the third entry is the first of the second row.
  const size_t table = FindMarker(file, kQuantization) + 5;
  CHECK(header->quantization[0][8] == file[table + 2]);
}

TEST_CASE("a grey picture has one component, whatever sampling it says") {
  Bytes file = File("jpeg/grey-29x23");
  auto header = Read(file);
  REQUIRE(header);
  CHECK(header->component_count == 1);
  header = Read(Changed(file, kFrame, kFirstSampling, 0x22));
  REQUIRE(header);
  CHECK(header->component[0].across == 1);
  CHECK(header->component[0].down == 1);
  CHECK(!Read(Changed(file, kFrame, kFirstSampling, 0x05)));
}

TEST_CASE("restart intervals are read, those of a wrong length refused") {
  const Bytes file = File("jpeg/444-33x31");
  CHECK(Read(File("jpeg/420-restart-1"))->restart_interval == 1);
  CHECK(Read(WithSegment(file, kScan, kRestart, {1, 2}))->restart_interval == 258);
  CHECK(!Read(WithSegment(file, kScan, kRestart, {1})));
  CHECK(!Read(WithSegment(file, kScan, kRestart, {1, 2, 3})));
}

TEST_CASE("files that another decoder has to read are refused") {
  for (const auto& name : {"progressive", "progressive-grey", "cmyk", "coded-as-rgb"}) {
    INFO(name);
    CHECK(!Read(File(std::string("refused/") + name)));
  }
}

TEST_CASE("only sequential Huffman coding is read") {
  const Bytes file = File("jpeg/444-33x31");
  for (int marker = 0xC0; marker <= 0xCF; ++marker) {
    if (marker == kHuffman) continue;
    INFO(marker);
    const Bytes changed = Changed(file, kFrame, 1, static_cast<uint8_t>(marker));
    CHECK(Read(changed).has_value() == (marker == 0xC0 || marker == 0xC1));
  }
}

TEST_CASE("frames of another precision, no size or other components are refused") {
  const Bytes file = File("jpeg/420-33x31");
  CHECK(!Read(Changed(file, kFrame, kPrecision, 12)));
  CHECK(!Read(Changed(file, kFrame, kHeight + 1, 0)));  // 31 fits the lower byte
  CHECK(!Read(Changed(file, kFrame, kWidth + 1, 0)));
  for (const uint8_t count : {0, 1, 2, 4}) CHECK(!Read(Changed(file, kFrame, kCount, count)));
  CHECK(!Read(WithSegment(file, kScan, kFrame, {8, 0, 31, 0, 33, 1, 1, 0x11, 0})));
  CHECK(!Read(WithoutSegment(file, kFrame)));
}

TEST_CASE("only luma in full or twice the width and height of chroma is read") {
  const Bytes file = File("jpeg/420-33x31");
  for (int sampling = 0; sampling < 256; ++sampling) {
    const auto value = static_cast<uint8_t>(sampling);
    INFO(sampling);
    const bool known = sampling == 0x11 || sampling == 0x21 || sampling == 0x22;
    CHECK(Read(Changed(file, kFrame, kFirstSampling, value)).has_value() == known);
    CHECK(Read(Changed(file, kFrame, kSecondSampling, value)).has_value() == (sampling == 0x11));
  }
}

TEST_CASE("files without a table that they use are refused") {
  const Bytes file = File("jpeg/420-33x31");
  for (const uint8_t marker : {kQuantization, kHuffman}) {
    Bytes without = file;
    // Pillow writes each table in a segment of its own.
    while (true) {
      without = WithoutSegment(without, marker);
      CHECK(!Read(without));
      try {
        FindMarker(without, marker);
      } catch (const std::runtime_error&) {
        break;
      }
    }
  }
}

TEST_CASE("impossible tables are refused") {
  const Bytes file = File("jpeg/444-33x31");
  CHECK(!Read(Changed(file, kQuantization, 4, 0x10)));  // 16-bit entries
  CHECK(!Read(Changed(file, kQuantization, 4, 0x04)));  // there are four
  CHECK(!Read(Changed(file, kHuffman, 4, 0x20)));
  CHECK(!Read(Changed(file, kHuffman, 4, 0x04)));
  Bytes many(17, 0);  // more than 256 symbols
  many[15] = many[16] = 200;
  many.resize(17 + 400);
  CHECK(!Read(WithSegment(file, kScan, kHuffman, many)));
  CHECK(!Read(WithSegment(file, kScan, kHuffman, {0, 1})));  // ends early
  CHECK(!Read(WithSegment(file, kScan, kQuantization, {0, 1, 2, 3})));
}

TEST_CASE("only one scan of all components and coefficients is read") {
  const Bytes file = File("jpeg/444-33x31");
  REQUIRE(Read(file));
  CHECK(!Read(Changed(file, kScan, 4, 1)));      // one component of three
  CHECK(!Read(Changed(file, kScan, 5, 9)));      // no such component
  CHECK(!Read(Changed(file, kScan, 6, 0x44)));   // no such tables
  CHECK(!Read(Changed(file, kScan, 6, 0x33)));   // tables not given
  CHECK(!Read(Changed(file, kScan, 11, 1)));     // first coefficient
  CHECK(!Read(Changed(file, kScan, 12, 5)));     // last coefficient
  CHECK(!Read(Changed(file, kScan, 13, 0x10)));  // bit by bit
}

TEST_CASE("three components are YCbCr where libjpeg takes them for it") {
  const Bytes jfif = File("jpeg/444-33x31");
  const Bytes bare = WithoutSegment(jfif, kApp0);
  CHECK(Read(bare));
  CHECK(Read(WithSegment(jfif, kQuantization, kApp14, Adobe(1))));
  CHECK(Read(WithSegment(bare, kQuantization, kApp14, Adobe(1))));
  CHECK(!Read(WithSegment(jfif, kQuantization, kApp14, Adobe(0))));
  CHECK(!Read(WithSegment(bare, kQuantization, kApp14, Adobe(0))));
  CHECK(!Read(WithComponentIds(bare, {'R', 'G', 'B'})));
  CHECK(!Read(WithComponentIds(bare, {0, 1, 2})));
  CHECK(Read(WithComponentIds(jfif, {'R', 'G', 'B'})));
}

TEST_CASE("comments, application data and fill bytes change nothing") {
  const Bytes file = File("jpeg/444-33x31");
  Bytes more = WithSegment(file, kQuantization, kComment, {'h', 'i'});
  more = WithSegment(more, kFrame, 0xE2, Bytes(1000, 0xFF));
  const size_t at = FindMarker(more, kFrame);
  more.insert(more.begin() + static_cast<ptrdiff_t>(at), {0xFF, 0xFF});
  const auto header = Read(more);
  REQUIRE(header);
  CHECK(header->width == 33);
  CHECK(header->quantization == Read(file)->quantization);
}

TEST_CASE("other markers before the data are refused") {
  const Bytes file = File("jpeg/444-33x31");
  for (const int marker : {0x00, 0x01, 0xCC, 0xD0, 0xD8, 0xD9, 0xDC, 0xDE, 0xF0, 0xFD}) {
    INFO(marker);
    CHECK(!Read(WithSegment(file, kScan, static_cast<uint8_t>(marker), {0, 0})));
  }
  CHECK(!Read(Changed(file, kQuantization, 0, 0x00)));  // no marker where one must be
}

TEST_CASE("headers that end early are refused") {
  for (const auto& name : {"jpeg/420-33x31", "jpeg/grey-29x23", "jpeg/420-comment-exif"}) {
    const Bytes file = File(name);
    const size_t scan = Read(file)->scan;
    for (size_t length = 0; length < scan; ++length) {
      INFO(name, " of ", length, " bytes");
      REQUIRE(!Read(Bytes(file.begin(), file.begin() + static_cast<ptrdiff_t>(length))));
    }
    CHECK(Read(Bytes(file.begin(), file.begin() + static_cast<ptrdiff_t>(scan))));
  }
}

TEST_CASE("segments that reach past the file or are shorter than their length are refused") {
  const Bytes file = File("jpeg/444-33x31");
  CHECK(!Read(Changed(file, kQuantization, 2, 0xFF)));
  Bytes none = Changed(file, kApp0, 2, 0);
  CHECK(!Read(Changed(none, kApp0, 3, 1)));
}

}  // namespace spurious
