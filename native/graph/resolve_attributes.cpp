#include "graph/resolve_attributes.h"

#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/passes/constant_propagation.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>
#include <torch/csrc/jit/passes/inliner.h>

#include <set>
#include <unordered_map>

namespace spurious::graph {

namespace {

using torch::jit::Block;
using Object = c10::intrusive_ptr<c10::ivalue::Object>;

std::shared_ptr<Graph> Inlined(const torch::jit::Module& module, const std::string& method) {
  auto graph = module.get_method(method).graph()->copy();
  torch::jit::Inline(*graph);
  return graph;
}

template <typename Visit>
void ForEachNode(Block* block, const Visit& visit) {
  for (auto it = block->nodes().begin(); it != block->nodes().end();) {
    Node* node = *it++;  // a visit may remove the node
    for (Block* inner : node->blocks()) ForEachNode(inner, visit);
    visit(node);
  }
}

class AttributeReader {
 public:
  AttributeReader(Graph& graph, const torch::jit::Module& module, Attributes which)
      : graph_(graph), which_(which) {
    ForEachNode(graph.block(), [this](Node* node) {
      if (node->kind() == torch::jit::prim::SetAttr) written_.insert(node->s(c10::attr::name));
    });
    objects_.emplace(graph.inputs()[0], module._ivalue());
  }

  // Blocks after the nodes before them, so that an object is known before it is read from.
  void Read(Block* block) {
    for (auto it = block->nodes().begin(); it != block->nodes().end();) {
      Node* node = *it++;
      if (node->kind() == torch::jit::prim::GetAttr) {
        Replace(node);
      } else {
        for (Block* inner : node->blocks()) Read(inner);
      }
    }
  }

 private:
  void Replace(Node* node) {
    const auto object = objects_.find(node->input());
    const std::string& name = node->s(c10::attr::name);
    if (object == objects_.end() || written_.contains(name)) return;
    torch::jit::IValue value = object->second->getAttr(name);
    if (value.isObject()) {
      objects_.emplace(node->output(), value.toObject());
      return;
    }
    if (value.isTensor()) {
      if (which_ == Attributes::kAllButTensors) return;
      value = value.toTensor().detach();  // parameters ask for gradients
    }
    torch::jit::WithInsertPoint guard(node);
    const auto constant = torch::jit::tryInsertConstant(graph_, value);
    if (!constant) return;
    node->output()->replaceAllUsesWith(*constant);
    node->destroy();
  }

  Graph& graph_;
  Attributes which_;
  std::set<std::string> written_;
  std::unordered_map<const Value*, Object> objects_;
};

}  // namespace

void ReplaceReads(Graph& graph, const torch::jit::Module& module, Attributes which) {
  AttributeReader(graph, module, which).Read(graph.block());
}

std::shared_ptr<Graph> ResolveAttributes(const torch::jit::Module& module,
                                         const std::string& method, Attributes which) {
  auto graph = Inlined(module, method);
  ReplaceReads(*graph, module, which);
  // Branches on flags (training, in-place) are decided; tensors are left as they are.
  torch::jit::ConstantPropagationImmutableTypes(graph);
  torch::jit::EliminateDeadCode(graph);
  return graph;
}

bool Detaches(const torch::jit::Module& module, const std::string& method) {
  bool found = false;
  ForEachNode(Inlined(module, method)->block(),
              [&found](Node* node) { found = found || OpName(node) == "aten::detach"; });
  return found;
}

}  // namespace spurious::graph
