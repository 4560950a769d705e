#include "preprocess/jpeg_decoder.h"

#include <random>

#include "test/support_jpeg.h"
#include "test/testing.h"

namespace spurious {

using test::ExactBytes;
using test::FirstDifference;
using test::GuardedBytes;
using test::Image;

namespace {

using Bytes = std::vector<uint8_t>;

const std::string& Folder() {
  static const std::string folder = test::Fixture("preprocess-core/");
  return folder;
}

struct JpegFixture {
  std::string name;
  Bytes file;
  Image expected;
};

const std::vector<JpegFixture>& Fixtures() {
  static const std::vector<JpegFixture> fixtures = [] {
    std::vector<JpegFixture> all;
    for (const auto& name : test::NamesIn(Folder() + "jpeg", ".jpg")) {
      all.push_back({name, test::ReadBytes(Folder() + "jpeg/" + name + ".jpg"),
                     test::ReadImage(Folder() + "jpeg/" + name + ".npy")});
    }
    return all;
  }();
  return fixtures;
}

// The rectangle's pixels, or nothing where the file is refused.
std::optional<Bytes> Decoded(const ExactBytes& file, const JpegHeader& header,
                             const PixelRect& rect, SimdLevel level) {
  GuardedBytes out(static_cast<size_t>(rect.width) * static_cast<size_t>(rect.height) * 3);
  const bool decoded = DecodeJpeg(file.data(), file.size(), header, rect, out.data(), level);
  REQUIRE(out.intact());
  if (!decoded) return std::nullopt;
  return out.content();
}

std::optional<Bytes> DecodedWhole(const Bytes& bytes, SimdLevel level) {
  const ExactBytes file(bytes);
  const auto header = ReadJpegHeader(file.data(), file.size());
  if (!header) return std::nullopt;
  return Decoded(file, *header, {0, 0, header->width, header->height}, level);
}

Bytes Part(const Image& image, const PixelRect& rect) {
  Bytes part;
  for (int y = rect.top; y < rect.top + rect.height; ++y) {
    const auto row =
        image.pixels.begin() + (static_cast<ptrdiff_t>(y) * image.width + rect.left) * 3;
    part.insert(part.end(), row, row + static_cast<ptrdiff_t>(rect.width) * 3);
  }
  return part;
}

class Mutator {
 public:
  // One to three changes: bytes and bits replaced, pieces removed, doubled or moved, the end cut.
  Bytes Mutate(Bytes file) {
    for (size_t i = 1 + Below(3); i > 0; --i) Change(file);
    return file;
  }

 private:
  size_t Below(size_t limit) { return random_() % limit; }

  void Change(Bytes& file) {
    const size_t at = Below(file.size());
    const size_t length = std::min<size_t>(1 + Below(12), file.size() - at);
    const auto begin = file.begin() + static_cast<ptrdiff_t>(at);
    const auto end = begin + static_cast<ptrdiff_t>(length);
    switch (Below(6)) {
      case 0:
        file[at] = static_cast<uint8_t>(random_());
        break;
      case 1:
        file[at] ^= static_cast<uint8_t>(1U << Below(8));
        break;
      case 2:
        if (file.size() > length) file.erase(begin, end);
        break;
      case 3: {
        const Bytes piece(begin, end);
        file.insert(begin, piece.begin(), piece.end());
        break;
      }
      case 4:
        std::fill(begin, end, static_cast<uint8_t>(Below(2) * 255));
        break;
      default:
        file.resize(std::max<size_t>(at, 4));
        file.insert(file.end(), {0xFF, 0xD9});
    }
  }

  std::mt19937 random_{42};
};

}  // namespace

TEST_CASE("decoded pictures equal Pillow's at every SIMD level") {
  REQUIRE(Fixtures().size() > 30);
  for (const auto& [name, file, expected] : Fixtures()) {
    for (const SimdLevel level : SimdLevels()) {
      INFO(name, ", ", SimdLevelName(level));
      const auto pixels = DecodedWhole(file, level);
      REQUIRE(pixels);
      CHECK(FirstDifference(*pixels, expected.pixels) == -1);
    }
  }
}

TEST_CASE("a part of a picture is the same rectangle of the whole at every SIMD level") {
  std::mt19937 random(9);
  const auto below = [&](int limit) {
    return static_cast<int>(random() % static_cast<uint32_t>(limit));
  };
  for (const auto& [name, bytes, expected] : Fixtures()) {
    const ExactBytes file(bytes);
    const auto header = ReadJpegHeader(file.data(), file.size());
    REQUIRE(header);
    for (int i = 0; i < 25; ++i) {
      PixelRect rect;
      rect.width = 1 + below(expected.width);
      rect.height = 1 + below(expected.height);
      rect.left = below(expected.width - rect.width + 1);
      rect.top = below(expected.height - rect.height + 1);
      for (const SimdLevel level : SimdLevels()) {
        INFO(name, " ", rect.left, " ", rect.top, " ", rect.width, " ", rect.height, ", ",
             SimdLevelName(level));
        const auto pixels = Decoded(file, *header, rect, level);
        REQUIRE(pixels);
        REQUIRE(FirstDifference(*pixels, Part(expected, rect)) == -1);
      }
    }
  }
}

TEST_CASE("files that another decoder has to read are refused") {
  const auto names = test::NamesIn(Folder() + "refused", ".jpg");
  REQUIRE(names.size() == 6);
  for (const auto& name : names) {
    INFO(name);
    CHECK(!DecodedWhole(test::ReadBytes(Folder() + "refused/" + name + ".jpg"), BestSimdLevel()));
  }
}

TEST_CASE("a file cut anywhere is refused") {
  for (const auto& name :
       {"420-48x32", "444-33x31", "422-restart-1", "grey-restart", "420-coarse", "444-random"}) {
    const Bytes whole = test::ReadBytes(Folder() + "jpeg/" + name + ".jpg");
    // The file's last two bytes are the end marker.
    for (size_t length = 0; length < whole.size(); ++length) {
      Bytes cut(whole.begin(), whole.begin() + static_cast<ptrdiff_t>(length));
      INFO(name, " of ", length, " bytes");
      REQUIRE(!DecodedWhole(cut, BestSimdLevel()));
      // An end marker does not make it whole, unless all of the data are there.
      if (length + 2 >= whole.size() || length < 4) continue;
      cut.insert(cut.end(), {0xFF, 0xD9});
      REQUIRE(!DecodedWhole(cut, BestSimdLevel()));
    }
  }
}

TEST_CASE("damaged files are refused or decode to the same bytes at every SIMD level") {
  constexpr int kLargest = 600;
  Mutator mutator;
  int refused = 0, decoded = 0;
  for (int i = 0; i < 6000; ++i) {
    const JpegFixture& fixture = Fixtures()[static_cast<size_t>(i) % Fixtures().size()];
    const Bytes damaged = mutator.Mutate(fixture.file);
    const ExactBytes file(damaged);
    const auto header = ReadJpegHeader(file.data(), file.size());
    if (!header || header->width > kLargest || header->height > kLargest) {
      ++refused;
      continue;
    }
    const auto expected = DecodedWhole(damaged, SimdLevel::kScalar);
    (expected ? decoded : refused) += 1;
    for (const SimdLevel level : SimdLevels()) {
      INFO("mutation ", i, " of ", fixture.name, ", ", SimdLevelName(level));
      const auto pixels = DecodedWhole(damaged, level);
      REQUIRE(pixels.has_value() == expected.has_value());
      if (expected) REQUIRE(FirstDifference(*pixels, *expected) == -1);
    }
  }
  // Both happen, so both were tested.
  CHECK(refused > 1000);
  CHECK(decoded > 100);
}

TEST_CASE("decoding and resizing at once equals one after the other") {
  const ResizeCropSpec specs[] = {{20, 17, 2, 1, 16, 16, ResizeFilter::kBicubic},
                                  {48, 41, 3, 5, 40, 30, ResizeFilter::kBilinear}};
  for (const auto& [name, bytes, expected] : Fixtures()) {
    const ExactBytes file(bytes);
    for (const ResizeCropSpec& spec : specs) {
      const auto size =
          static_cast<size_t>(spec.crop_width) * static_cast<size_t>(spec.crop_height) * 3;
      Bytes resized(size);
      ResizeCrop(expected.pixels.data(), expected.width, expected.height, spec, resized.data());
      for (const SimdLevel level : SimdLevels()) {
        GuardedBytes out(size);
        INFO(name, ", ", SimdLevelName(level));
        REQUIRE(ResizeJpeg(file.data(), file.size(), expected.width, expected.height, spec,
                           out.data(), level));
        CHECK(out.intact());
        CHECK(FirstDifference(out.content(), resized) == -1);
      }
    }
  }
}

TEST_CASE("a file of another size than the caller takes it for is refused") {
  const Bytes bytes = test::ReadBytes(Folder() + "jpeg/444-33x31.jpg");
  const ResizeCropSpec spec{20, 20, 0, 0, 20, 20, ResizeFilter::kBicubic};
  Bytes out(20 * 20 * 3);
  CHECK(ResizeJpeg(bytes.data(), bytes.size(), 33, 31, spec, out.data()));
  CHECK(!ResizeJpeg(bytes.data(), bytes.size(), 31, 33, spec, out.data()));
  CHECK(!ResizeJpeg(bytes.data(), bytes.size(), 33, 30, spec, out.data()));
  CHECK(!ResizeJpeg(bytes.data(), 300, 33, 31, spec, out.data()));
}

}  // namespace spurious
