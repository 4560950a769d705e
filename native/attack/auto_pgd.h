// Auto-PGD (Croce and Hein 2020, arXiv 2003.01690): maximises a function of an image inside the
// ball around grey, without a step size to choose.
#pragma once

#include <torch/script.h>

#include <functional>

namespace spurious {

// A function of each image of a batch, and its gradient.
struct Evaluation {
  at::Tensor values;     // [N] float64
  at::Tensor gradients;  // [N, 3, H, W] float32
};

struct AutoPgdOptions {
  double radius = 30;  // of the ball, L2 over one image
  int64_t steps = 200;
  // Called before each step with the number of those done; what it throws ends the search.
  std::function<void(int64_t)> on_step;
};

struct AutoPgdResult {
  at::Tensor images;  // [N, 3, H, W] the best point that was met, the start included
  at::Tensor values;  // [N] float64, the function there
  at::Tensor log;     // [N, steps] float64, the function of the point held after each step
};

// `start` [N, 3, H, W] float32 lies in the ball and in [0, 1]; `at_start` is the function there.
// One call of `evaluate` per step. Images do not influence each other. Decisions are masks over the
// batch, so nothing waits for the device between steps.
AutoPgdResult AutoPgd(const at::Tensor& start, const Evaluation& at_start,
                      const std::function<Evaluation(const at::Tensor&)>& evaluate,
                      const AutoPgdOptions& options);

}  // namespace spurious
