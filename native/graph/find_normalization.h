// Pass: a per-channel normalisation of the input that the model does itself.
#pragma once

#include <optional>
#include <vector>

#include "graph/values.h"

namespace spurious::graph {

struct Normalization {
  std::vector<double> mean;  // per channel, of inputs in [0, 1]
  std::vector<double> std;
};

// Follows the image forward through subtractions, divisions, multiplications and additions of
// per-channel constants (and the batch norm some models begin with) up to the first layer.
// Nothing when the first layer is given the image as it is.
std::optional<Normalization> FindNormalization(Value* image);

// Channels of the image and side length, where the graph shows them.
struct InputShape {
  std::optional<int64_t> channels;
  std::optional<int64_t> size;
};

// Channels from the first convolution; size from constants that fix it: a position embedding
// added to the patches of a transformer.
InputShape FindInputShape(Value* image);

}  // namespace spurious::graph
