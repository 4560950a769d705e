#include "graph/rewrite_constants.h"

#include <torch/csrc/jit/ir/constants.h>

namespace spurious::graph {

namespace {

using torch::jit::Block;
using torch::jit::IValue;

// Constants are shared between nodes after pooling, so a changed argument gets one of its own.
void ReplaceInput(Graph& graph, Node* node, size_t index, const IValue& value) {
  torch::jit::WithInsertPoint guard(node);
  Value* constant = graph.insertConstant(value);
  node->replaceInput(index, constant);
}

void RewriteArguments(Graph& graph, Node* node, at::Device device, at::ScalarType dtype) {
  const auto* schema = node->maybeSchema();
  if (schema == nullptr) return;
  for (size_t i = 0; i < node->inputs().size() && i < schema->arguments().size(); ++i) {
    auto constant = torch::jit::toIValue(node->input(i));
    if (!constant) continue;
    if (constant->isDevice()) {
      if (constant->toDevice() != device) ReplaceInput(graph, node, i, device);
    } else if (schema->arguments()[i].name() == "dtype" && constant->isInt()) {
      const auto type = static_cast<at::ScalarType>(constant->toInt());
      if (at::isFloatingType(type) && type != dtype) {
        ReplaceInput(graph, node, i, static_cast<int64_t>(dtype));
      }
    }
  }
}

void RewriteTensor(Node* node, at::Device device, at::ScalarType dtype) {
  auto constant = torch::jit::toIValue(node->output());
  if (!constant || !constant->isTensor()) return;
  at::Tensor tensor = constant->toTensor();
  if (!tensor.defined()) return;
  const auto target = at::isFloatingType(tensor.scalar_type()) ? dtype : tensor.scalar_type();
  if (tensor.device() == device && tensor.scalar_type() == target) return;
  tensor = tensor.to(device, target).detach();
  node->t_(c10::attr::value, tensor);
  node->output()->inferTypeFrom(tensor);
}

void RewriteBlock(Graph& graph, Block* block, at::Device device, at::ScalarType dtype) {
  for (Node* node : block->nodes()) {
    for (Block* inner : node->blocks()) RewriteBlock(graph, inner, device, dtype);
    if (node->kind() == torch::jit::prim::Constant) {
      RewriteTensor(node, device, dtype);
    } else {
      RewriteArguments(graph, node, device, dtype);
    }
  }
}

}  // namespace

void RewriteConstants(Graph& graph, at::Device device, at::ScalarType dtype) {
  RewriteBlock(graph, graph.block(), device, dtype);
}

}  // namespace spurious::graph
