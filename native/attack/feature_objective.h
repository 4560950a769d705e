// The function that a feature attack maximises.
#pragma once

#include <torch/script.h>

#include <vector>

#include "attack/auto_pgd.h"
#include "engine/plan.h"
#include "module/model_graph.h"

namespace spurious {

// How images in [0, 1] are given to a model.
struct ImageInput {
  std::vector<float> mean, std;  // per channel: (x - mean) / std
  at::ScalarType dtype = at::kFloat;
  int64_t rows = 0;  // rows that the graph is run with; fewer images are padded
};

// f_l(x) = <phi(x), pull_l> with a row of `pull` [N, d] float64 for each image of a batch. With
// pull = <1, v> (w_k * v) this is <1, v> <psi_k(x), v>. Sums are float64 whatever the model's type.
class FeatureObjective {
 public:
  FeatureObjective(const ModelGraph& model, const at::Tensor& pull, const ImageInput& input);

  // One forward and one backward pass. `images` [N, 3, H, W] float32. Throws NotDifferentiable.
  Evaluation Evaluate(const at::Tensor& images);

  // One forward pass, of any number of images.
  struct Answer {
    at::Tensor logits;    // [N, classes] float64
    at::Tensor features;  // [N, d] float64
  };
  Answer Run(const at::Tensor& images);

  // [N] float64
  at::Tensor Values(const at::Tensor& features) const { return (features * pull_).sum(1); }

 private:
  // What the graph is given: a new tensor, because models may normalise in place.
  at::Tensor Prepare(const at::Tensor& images) const;

  Plan features_, answer_;
  at::Tensor pull_;
  ImageInput input_;
  at::Tensor mean_, std_;  // [1, 3, 1, 1] float32
};

}  // namespace spurious
