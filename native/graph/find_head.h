// Pass: the classifier's last linear layer, by walking back from the logits.
#pragma once

#include <optional>
#include <string>

#include "graph/values.h"

namespace spurious::graph {

struct Head {
  std::string kind;    // "linear", "addmm", "matmul" or "conv1x1"
  Value* input;        // the penultimate features: [N, d], or [N, d, 1, 1] for conv1x1
  Value* output;       // what the layer returns
  at::Tensor weight;   // [classes, d]
  at::Tensor bias;     // [classes], or undefined
  double scale = 1.0;  // logits = scale * (weight * features + bias): temperature in the graph
  // What makes the rest of the logits where they are a sum (VOLO adds half the largest logit over
  // its patches to the class token's): "aten::mul"; empty where the head makes all of them.
  std::string addend = "";
};

struct HeadSearch {
  std::optional<Head> head;
  std::string missing;  // why there is none
};

// Steps back from `logits` over temperature (division or multiplication by a constant number),
// reshapes, squeezes and dropout. The layer's weight must be a constant of the frozen graph. Of a
// sum the one operand that has a head is followed; with two, neither is the classifier's features
// alone.
HeadSearch FindHead(Value* logits);

}  // namespace spurious::graph
