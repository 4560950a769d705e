#include "preprocess/resize.h"

#include <random>
#include <sstream>

#include "test/support_json.h"
#include "test/testing.h"

namespace spurious {

using test::ExactBytes;
using test::FirstDifference;
using test::GuardedBytes;
using test::Image;
using test::Json;

namespace {

struct Case {
  Image source;
  ResizeCropSpec spec;
};

std::vector<uint8_t> Resized(const Image& source, const ResizeCropSpec& spec, SimdLevel level) {
  const ExactBytes pixels(source.pixels);
  GuardedBytes out(static_cast<size_t>(spec.crop_width) * static_cast<size_t>(spec.crop_height) *
                   3);
  ResizeCrop(pixels.data(), source.width, source.height, spec, out.data(), level);
  REQUIRE(out.intact());
  return out.content();
}

// Sizes that exercise row ends of all kernels, and now and then one very unlike the other.
class RandomCases {
 public:
  Case Next() {
    Case next;
    Image& source = next.source;
    source.width = Size();
    source.height = Size();
    source.pixels.resize(static_cast<size_t>(source.width) * static_cast<size_t>(source.height) *
                         3);
    // Black and white pixels drive sums past both ends of the range.
    const bool extreme = Below(3) == 0;
    for (auto& value : source.pixels) {
      value = static_cast<uint8_t>(extreme ? Below(2) * 255 : Below(256));
    }
    ResizeCropSpec& spec = next.spec;
    spec.resize_width = Below(8) == 0 ? source.width : Size();
    spec.resize_height = Below(8) == 0 ? source.height : Size();
    spec.crop_width = 1 + Below(spec.resize_width);
    spec.crop_height = 1 + Below(spec.resize_height);
    spec.crop_left = Below(spec.resize_width - spec.crop_width + 1);
    spec.crop_top = Below(spec.resize_height - spec.crop_height + 1);
    spec.filter = Below(2) == 0 ? ResizeFilter::kBicubic : ResizeFilter::kBilinear;
    return next;
  }

 private:
  int Below(int limit) { return static_cast<int>(random_() % static_cast<uint32_t>(limit)); }
  int Size() {
    const int kind = Below(10);
    return kind == 0 ? 1 + Below(4) : kind == 1 ? 200 + Below(200) : 1 + Below(90);
  }

  std::mt19937 random_{20230711};
};

std::string Describe(const Case& test) {
  const ResizeCropSpec& spec = test.spec;
  std::ostringstream text;
  text << test.source.width << "x" << test.source.height << " to " << spec.resize_width << "x"
       << spec.resize_height << ", crop " << spec.crop_left << " " << spec.crop_top << " "
       << spec.crop_width << " " << spec.crop_height
       << (spec.filter == ResizeFilter::kBicubic ? ", bicubic" : ", bilinear");
  return text.str();
}

}  // namespace

TEST_CASE("results equal Pillow's at every SIMD level") {
  const std::string folder = test::Fixture("preprocess-core/resize/");
  const Json cases = Json::Parse(test::ReadText(folder + "cases.json"));
  REQUIRE(cases.items().size() > 40);
  for (const Json& item : cases.items()) {
    const auto number = [&](const char* key, size_t i) {
      return static_cast<int>(item[key].items()[i].number());
    };
    ResizeCropSpec spec{number("resize", 0), number("resize", 1), number("crop", 0),
                        number("crop", 1),   number("crop", 2),   number("crop", 3)};
    spec.filter =
        item["filter"].string() == "bicubic" ? ResizeFilter::kBicubic : ResizeFilter::kBilinear;
    const Image source = test::ReadImage(folder + item["source"].string());
    const Image expected = test::ReadImage(folder + item["result"].string());
    REQUIRE(expected.width == spec.crop_width);
    REQUIRE(expected.height == spec.crop_height);
    for (const SimdLevel level : SimdLevels()) {
      INFO(item["result"].string(), ", ", SimdLevelName(level));
      CHECK(FirstDifference(Resized(source, spec, level), expected.pixels) == -1);
    }
  }
}

TEST_CASE("every SIMD level gives the scalar bytes on random pictures, sizes, crops and filters") {
  RandomCases cases;
  for (int i = 0; i < 600; ++i) {
    const Case next = cases.Next();
    const auto expected = Resized(next.source, next.spec, SimdLevel::kScalar);
    for (const SimdLevel level : SimdLevels()) {
      INFO(Describe(next), ", ", SimdLevelName(level));
      REQUIRE(FirstDifference(Resized(next.source, next.spec, level), expected) == -1);
    }
  }
}

TEST_CASE("a crop is the same rectangle of the whole result") {
  RandomCases cases;
  for (int i = 0; i < 150; ++i) {
    const Case next = cases.Next();
    const ResizeCropSpec& part = next.spec;
    ResizeCropSpec whole = part;
    whole.crop_left = whole.crop_top = 0;
    whole.crop_width = whole.resize_width;
    whole.crop_height = whole.resize_height;
    const auto all = Resized(next.source, whole, BestSimdLevel());
    std::vector<uint8_t> expected;
    for (int y = part.crop_top; y < part.crop_top + part.crop_height; ++y) {
      const auto row =
          all.begin() + (static_cast<ptrdiff_t>(y) * whole.crop_width + part.crop_left) * 3;
      expected.insert(expected.end(), row, row + static_cast<ptrdiff_t>(part.crop_width) * 3);
    }
    INFO(Describe(next));
    REQUIRE(FirstDifference(Resized(next.source, part, BestSimdLevel()), expected) == -1);
  }
}

TEST_CASE("the part of the picture that a plan names is all that the result depends on") {
  RandomCases cases;
  for (int i = 0; i < 150; ++i) {
    Case next = cases.Next();
    const ResizePlan plan(next.source.width, next.source.height, next.spec);
    const PixelRect& rect = plan.source();
    REQUIRE(rect.left >= 0);
    REQUIRE(rect.top >= 0);
    REQUIRE(rect.left + rect.width <= next.source.width);
    REQUIRE(rect.top + rect.height <= next.source.height);
    const auto expected = Resized(next.source, next.spec, BestSimdLevel());
    std::vector<uint8_t> part;
    for (int y = rect.top; y < rect.top + rect.height; ++y) {
      const auto row = next.source.pixels.begin() +
                       (static_cast<ptrdiff_t>(y) * next.source.width + rect.left) * 3;
      part.insert(part.end(), row, row + static_cast<ptrdiff_t>(rect.width) * 3);
    }
    const ExactBytes pixels(part);
    for (const SimdLevel level : SimdLevels()) {
      GuardedBytes out(expected.size());
      plan.Run(pixels.data(), static_cast<ptrdiff_t>(rect.width) * 3, out.data(), level);
      INFO(Describe(next), ", ", SimdLevelName(level));
      REQUIRE(out.intact());
      REQUIRE(FirstDifference(out.content(), expected) == -1);
    }
  }
}

TEST_CASE("a picture of one colour stays that colour") {
  for (const uint8_t value : {0, 1, 127, 254, 255}) {
    const Image source{53, 41, std::vector<uint8_t>(53 * 41 * 3, value)};
    for (const ResizeFilter filter : {ResizeFilter::kBicubic, ResizeFilter::kBilinear}) {
      for (const auto& [width, height] : {std::pair{20, 16}, std::pair{90, 77}}) {
        const ResizeCropSpec spec{width, height, 0, 0, width, height, filter};
        const auto result = Resized(source, spec, BestSimdLevel());
        CHECK(result == std::vector<uint8_t>(result.size(), value));
      }
    }
  }
}

}  // namespace spurious
