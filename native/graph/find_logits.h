// Pass: which value of the graph holds the logits.
#pragma once

#include <string>

#include "graph/values.h"

namespace spurious::graph {

struct Logits {
  Value* value = nullptr;
  std::string output;      // "tensor", "tuple", "dict" or "list"
  std::string output_key;  // key, name or position of the logits; empty for a tensor
  bool softmax_removed = false;
};

// Looks through tuples (named ones too), lists and dictionaries for the element that holds logits:
// the entry or named field "logits", else the first element with a linear head behind it, else the
// first tensor; then steps over a softmax or log-softmax at the very end.
// Throws kModelOutputUnsupported when the output holds no tensor.
Logits FindLogits(Graph& graph);

}  // namespace spurious::graph
