#include "graph/find_logits.h"

#include <torch/csrc/jit/ir/constants.h>

#include "core/error.h"
#include "graph/find_head.h"

namespace spurious::graph {

namespace {

struct Candidate {
  Value* value;
  std::string key;
};

[[noreturn]] void Unsupported(const std::string& got) {
  throw Error(ErrorCode::kModelOutputUnsupported,
              "reading the model's output: expected logits [N, classes], alone or in a tuple, list "
              "or dictionary, got " +
                  got);
}

bool IsTensor(const Value* value) { return value->type()->isSubtypeOf(*c10::TensorType::get()); }

// Keys are positions, or the names of a named tuple's fields.
std::vector<Candidate> SequenceItems(Node* node) {
  const auto tuple = node->output()->type()->cast<c10::TupleType>();
  const auto names = tuple ? tuple->names() : std::nullopt;
  std::vector<Candidate> items;
  for (size_t i = 0; i < node->inputs().size(); ++i) {
    if (!IsTensor(node->input(i))) continue;
    items.push_back({node->input(i), names ? std::string(names->at(i)) : std::to_string(i)});
  }
  return items;
}

std::vector<Candidate> DictItems(Node* node) {
  std::vector<Candidate> items;
  for (size_t i = 0; i + 1 < node->inputs().size(); i += 2) {
    auto key = torch::jit::toIValue(node->input(i));
    Value* value = node->input(i + 1);
    if (!key || !IsTensor(value)) continue;
    items.push_back({value, key->isString() ? key->toStringRef() : "?"});
  }
  return items;
}

Candidate Choose(const std::vector<Candidate>& items, const std::string& what) {
  if (items.empty()) Unsupported("a " + what + " without a tensor made in the graph");
  for (const auto& item : items) {
    if (item.key == "logits") return item;
  }
  for (const auto& item : items) {
    if (FindHead(item.value).head) return item;
  }
  return items.front();
}

// A softmax or log-softmax over the classes, possibly under reshapes.
Value* BeforeSoftmax(Value* value) {
  Value* current = value;
  while (PassesThrough(current->node()) && IsTensor(current->node()->input(0))) {
    current = current->node()->input(0);
  }
  const std::string op = OpName(current->node());
  if (op == "aten::softmax" || op == "aten::log_softmax") return current->node()->input(0);
  return value;
}

}  // namespace

Logits FindLogits(Graph& graph) {
  if (graph.outputs().size() != 1) {
    Unsupported(std::to_string(graph.outputs().size()) + " graph outputs");
  }
  Value* value = graph.outputs()[0];
  Node* node = value->node();
  Logits logits;
  if (IsTensor(value)) {
    logits.output = "tensor";
    logits.value = value;
  } else {
    const auto kind = node->kind();
    Candidate chosen{};
    if (kind == torch::jit::prim::TupleConstruct) {
      logits.output = "tuple";
      chosen = Choose(SequenceItems(node), "tuple");
    } else if (kind == torch::jit::prim::ListConstruct) {
      logits.output = "list";
      chosen = Choose(SequenceItems(node), "list");
    } else if (kind == torch::jit::prim::DictConstruct) {
      logits.output = "dict";
      chosen = Choose(DictItems(node), "dictionary");
    } else {
      Unsupported("a value of type " + value->type()->repr_str() + " made by " +
                  node->kind().toQualString());
    }
    logits.value = chosen.value;
    logits.output_key = chosen.key;
  }
  Value* inner = BeforeSoftmax(logits.value);
  logits.softmax_removed = inner != logits.value;
  logits.value = inner;
  return logits;
}

}  // namespace spurious::graph
