#include "cam/position_grid.h"

#include "test/support_models.h"
#include "test/testing.h"

namespace spurious {

using test::Seeded;

namespace {

at::Tensor Arranged(const at::Tensor& map, const std::vector<int64_t>& positions, int64_t height,
                    int64_t width) {
  return PositionGrid(map.sizes(), positions, height, width).Arrange(map);
}

}  // namespace

TEST_CASE("maps with channels first or last come with channels first") {
  const at::Tensor map = Seeded({2, 7, 3, 4}, 1);
  CHECK(at::equal(Arranged(map, {-2, -1}, 96, 128), map));
  CHECK(at::equal(Arranged(map, {3, 2}, 96, 128), map));
  CHECK(at::equal(Arranged(map, {1, 2}, 224, 96), map.permute({0, 3, 1, 2})));
  CHECK(PositionGrid(map.sizes(), {-2, -1}, 96, 128).places() == 12);
}

TEST_CASE("tokens fill a square row by row, behind those that stand for no place") {
  for (const int64_t extra : {0, 1, 2, 5}) {
    const at::Tensor tokens = Seeded({2, extra + 196, 8}, 2);
    const at::Tensor grid = Arranged(tokens, {1}, 224, 224);
    INFO(extra);
    CHECK(grid.sizes() == at::IntArrayRef{2, 8, 14, 14});
    CHECK(at::equal(grid.select(2, 3).select(2, 5), tokens.select(1, extra + 3 * 14 + 5)));
    CHECK(PositionGrid(tokens.sizes(), {1}, 224, 224).places() == extra + 196);
  }
}

TEST_CASE("tokens of an image that is not square fill a grid of its proportion") {
  const at::Tensor tokens = Seeded({1, 1 + 6 * 4, 5}, 3);
  const at::Tensor grid = Arranged(tokens, {1}, 96, 64);
  CHECK(grid.sizes() == at::IntArrayRef{1, 5, 6, 4});
  CHECK(at::equal(grid.select(2, 5).select(2, 3), tokens.select(1, 24)));
}

TEST_CASE("tokens may come with channels first") {
  const at::Tensor tokens = Seeded({1, 5, 16}, 4);
  CHECK(at::equal(Arranged(tokens, {2}, 32, 32), tokens.view({1, 5, 4, 4})));
}

TEST_CASE("what is no grid is refused, with its shape") {
  const auto refused = [](at::IntArrayRef sizes, const std::vector<int64_t>& positions) {
    const Error error = test::ErrorOf([&] { PositionGrid(sizes, positions, 224, 224); });
    CHECK(error.code() == ErrorCode::kModelOutputUnsupported);
    return std::string(error.what());
  };
  CHECK(test::Contains(refused({2, 23, 8}, {1}), "[2, 23, 8]"));
  refused({2, 7, 3, 4}, {1});
  refused({2, 7}, {-2, -1});
  refused({2, 7, 3, 4, 5}, {-2, -1});
  refused({2, 7, 3}, {0, 1});
  refused({2, 1, 8}, {});
}

}  // namespace spurious
