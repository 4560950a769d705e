#include "graph/values.h"

#include <torch/csrc/jit/ir/constants.h>

#include <unordered_set>

namespace spurious::graph {

std::string OpName(const Node* node) {
  std::string name = node->kind().toQualString();
  if (name.starts_with("aten::") && name.size() > 7 && name.ends_with('_') &&
      !name.ends_with("__")) {
    name.pop_back();
  }
  return name;
}

namespace {

std::optional<at::Tensor> ViewOfConstant(const Node* node) {
  const std::string op = OpName(node);
  auto base = ConstantTensor(node->input(0));
  if (!base) return std::nullopt;
  if (op == "aten::t") return base->t();
  if (op == "aten::transpose" || op == "aten::swapaxes") {
    auto a = ConstantNumber(node->input(1));
    auto b = ConstantNumber(node->input(2));
    if (a && b) return base->transpose(static_cast<int64_t>(*a), static_cast<int64_t>(*b));
    return std::nullopt;
  }
  if (op == "aten::unsqueeze") {
    auto dim = ConstantNumber(node->input(1));
    if (dim) return base->unsqueeze(static_cast<int64_t>(*dim));
    return std::nullopt;
  }
  if (op == "aten::view" || op == "aten::reshape") {
    auto shape = ConstantInts(node->input(1));
    if (shape) return base->reshape(*shape);
    return std::nullopt;
  }
  static const std::unordered_set<std::string> same = {
      "aten::to", "aten::detach", "aten::contiguous", "aten::alias", "aten::type_as"};
  if (same.contains(op)) return base;
  return std::nullopt;
}

}  // namespace

std::optional<at::Tensor> ConstantTensor(const Value* value) {
  if (auto constant = torch::jit::toIValue(value)) {
    if (constant->isTensor()) return constant->toTensor();
    return std::nullopt;
  }
  const Node* node = value->node();
  if (node->inputs().empty()) return std::nullopt;
  return ViewOfConstant(node);
}

std::optional<double> ConstantNumber(const Value* value) {
  auto constant = torch::jit::toIValue(value);
  if (constant) {
    if (constant->isInt()) return static_cast<double>(constant->toInt());
    if (constant->isDouble()) return constant->toDouble();
    if (constant->isBool()) return constant->toBool() ? 1.0 : 0.0;
  }
  auto tensor = ConstantTensor(value);
  if (tensor && tensor->numel() == 1 && !tensor->is_complex()) {
    return tensor->to(at::kCPU, at::kDouble).item<double>();
  }
  return std::nullopt;
}

std::optional<std::vector<int64_t>> ConstantInts(const Value* value) {
  if (auto constant = torch::jit::toIValue(value)) {
    if (constant->isInt()) return std::vector<int64_t>{constant->toInt()};
    if (constant->isIntList()) return constant->toIntVector();
    return std::nullopt;
  }
  if (value->node()->kind() != torch::jit::prim::ListConstruct) return std::nullopt;
  std::vector<int64_t> items;
  for (const Value* item : value->node()->inputs()) {
    auto number = ConstantNumber(item);
    if (!number) return std::nullopt;
    items.push_back(static_cast<int64_t>(*number));
  }
  return items;
}

const Value* NamedInput(const Node* node, const std::string& name) {
  const auto* schema = node->maybeSchema();
  if (schema == nullptr) return nullptr;
  auto index = schema->argumentIndexWithName(name);
  if (!index || static_cast<size_t>(*index) >= node->inputs().size()) return nullptr;
  return node->input(static_cast<size_t>(*index));
}

bool ScalesOperand(const Node* node) {
  const Value* alpha = NamedInput(node, "alpha");
  return alpha != nullptr && ConstantNumber(alpha).value_or(0.0) != 1.0;
}

bool PassesThrough(const Node* node) {
  static const std::unordered_set<std::string> names = {"aten::flatten",
                                                        "aten::view",
                                                        "aten::reshape",
                                                        "aten::squeeze",
                                                        "aten::unsqueeze",
                                                        "aten::dropout",
                                                        "aten::contiguous",
                                                        "aten::clone",
                                                        "aten::alias",
                                                        "aten::detach",
                                                        "aten::to",
                                                        "aten::type_as",
                                                        "aten::permute",
                                                        "aten::transpose",
                                                        "aten::float",
                                                        "aten::feature_dropout",
                                                        "aten::view_as",
                                                        "aten::reshape_as",
                                                        "aten::_to_copy",
                                                        "aten::alpha_dropout",
                                                        "aten::_autocast_to_full_precision",
                                                        "aten::_autocast_to_reduced_precision",
                                                        "aten::_unsafe_view",
                                                        "prim::NumToTensor",
                                                        "aten::lift_fresh"};
  return names.contains(OpName(node));
}

}  // namespace spurious::graph
