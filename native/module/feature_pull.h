// alpha_l as a linear function of the penultimate features.
#pragma once

#include <torch/script.h>

#include "module/prepared_model.h"

namespace spurious {

// What alpha_l is made of: class weights, principal directions, the mean over the training images.
struct ComponentSet {
  at::Tensor weight;      // [d] row k of the last layer; undefined: the head's own row `column`
  int64_t column = 0;     // of the logits
  at::Tensor directions;  // [L, d]
  at::Tensor class_mean;  // [d] of psi_k = w_k * phi
};

// alpha_l(x) = <phi(x), rows_l> - centres_l, on the model's device, float64.
struct FeaturePull {
  at::Tensor rows;     // [L, d] <1, v> (w_k * v)
  at::Tensor centres;  // [L] <1, v> <mean_k, v>
};

// Throws kModelOutputUnsupported for a model without a linear head or of another feature length.
FeaturePull MakeFeaturePull(const PreparedModel& model, const ComponentSet& components);

}  // namespace spurious
