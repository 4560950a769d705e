#include "attack/start_noise.h"

#include <cmath>
#include <numbers>

#include "test/testing.h"

namespace spurious {

TEST_CASE("the numbers are those of Philox-4x32-10, made normal by Box and Muller") {
  // Known answer of Random123 for key 0 and counter 0: 6627e8d5 e169c58d bc57ac4c 9b00dbd8.
  const at::Tensor noise = StartNoise(0, 0, 0, 2, 2).flatten();
  const auto expect = [&](int64_t i, uint32_t first, uint32_t second) {
    const double radius = std::sqrt(-2 * std::log((first + 1.0) / 4294967296.0));
    const double angle = 2 * std::numbers::pi * second / 4294967296.0;
    CHECK(noise[i].item<double>() == doctest::Approx(radius * std::cos(angle)).epsilon(1e-6));
    CHECK(noise[i + 1].item<double>() == doctest::Approx(radius * std::sin(angle)).epsilon(1e-6));
  };
  expect(0, 0x6627e8d5, 0xe169c58d);
  expect(2, 0xbc57ac4c, 0x9b00dbd8);
}

TEST_CASE("seed, class, component and place each change the numbers, and nothing else does") {
  const at::Tensor noise = StartNoise(5, 94, 3, 16, 24);
  CHECK(noise.sizes() == at::IntArrayRef{3, 16, 24});
  CHECK(at::equal(noise, StartNoise(5, 94, 3, 16, 24)));
  for (const at::Tensor& other :
       {StartNoise(6, 94, 3, 16, 24), StartNoise(5ULL + (1ULL << 40), 94, 3, 16, 24),
        StartNoise(5, 95, 3, 16, 24), StartNoise(5, 94, 4, 16, 24), StartNoise(5, 3, 94, 16, 24)}) {
    CHECK(noise.eq(other).sum().item<int64_t>() < 5);
  }
  CHECK(std::get<0>(at::_unique(noise)).numel() > noise.numel() - 5);
}

TEST_CASE("the numbers are standard normal, and images of other components unrelated") {
  const at::Tensor a = StartNoise(0, 1, 0, 160, 160).flatten().to(at::kDouble);
  const at::Tensor b = StartNoise(0, 1, 1, 160, 160).flatten().to(at::kDouble);
  const auto n = static_cast<double>(a.numel());
  CHECK(std::abs(a.mean().item<double>()) < 5 / std::sqrt(n));
  CHECK(std::abs(a.square().mean().item<double>() - 1) < 5 * std::sqrt(2 / n));
  CHECK(std::abs((a * b).mean().item<double>()) < 5 / std::sqrt(n));
  CHECK(std::abs((a.slice(0, 1) * a.slice(0, 0, -1)).mean().item<double>()) < 5 / std::sqrt(n));
  CHECK(a.abs().lt(1).to(at::kDouble).mean().item<double>() ==
        doctest::Approx(0.6827).epsilon(0.01));
}

TEST_CASE("sizes that four does not divide are filled to the end") {
  const at::Tensor small = StartNoise(1, 2, 3, 3, 3).flatten();  // 27 numbers
  const at::Tensor large = StartNoise(1, 2, 3, 4, 4).flatten();
  CHECK(at::equal(small, large.slice(0, 0, 27)));
}

}  // namespace spurious
