// Pass: the last feature map before the penultimate features are pooled from it.
#pragma once

#include <optional>
#include <string>

#include "graph/values.h"

namespace spurious::graph {

struct FeatureMap {
  Value* value;
  std::string kind;       // "map" [N, C, H, W] or "tokens" [N, T, C]
  std::string operation;  // what made it
  std::string pooling;    // what turns it into features
};

// The input of the pooling that is nearest to `features` (or, without a head, to the logits);
// where nothing is pooled, the tokens a transformer's class token is selected from; else the last
// convolution's output.
std::optional<FeatureMap> FindFeatureMap(Value* features);

}  // namespace spurious::graph
