// Pass: keeps GELU's tanh form from oneDNN Graph.
#pragma once

#include "graph/values.h"

namespace spurious::graph {

// PyTorch's fuser hands every aten::gelu to oneDNN Graph as the exact one, whatever its argument
// `approximate` says; logits of a ConvNeXt then differ by 1e-4 of the largest. What the fuser does
// not know it leaves alone, so the tanh form becomes an operator of our own that computes the same.
void KeepTanhGelu(Graph& graph);

}  // namespace spurious::graph
