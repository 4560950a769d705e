#include "graph/keep_tanh_gelu.h"

#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/runtime/operator.h>

#include <mutex>

namespace spurious::graph {

namespace {

using torch::jit::Block;
using torch::jit::Stack;

const char* const kSchema = "spurious_native::gelu_tanh(Tensor x) -> Tensor";

c10::Symbol OwnKind() { return c10::Symbol::fromQualString("spurious_native::gelu_tanh"); }

void RegisterOnce() {
  static std::once_flag once;
  std::call_once(once, [] {
    // Another copy of this library in the process may have done so.
    if (!torch::jit::getAllOperatorsFor(OwnKind()).empty()) return;
    torch::jit::registerOperator(torch::jit::Operator(
        kSchema,
        [](Stack& stack) {
          const at::Tensor x = torch::jit::pop(stack).toTensor();
          stack.emplace_back(at::gelu(x, "tanh"));
        },
        c10::AliasAnalysisKind::PURE_FUNCTION));
  });
}

bool IsTanhGelu(const Node* node) {
  if (OpName(node) != "aten::gelu" || node->inputs().size() < 2) return false;
  const auto form = torch::jit::toIValue(node->input(1));
  return form && form->isString() && form->toStringRef() == "tanh";
}

void KeepIn(Graph& graph, Block* block) {
  for (auto it = block->nodes().begin(); it != block->nodes().end();) {
    Node* node = *it++;
    for (Block* inner : node->blocks()) KeepIn(graph, inner);
    if (!IsTanhGelu(node)) continue;
    RegisterOnce();
    torch::jit::WithInsertPoint guard(node);
    Node* kept = graph.insertNode(graph.create(OwnKind(), {node->input(0)}));
    kept->output()->setType(node->output()->type());
    node->output()->replaceAllUsesWith(kept->output());
    node->destroy();
  }
}

}  // namespace

void KeepTanhGelu(Graph& graph) { KeepIn(graph, graph.block()); }

}  // namespace spurious::graph
