#include "graph/find_head.h"

namespace spurious::graph {

namespace {

std::optional<Head> FromLinear(Node* node) {
  auto weight = ConstantTensor(node->input(1));
  if (!weight || weight->dim() != 2) return std::nullopt;
  Head head{"linear", node->input(0), node->output(), *weight, {}};
  if (auto bias = ConstantTensor(node->input(2))) head.bias = *bias;
  return head;
}

// addmm(bias, features, weight^T) with beta = alpha = 1.
std::optional<Head> FromAddmm(Node* node) {
  auto bias = ConstantTensor(node->input(0));
  auto weight = ConstantTensor(node->input(2));
  if (!bias || !weight || weight->dim() != 2) return std::nullopt;
  for (size_t i : {3, 4}) {
    if (node->inputs().size() > i && ConstantNumber(node->input(i)).value_or(1.0) != 1.0) {
      return std::nullopt;
    }
  }
  return Head{"addmm", node->input(1), node->output(), weight->t(), *bias};
}

std::optional<Head> FromMatmul(Node* node) {
  auto weight = ConstantTensor(node->input(1));
  if (!weight || weight->dim() != 2) return std::nullopt;
  return Head{"matmul", node->input(0), node->output(), weight->t(), {}};
}

// add(matmul(features, weight^T), bias), either way round.
std::optional<Head> FromAdd(Node* node) {
  if (ScalesOperand(node)) return std::nullopt;
  for (size_t side : {0, 1}) {
    const std::string op = OpName(node->input(side)->node());
    auto bias = ConstantTensor(node->input(1 - side));
    if (!bias || bias->dim() > 2 || (op != "aten::matmul" && op != "aten::mm")) continue;
    auto head = FromMatmul(node->input(side)->node());
    if (!head || bias->numel() != head->weight.size(0)) continue;
    head->bias = bias->reshape({-1});
    head->output = node->output();
    return head;
  }
  return std::nullopt;
}

std::optional<Head> FromConvolution(Node* node) {
  auto weight = ConstantTensor(node->input(1));
  if (!weight || weight->dim() != 4 || weight->size(2) != 1 || weight->size(3) != 1) {
    return std::nullopt;
  }
  const Value* groups = NamedInput(node, "groups");
  if (groups != nullptr && ConstantNumber(groups).value_or(0) != 1) return std::nullopt;
  Head head{"conv1x1", node->input(0), node->output(), weight->flatten(1), {}};
  if (auto bias = ConstantTensor(node->input(2))) head.bias = *bias;
  return head;
}

std::optional<Head> FromNode(Node* node) {
  const std::string op = OpName(node);
  if (op == "aten::linear") return FromLinear(node);
  if (op == "aten::addmm") return FromAddmm(node);
  if (op == "aten::matmul" || op == "aten::mm") return FromMatmul(node);
  if (op == "aten::add") return FromAdd(node);
  if (op == "aten::_convolution" || op == "aten::conv2d" || op == "aten::convolution") {
    return FromConvolution(node);
  }
  return std::nullopt;
}

// The factor of a division or multiplication by a constant number.
std::optional<double> ScaleOf(const Node* node) {
  const std::string op = OpName(node);
  if (op != "aten::div" && op != "aten::mul" && op != "aten::true_divide") return std::nullopt;
  const Value* rounding = NamedInput(node, "rounding_mode");
  if (rounding != nullptr && !rounding->mustBeNone()) return std::nullopt;
  auto number = ConstantNumber(node->input(1));
  if (!number || *number == 0.0) return std::nullopt;
  return op == "aten::mul" ? *number : 1.0 / *number;
}

std::string MadeBy(const Node* node) {
  return std::string("the output is made by ") + node->kind().toQualString() +
         ", not by a linear layer with constant weights";
}

// The head of the one operand that has one.
HeadSearch FromSum(Node* node) {
  if (ScalesOperand(node)) return {std::nullopt, MadeBy(node)};
  HeadSearch found;
  for (size_t side : {0, 1}) {
    if (!node->input(side)->type()->isSubtypeOf(*c10::TensorType::get())) continue;
    HeadSearch operand = FindHead(node->input(side));
    if (!operand.head) continue;
    if (found.head) {
      return {std::nullopt, "the output is the sum of two linear layers on different features"};
    }
    found = operand;
    found.head->addend = node->input(1 - side)->node()->kind().toQualString();
  }
  return found.head ? found : HeadSearch{std::nullopt, MadeBy(node)};
}

}  // namespace

HeadSearch FindHead(Value* logits) {
  Value* value = logits;
  double scale = 1.0;
  while (true) {
    Node* node = value->node();
    if (auto head = FromNode(node)) {
      head->scale = scale;
      return {head, ""};
    }
    if (node->kind() == torch::jit::prim::Param) {
      return {std::nullopt, "the output is the input itself: no layer in between"};
    }
    if (OpName(node) == "aten::add") {
      HeadSearch sum = FromSum(node);
      if (sum.head) sum.head->scale *= scale;
      return sum;
    }
    if (auto factor = ScaleOf(node)) {
      scale *= *factor;
    } else if (!PassesThrough(node)) {
      return {std::nullopt, MadeBy(node)};
    }
    value = node->input(0);
  }
}

}  // namespace spurious::graph
