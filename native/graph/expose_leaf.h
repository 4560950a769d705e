// Pass: a copy of a graph in which one inner value starts the recording of gradients.
#pragma once

#include <memory>

#include "graph/values.h"

namespace spurious::graph {

// The copy returns (output, leaf): `leaf` has the values of `inner` and asks for its gradient, and
// what computes `output` goes on from it. Nothing before it is recorded, and what the graph later
// writes into `inner` does not reach it. Both values belong to `graph`, at its top level.
std::shared_ptr<Graph> ExposeLeaf(Graph& graph, Value* output, Value* inner);

}  // namespace spurious::graph
