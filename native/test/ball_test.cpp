#include "attack/ball.h"

#include "test/support_models.h"
#include "test/testing.h"

namespace spurious {

using test::LargestDifference;
using test::Seeded;

namespace {

at::Tensor Norms(const at::Tensor& images) { return ImageNorms(images - kGrey); }

}  // namespace

TEST_CASE("points outside come to the sphere in their direction, points inside stay") {
  // Small differences from grey: the pixel range does not matter.
  const at::Tensor images = 0.01 * Seeded({3, 3, 8, 8}, 1) + kGrey;
  const at::Tensor norms = Norms(images);
  const double radius = norms.median().item<double>();
  const at::Tensor projected = Project(images, radius);
  CHECK(LargestDifference(Norms(projected), norms.clamp_max(radius)) < 1e-6);
  const at::Tensor direction = (images - kGrey) / PerImage(norms);
  const at::Tensor kept = (projected - kGrey) / PerImage(Norms(projected));
  CHECK(LargestDifference(direction, kept) < 1e-5);
}

TEST_CASE("the result lies in the ball and in the pixel range, however far away the point is") {
  for (const double scale : {0.1, 1.0, 1e3, 1e8}) {
    const at::Tensor projected = Project(scale * Seeded({4, 3, 16, 16}, 2), 5.0);
    CHECK(projected.min().item<double>() >= 0);
    CHECK(projected.max().item<double>() <= 1);
    CHECK(Norms(projected).max().item<double>() < 5.0 + 1e-4);
  }
}

TEST_CASE("grey itself stays grey") {
  const at::Tensor grey = at::full({2, 3, 4, 4}, kGrey);
  CHECK(at::equal(Project(grey, 30), grey));
}

TEST_CASE("a start lies on the sphere where the pixel range allows it, else inside") {
  const at::Tensor noise = Seeded({2, 3, 32, 32}, 3);
  CHECK(LargestDifference(Norms(OnSphere(noise, 2.0)), at::full({2}, 2.0, at::kDouble)) < 1e-5);
  const at::Tensor clamped = OnSphere(noise, 30.0);  // per pixel 0.5 and more
  CHECK(Norms(clamped).max().item<double>() < 30);
  CHECK(clamped.min().item<double>() == 0);
  CHECK(clamped.max().item<double>() == 1);
}

TEST_CASE("the order of the values in memory does not matter to a norm") {
  const at::Tensor images = Seeded({5, 3, 31, 17}, 4);
  CHECK(LargestDifference(ImageNorms(images),
                          ImageNorms(images.contiguous(at::MemoryFormat::ChannelsLast))) < 1e-12);
}

}  // namespace spurious
