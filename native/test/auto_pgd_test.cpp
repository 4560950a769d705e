#include "attack/auto_pgd.h"

#include <cmath>
#include <numbers>

#include "attack/ball.h"
#include "attack/checkpoints.h"
#include "test/support_models.h"
#include "test/testing.h"

namespace spurious {

using test::LargestDifference;
using test::Seeded;

namespace {

using Function = std::function<Evaluation(const at::Tensor&)>;

at::Tensor Sum(const at::Tensor& images) { return images.to(at::kDouble).sum({1, 2, 3}); }

// sum of sin(3 x) w: steps soon overshoot its maxima. Each picture has its own w.
Function Waves(const at::Tensor& weights) {
  return [weights](const at::Tensor& images) -> Evaluation {
    const at::Tensor angles = images * 3.0;
    return {Sum(angles.sin() * weights), angles.cos() * weights * 3.0};
  };
}

at::Tensor Starts(int64_t count, double radius, uint64_t seed) {
  return OnSphere(Seeded({count, 3, 6, 5}, seed), radius);
}

AutoPgdResult Run(const Function& function, const at::Tensor& start, double radius, int64_t steps) {
  return AutoPgd(start, function(start), function, {radius, steps, {}});
}

// The algorithm for one image, with branches, as its description goes.
struct Plain {
  at::Tensor best;
  double most = 0;
  std::vector<double> log;
  int reductions = 0;
};

Plain PlainAutoPgd(const Function& function, at::Tensor x, double radius, int64_t n) {
  const auto value = [](const Evaluation& e) { return e.values[0].item<double>(); };
  const auto unit = [](const at::Tensor& g) { return g / (g.norm() + 1e-12); };
  const auto project = [&](const at::Tensor& z) {
    const at::Tensor d = z - 0.5;
    return at::clamp(unit(d) * std::min(radius, d.norm().item<double>()) + 0.5, 0, 1);
  };
  Evaluation now = function(x);
  Plain found{x, value(now), {}, 0};
  at::Tensor best_gradient = now.gradients, previous = x;
  double step = 2 * radius, most_at_check = found.most;
  int64_t k = std::max<int64_t>(static_cast<int64_t>(0.22 * static_cast<double>(n)), 1),
          counter = 0;
  const int64_t shrink = std::max<int64_t>(static_cast<int64_t>(0.03 * static_cast<double>(n)), 1);
  const int64_t least = std::max<int64_t>(static_cast<int64_t>(0.06 * static_cast<double>(n)), 1);
  bool reduced = true;
  std::vector<double> table(static_cast<size_t>(n), 0.0);
  for (int64_t i = 0; i < n; ++i) {
    const at::Tensor last = x - previous;
    previous = x;
    const double a = i == 0 ? 1.0 : 0.75;
    const at::Tensor z = project(x + unit(now.gradients) * step);
    x = project(x + (z - x) * a + last * (1 - a));
    now = function(x);
    const double y = value(now);
    table[static_cast<size_t>(i)] = y;
    if (y > found.most) {
      found.best = x;
      found.most = y;
      best_gradient = now.gradients;
    }
    double held = y;
    if (++counter == k) {
      int64_t improved = 0;
      for (int64_t j = i - k + 1; j <= i; ++j) {
        const auto before = static_cast<size_t>((j - 1 + n) % n);
        if (table[static_cast<size_t>(j)] > table[before]) ++improved;
      }
      const bool stuck = !reduced && found.most <= most_at_check;
      reduced = static_cast<double>(improved) <= 0.75 * static_cast<double>(k) || stuck;
      most_at_check = found.most;
      if (reduced) {
        ++found.reductions;
        step /= 2;
        x = found.best;
        now.gradients = best_gradient;
        held = found.most;
      }
      k = std::max(k - shrink, least);
      counter = 0;
    }
    found.log.push_back(held);
  }
  return found;
}

}  // namespace

TEST_CASE("a batch goes the way that each of its images goes in the description") {
  const double radius = 2.5;
  for (const int64_t steps : {1, 2, 5, 40, 100}) {
    // In double precision, where rounding does not separate the ways within 100 steps.
    const at::Tensor start = Starts(6, radius, 10).to(at::kDouble);
    const at::Tensor weights = Seeded({6, 3, 6, 5}, 11).to(at::kDouble);
    const AutoPgdResult batch = Run(Waves(weights), start, radius, steps);
    int reductions = 0;
    for (int64_t l = 0; l < 6; ++l) {
      const Plain plain =
          PlainAutoPgd(Waves(weights.narrow(0, l, 1)), start.narrow(0, l, 1), radius, steps);
      INFO(steps, " steps, image ", l);
      reductions += plain.reductions;
      CHECK(LargestDifference(batch.images.narrow(0, l, 1), plain.best) < 1e-3);
      CHECK(batch.values[l].item<double>() == doctest::Approx(plain.most).epsilon(1e-5));
      const at::Tensor log = at::tensor(at::ArrayRef<double>(plain.log));
      CHECK(LargestDifference(batch.log[l].narrow(0, 0, std::min<int64_t>(steps, 20)),
                              log.narrow(0, 0, std::min<int64_t>(steps, 20))) < 1e-2);
    }
    if (steps >= 40) CHECK(reductions >= 6);
  }
}

TEST_CASE("an image takes the same way in any batch, bit for bit") {
  const at::Tensor start = Starts(8, 3.0, 20), weights = Seeded({8, 3, 6, 5}, 21);
  const AutoPgdResult batch = Run(Waves(weights), start, 3.0, 60);
  for (const int64_t l : {0, 3, 7}) {
    const AutoPgdResult alone = Run(Waves(weights.narrow(0, l, 1)), start.narrow(0, l, 1), 3.0, 60);
    CHECK(at::equal(alone.images[0], batch.images[l]));
    CHECK(at::equal(alone.log[0], batch.log[l]));
  }
  const at::Tensor turned = at::flip(start, {0});
  const AutoPgdResult other = Run(Waves(at::flip(weights, {0})), turned, 3.0, 60);
  CHECK(at::equal(at::flip(other.images, {0}), batch.images));
}

TEST_CASE("the result is the best point met, and its value the function there") {
  const at::Tensor start = Starts(5, 3.0, 30), weights = Seeded({5, 3, 6, 5}, 31);
  const Function waves = Waves(weights);
  at::Tensor most = waves(start).values;
  int64_t calls = 0;
  const Function watched = [&](const at::Tensor& images) {
    ++calls;
    const Evaluation now = waves(images);
    most = at::maximum(most, now.values);
    return now;
  };
  const AutoPgdResult found = AutoPgd(start, waves(start), watched, {3.0, 50, {}});
  CHECK(calls == 50);
  CHECK(at::equal(found.values, most));
  CHECK(at::equal(waves(found.images).values, found.values));
  CHECK(found.log.sizes() == at::IntArrayRef{5, 50});
}

TEST_CASE("the start is kept when no step is better") {
  // The gradient points the wrong way.
  const at::Tensor target = Starts(2, 1.0, 40);
  const Function down = [&](const at::Tensor& images) -> Evaluation {
    return {-Sum((images - target).square()), images - target};
  };
  const AutoPgdResult found = Run(down, target, 1.0, 30);
  CHECK(at::equal(found.images, target));
  CHECK(found.values.abs().max().item<double>() == 0);
}

TEST_CASE("the highest point of a linear function is found at the edge of the ball") {
  const at::Tensor weights = Seeded({4, 3, 6, 5}, 50);
  const Function linear = [&](const at::Tensor& images) -> Evaluation {
    return {Sum(images * weights), weights};
  };
  const double radius = 1.0;  // the pixel range hardly matters
  const AutoPgdResult found = Run(linear, Starts(4, radius, 51), radius, 100);
  const at::Tensor bound = Sum(weights) * kGrey + radius * ImageNorms(weights);
  CHECK(found.values.le(bound + 1e-5).all().item<bool>());
  CHECK(LargestDifference(found.values, bound) < 1e-3);
  CHECK(ImageNorms(found.images - kGrey).max().item<double>() < radius + 1e-5);
}

TEST_CASE("a maximum inside the ball is found") {
  const at::Tensor target = 0.02 * Seeded({3, 3, 6, 5}, 60) + kGrey;
  const Function hill = [&](const at::Tensor& images) -> Evaluation {
    return {-Sum((images - target).square()), (images - target) * -2.0};
  };
  const AutoPgdResult found = Run(hill, Starts(3, 2.0, 61), 2.0, 200);
  CHECK(found.values.min().item<double>() > -1e-3);
}

TEST_CASE("what is thrown between steps ends the search, with the number of steps done") {
  const at::Tensor start = Starts(1, 1.0, 70);
  const Function waves = Waves(Seeded({1, 3, 6, 5}, 71));
  std::vector<int64_t> seen;
  const auto stop = [&](int64_t done) {
    seen.push_back(done);
    if (done == 3) throw Error(ErrorCode::kCancelled, "stop");
  };
  CHECK(test::CodeOf([&] { AutoPgd(start, waves(start), waves, {1.0, 10, stop}); }) ==
        ErrorCode::kCancelled);
  CHECK(seen == std::vector<int64_t>{0, 1, 2, 3});
}

}  // namespace spurious
