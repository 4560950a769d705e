#include "graph/expose_outputs.h"

#include <torch/csrc/jit/passes/dead_code_elimination.h>

namespace spurious::graph {

std::shared_ptr<Graph> ExposeOutputs(Graph& graph, const std::vector<Value*>& values) {
  // Registered as extra outputs first: a copy keeps the order of outputs, not the identity of
  // values.
  const size_t before = graph.outputs().size();
  for (Value* value : values) graph.registerOutput(value);
  auto copy = graph.copy();
  for (size_t i = 0; i < values.size(); ++i) graph.eraseOutput(before);

  for (size_t i = 0; i < before; ++i) copy->eraseOutput(0);
  torch::jit::EliminateDeadCode(copy);
  return copy;
}

}  // namespace spurious::graph
