#include "engine/input.h"

#include <ATen/Parallel.h>

#include "test/support_models.h"
#include "test/testing.h"

namespace spurious {

namespace {

const std::vector<float> kMean = {0.485F, 0.456F, 0.406F};
const std::vector<float> kStd = {0.229F, 0.224F, 0.225F};

struct Batch {
  Batch(int64_t count, int64_t height, int64_t width)
      : pixels(test::InputPixels(count, height, width, 3)),
        images{pixels.data(), count, height, width, kMean, kStd} {}

  // torchvision's arithmetic: ToTensor, then Normalize.
  at::Tensor Expected() const {
    const at::Tensor bytes =
        at::from_blob(const_cast<uint8_t*>(pixels.data()),
                      {images.count, images.height, images.width, 3}, at::kByte);
    const at::Tensor scaled = bytes.permute({0, 3, 1, 2}).to(at::kFloat).div(255);
    const auto channel = [](const std::vector<float>& values) {
      return at::tensor(values).view({1, 3, 1, 1});
    };
    return scaled.sub(channel(kMean)).div(channel(kStd));
  }

  std::vector<uint8_t> pixels;
  ImageBatch images;
};

}  // namespace

TEST_CASE("the table holds float32 of (value / 255 - mean) / std for each channel and value") {
  const auto table = NormalizationTable(kMean, kStd);
  REQUIRE(table.size() == 768);
  for (size_t c = 0; c < 3; ++c) {
    for (size_t v = 0; v < 256; ++v) {
      const float scaled = static_cast<float>(v) / 255.0F;
      CHECK(table[c * 256 + v] == (scaled - kMean[c]) / kStd[c]);
    }
  }
  const auto plain = NormalizationTable({0, 0, 0}, {1, 1, 1});
  CHECK(plain[0] == 0.0F);
  CHECK(plain[255] == 1.0F);
  CHECK(plain[2 * 256 + 51] == 0.2F);
}

TEST_CASE("a batch equals torchvision's tensor bit for bit and lies channels last") {
  const Batch batch(3, 7, 5);
  const at::Tensor staged = MakeCpuStager()->Stage(batch.images, 3, at::kFloat);
  CHECK(staged.equal(batch.Expected()));
  CHECK(staged.is_contiguous(at::MemoryFormat::ChannelsLast));
}

TEST_CASE("rows past the last image repeat the first") {
  const Batch batch(2, 4, 6);
  const at::Tensor staged = MakeCpuStager()->Stage(batch.images, 5, at::kFloat);
  REQUIRE(staged.sizes() == at::IntArrayRef{5, 3, 4, 6});
  CHECK(staged.narrow(0, 0, 2).equal(batch.Expected()));
  for (int64_t row = 2; row < 5; ++row) CHECK(staged[row].equal(staged[0]));
}

TEST_CASE("other types are rounded from float32") {
  const Batch batch(2, 4, 4);
  for (const at::ScalarType type : {at::kHalf, at::kBFloat16}) {
    const at::Tensor staged = MakeCpuStager()->Stage(batch.images, 2, type);
    CHECK(staged.scalar_type() == type);
    CHECK(staged.equal(batch.Expected().to(type)));
  }
}

TEST_CASE("a batch does not depend on the number of threads") {
  const Batch batch(5, 33, 17);
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  const at::Tensor one = MakeCpuStager()->Stage(batch.images, 8, at::kFloat);
  at::set_num_threads(2);
  const at::Tensor two = MakeCpuStager()->Stage(batch.images, 8, at::kFloat);
  at::set_num_threads(threads);
  CHECK(one.equal(two));
}

}  // namespace spurious
