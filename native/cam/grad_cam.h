// Grad-CAM of alpha_l: where in an image a principal component is seen.
#pragma once

#include <torch/script.h>

#include <string>

#include "engine/engine.h"
#include "module/feature_pull.h"

namespace spurious {

struct CamRequest {
  ComponentSet components;
  ForwardJob images;            // `wanted` is not looked at
  std::string layer = "auto";   // see graph/find_cam_layer.h
  std::string method = "auto";  // "closed-form" or "autograd"; auto: closed-form where it holds
};

// float32 on the CPU; L directions, N images.
struct CamResult {
  at::Tensor weights;     // of the layer's channels: [L, C] in closed form, else [L, N, C]
  at::Tensor raw;         // [L, N, h, w] weighted sums, before ReLU
  at::Tensor maps;        // [L, N, H, W] in [0, 1]
  at::Tensor alphas;      // [L, N]
  std::string method;     // "closed-form" or "autograd"
  std::string layer;      // the name of the layer that was taken
  std::string operation;  // what made it
  std::string graph;      // "frozen" or "original"
};

// Closed form: where the features are the mean of the layer over its h*w places, the gradient of
// alpha_l is <1, v> (w_k * v) / (h*w) at each of them, so all components follow from one forward
// pass. Otherwise one backward pass per component through what comes after the layer.
// Throws kModelOutputUnsupported (no head, no such layer, tokens that are no grid, closed form
// asked for where it does not hold), kModelNotDifferentiable, kCancelled.
CamResult GradCam(JobContext& context, const CamRequest& request);

}  // namespace spurious
