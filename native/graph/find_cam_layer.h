// Pass: the value whose channels Grad-CAM weighs.
#pragma once

#include <string>
#include <vector>

#include "graph/find_feature_map.h"

namespace spurious::graph {

struct CamLayer {
  Value* value;
  std::string name;       // which of the names below it is
  std::string operation;  // what made it
  // Dimensions of `value` that are positions in the image; negative ones count from the end.
  std::vector<int64_t> positions;
  // The features are the plain mean of `value` over `positions`, reshaped.
  bool pooled = false;
};

// Names: "last-map", the map that the features are pooled from (FindFeatureMap); "last-conv" and
// "last-depthwise", the output of the last convolution and of the last one with a group per
// channel, before what follows it (a folded batch norm belongs to the convolution);
// "last-attention", the tokens that the last attention is given, normalised. "auto" is last-map
// but where the features are one token of it: then the others have no influence any more, and it is
// last-attention. `features` are the penultimate features and `channels` their number.
// Throws kModelOutputUnsupported when the graph has no such layer or no such name exists.
CamLayer FindCamLayer(Value* features, int64_t channels, const std::optional<FeatureMap>& map,
                      const std::string& name);

}  // namespace spurious::graph
