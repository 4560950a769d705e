// Pass: a copy of a graph that returns chosen inner values as a tuple.
#pragma once

#include <memory>
#include <vector>

#include "graph/values.h"

namespace spurious::graph {

// The copy returns (values...), in that order, and computes nothing else. `values` belong to
// `graph`, at its top level.
std::shared_ptr<Graph> ExposeOutputs(Graph& graph, const std::vector<Value*>& values);

}  // namespace spurious::graph
