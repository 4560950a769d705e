#include "cam/final_map.h"

#include "test/support_models.h"
#include "test/support_tensors.h"
#include "test/testing.h"

namespace spurious {

using test::LargestDifference;

TEST_CASE("maps of the published code come out of its weighted sums") {
  for (const auto& file : {"tiny-resnet.layer4_last_block", "tiny-convnext.last_block_conv_dw",
                           "tiny-convnext.last_stage_output"}) {
    const auto published =
        test::ReadTensors(test::Fixture(std::string("cam/") + file + ".safetensors"));
    INFO(file);
    CHECK(LargestDifference(FinalMaps(published.at("map_raw"), 160, 160),
                            published.at("map_final")) < 1e-3);
  }
}

TEST_CASE("a map without a positive value becomes zero, a constant one too") {
  CHECK(FinalMaps(at::full({2, 3, 4, 4}, -1.5), 16, 16).abs().max().item<double>() == 0);
  CHECK(FinalMaps(at::full({1, 4, 4}, 2.0), 16, 16).abs().max().item<double>() == 0);
}

TEST_CASE("values lie in [0, 1] and reach both ends") {
  const at::Tensor maps = FinalMaps(test::Seeded({3, 2, 7, 7}, 1), 50, 40);
  CHECK(maps.sizes() == at::IntArrayRef{3, 2, 50, 40});
  CHECK(maps.amin({-2, -1}).abs().max().item<double>() == 0);
  CHECK(maps.amax({-2, -1}).min().item<double>() > 0.999);
  CHECK(maps.max().item<double>() <= 1);
}

TEST_CASE("pixels lie at half positions, as in OpenCV's resize") {
  // Two columns 0 and 1, four wide: 0, 0.25, 0.75, 1.
  const at::Tensor map = FinalMaps(at::tensor({0.0F, 1.0F}).view({1, 1, 2}), 1, 4);
  CHECK(LargestDifference(map.flatten(), at::tensor({0.0F, 0.25F, 0.75F, 1.0F})) < 1e-6);
}

}  // namespace spurious
