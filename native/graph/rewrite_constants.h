// Pass: moves the constants baked into a graph to another device and floating-point type.
#pragma once

#include "graph/values.h"

namespace spurious::graph {

// Tensors of any floating-point type become `dtype` on `device`; constant device arguments become
// `device`; constant dtype arguments that name a floating-point type become `dtype`. Traced models
// carry all three (a model traced in half precision on a GPU says so in its graph).
void RewriteConstants(Graph& graph, at::Device device, at::ScalarType dtype);

}  // namespace spurious::graph
