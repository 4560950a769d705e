// Feature attack: the picture that a model itself puts a principal component into.
#pragma once

#include <torch/script.h>

#include <cstdint>
#include <string>
#include <vector>

#include "attack/auto_pgd.h"
#include "attack/feature_objective.h"
#include "module/feature_pull.h"
#include "module/prepared_model.h"

namespace spurious {

struct AttackRequest {
  ComponentSet components;              // one image is made for each
  std::vector<uint32_t> eigen_indices;  // of the directions
  uint32_t class_index = 0;             // seeds, with `seed` and the eigen index, the start
  double temperature = 1;
  uint64_t seed = 0;
  double radius = 30;
  int64_t steps = 200;
  int64_t height = 0, width = 0;
  ImageInput input;
  at::Tensor start;  // [L, 3, H, W] in the ball and in [0, 1]; undefined: random on the sphere
  bool log = false;
};

// Everything is on the CPU.
struct AttackResult {
  at::Tensor images;        // [L, 3, H, W] float32 in [0, 1]
  at::Tensor pixels;        // [L, H, W, 3] uint8, the same rounded
  at::Tensor objective;     // [L] float32, <1, v> <psi_k, v> as met during the search
  at::Tensor alpha;         // [L] float32, the same centred, of the finished image
  at::Tensor logit;         // [L] float32
  at::Tensor probability;   // [L] float32, softmax(logits / T)
  at::Tensor logits;        // [L, classes] float32
  at::Tensor perturbation;  // [L] float32, L2 distance from grey
  at::Tensor log;           // [L, 1 + steps] float32: grey, then the point held after each step
  std::string graph;        // "frozen" or "original"
};

// Maximises <1, v> <psi_k(x), v> for each direction with Auto-PGD. `on_step` as in AutoPgdOptions.
// Throws kModelNotDifferentiable, and kModelOutputUnsupported for a model without a linear head or
// with features of another length.
AttackResult FeatureAttack(const PreparedModel& model, const AttackRequest& request,
                           const std::function<void(int64_t)>& on_step);

}  // namespace spurious
