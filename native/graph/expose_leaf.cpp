#include "graph/expose_leaf.h"

#include "graph/expose_outputs.h"

namespace spurious::graph {

std::shared_ptr<Graph> ExposeLeaf(Graph& graph, Value* output, Value* inner) {
  auto copy = ExposeOutputs(graph, {output, inner});
  Value* value = copy->outputs()[1];
  Node* maker = value->node();
  torch::jit::WithInsertPoint guard(
      maker->kind() == torch::jit::prim::Param ? copy->block()->nodes().front() : maker->next());
  Value* values = copy->insert(torch::jit::aten::clone, {value});
  Value* cut = copy->insert(torch::jit::aten::detach, {values});
  Value* leaf = copy->insert(c10::Symbol::fromQualString("aten::requires_grad_"), {cut, true});
  // A leaf must not be written in place, which the next operation may do.
  Value* onward = copy->insert(torch::jit::aten::clone, {leaf});
  value->replaceAllUsesAfterNodeWith(onward->node(), onward);
  copy->return_node()->replaceInput(1, leaf);
  return copy;
}

}  // namespace spurious::graph
