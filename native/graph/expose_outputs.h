// Pass: a copy of a graph whose outputs are chosen inner values.
#pragma once

#include <memory>
#include <vector>

#include "graph/values.h"

namespace spurious::graph {

// The copy has the outputs `values`, in that order, and computes nothing else. `values` belong to
// `graph`, at its top level.
//
// They are outputs of their own, not a tuple: the oneDNN Graph fuser refuses graphs in which a
// scripted model's question about the size of a value stands beside its place in a tuple.
std::shared_ptr<Graph> ExposeOutputs(Graph& graph, const std::vector<Value*>& values);

}  // namespace spurious::graph
