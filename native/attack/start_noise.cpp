#include "attack/start_noise.h"

#include <array>
#include <cmath>
#include <numbers>

namespace spurious {

namespace {

using Words = std::array<uint32_t, 4>;

// Constants of Philox-4x32: the round multipliers and the Weyl increments of the key.
constexpr uint64_t kMultiplyA = 0xD2511F53, kMultiplyB = 0xCD9E8D57;
constexpr uint32_t kWeylA = 0x9E3779B9, kWeylB = 0xBB67AE85;
constexpr int kRounds = 10;

Words Philox(Words counter, uint32_t key_a, uint32_t key_b) {
  for (int round = 0; round < kRounds; ++round) {
    const uint64_t a = kMultiplyA * counter[0];
    const uint64_t b = kMultiplyB * counter[2];
    counter = {static_cast<uint32_t>(b >> 32) ^ counter[1] ^ key_a, static_cast<uint32_t>(b),
               static_cast<uint32_t>(a >> 32) ^ counter[3] ^ key_b, static_cast<uint32_t>(a)};
    key_a += kWeylA;
    key_b += kWeylB;
  }
  return counter;
}

// Two normal numbers of two random words.
std::array<float, 2> BoxMuller(uint32_t first, uint32_t second) {
  constexpr double kScale = 1.0 / 4294967296.0;
  const double radius = std::sqrt(-2.0 * std::log((static_cast<double>(first) + 1.0) * kScale));
  const double angle = 2.0 * std::numbers::pi * static_cast<double>(second) * kScale;
  return {static_cast<float>(radius * std::cos(angle)),
          static_cast<float>(radius * std::sin(angle))};
}

}  // namespace

at::Tensor StartNoise(uint64_t seed, uint32_t class_index, uint32_t component, int64_t height,
                      int64_t width) {
  const at::Tensor noise = at::empty({3, height, width}, at::kFloat);
  float* out = noise.data_ptr<float>();
  const int64_t count = noise.numel();
  const auto key_a = static_cast<uint32_t>(seed), key_b = static_cast<uint32_t>(seed >> 32);
  for (int64_t begin = 0; begin < count; begin += 4) {
    const auto block = static_cast<uint64_t>(begin / 4);
    const Words words = Philox(
        {static_cast<uint32_t>(block), static_cast<uint32_t>(block >> 32), component, class_index},
        key_a, key_b);
    const auto a = BoxMuller(words[0], words[1]), b = BoxMuller(words[2], words[3]);
    const std::array<float, 4> normal = {a[0], a[1], b[0], b[1]};
    for (int64_t i = begin; i < std::min(begin + 4, count); ++i) {
      out[i] = normal[static_cast<size_t>(i - begin)];
    }
  }
  return noise;
}

}  // namespace spurious
