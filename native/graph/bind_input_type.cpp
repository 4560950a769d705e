#include "graph/bind_input_type.h"

#include <torch/csrc/jit/passes/constant_propagation.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>

#include <unordered_set>

namespace spurious::graph {

namespace {

// The result has its first input's type and device.
bool KeepsType(const Node* node) {
  static const std::unordered_set<std::string> names = {
      "aten::clone",   "aten::contiguous", "aten::detach",    "aten::alias",  "aten::view",
      "aten::reshape", "aten::permute",    "aten::transpose", "aten::flatten"};
  return names.contains(OpName(node));
}

std::optional<c10::IValue> AnswerOf(const Node* node, at::Device device, at::ScalarType dtype) {
  if (node->kind() == torch::jit::prim::dtype) return static_cast<int64_t>(dtype);
  if (node->kind() == torch::jit::prim::device) return device;
  if (OpName(node) == "aten::is_floating_point") return at::isFloatingType(dtype);
  return std::nullopt;
}

void BindUses(Graph& graph, Value* value, at::Device device, at::ScalarType dtype) {
  const auto uses = value->uses();  // a copy: uses change below
  for (const auto& use : uses) {
    if (use.offset != 0 || use.user->outputs().size() != 1) continue;
    if (auto answer = AnswerOf(use.user, device, dtype)) {
      torch::jit::WithInsertPoint guard(use.user);
      use.user->output()->replaceAllUsesWith(graph.insertConstant(*answer));
    } else if (KeepsType(use.user)) {
      BindUses(graph, use.user->output(), device, dtype);
    }
  }
}

}  // namespace

void BindInputType(const std::shared_ptr<Graph>& graph, Value* image, at::Device device,
                   at::ScalarType dtype) {
  BindUses(*graph, image, device, dtype);
  auto bound = graph;
  torch::jit::ConstantPropagation(bound);
  torch::jit::EliminateDeadCode(bound);
}

}  // namespace spurious::graph
