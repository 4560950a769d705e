#include "graph/find_normalization.h"

#include <cmath>

namespace spurious::graph {

namespace {

// y = scale * x + shift, per channel.
struct Affine {
  std::vector<double> scale{1.0};
  std::vector<double> shift{0.0};
  bool per_channel = false;
};

std::optional<std::vector<double>> ChannelConstant(const Value* value) {
  if (auto number = ConstantNumber(value)) return std::vector<double>{*number};
  auto tensor = ConstantTensor(value);
  if (!tensor || tensor->numel() > 16 || tensor->is_complex()) return std::nullopt;
  auto flat = tensor->to(at::kCPU, at::kDouble).reshape({-1}).contiguous();
  const double* data = flat.data_ptr<double>();
  return std::vector<double>(data, data + flat.numel());
}

template <typename F>
std::vector<double> Combine(const std::vector<double>& a, const std::vector<double>& b, F f) {
  const size_t n = std::max(a.size(), b.size());
  std::vector<double> out(n);
  for (size_t i = 0; i < n; ++i) out[i] = f(a[a.size() == 1 ? 0 : i], b[b.size() == 1 ? 0 : i]);
  return out;
}

bool Apply(const Node* node, Affine& affine) {
  const std::string op = OpName(node);
  const bool sub = op == "aten::sub", add = op == "aten::add";
  const bool mul = op == "aten::mul", div = op == "aten::div" || op == "aten::true_divide";
  if ((!sub && !add && !mul && !div) || ScalesOperand(node)) return false;
  auto constant = ChannelConstant(node->input(1));
  if (!constant) return false;
  if (constant->size() > 1) affine.per_channel = true;
  const auto& c = *constant;
  if (affine.scale.size() > 1 && c.size() > 1 && affine.scale.size() != c.size()) return false;
  if (sub) affine.shift = Combine(affine.shift, c, [](double a, double b) { return a - b; });
  if (add) affine.shift = Combine(affine.shift, c, [](double a, double b) { return a + b; });
  if (mul || div) {
    auto times = [div](double a, double b) { return div ? a / b : a * b; };
    affine.scale = Combine(affine.scale, c, times);
    affine.shift = Combine(affine.shift, c, times);
  }
  return true;
}

bool ApplyBatchNorm(const Node* node, Affine& affine) {
  if (OpName(node) != "aten::batch_norm") return false;
  auto weight = ChannelConstant(node->input(1)), bias = ChannelConstant(node->input(2));
  auto mean = ChannelConstant(node->input(3)), var = ChannelConstant(node->input(4));
  auto eps = ConstantNumber(node->input(7));
  if (!mean || !var || !eps) return false;
  auto gain = Combine(weight.value_or(std::vector<double>{1.0}), *var,
                      [&](double w, double v) { return w / std::sqrt(v + *eps); });
  auto times = [](double a, double b) { return a * b; };
  affine.shift =
      Combine(Combine(affine.shift, *mean, [](double a, double b) { return a - b; }), gain, times);
  affine.shift = Combine(affine.shift, bias.value_or(std::vector<double>{0.0}),
                         [](double a, double b) { return a + b; });
  affine.scale = Combine(affine.scale, gain, times);
  affine.per_channel = true;
  return true;
}

// The one use of a value that computes with it. Size queries, assertions and the branches that
// torchvision's scripted transforms guard with do not count.
Node* OnlyConsumer(Value* value) {
  Node* consumer = nullptr;
  for (const auto& use : value->uses()) {
    const std::string op = OpName(use.user);
    const bool computes = use.user->outputs().size() == 1 && use.offset == 0 &&
                          use.user->output()->type()->isSubtypeOf(*c10::TensorType::get());
    if (!computes) continue;
    // An in-place chain (clone, sub_, div_) lists later writers as users of the first value too.
    if (consumer == nullptr || use.user->isBefore(consumer)) consumer = use.user;
  }
  return consumer;
}

}  // namespace

std::optional<Normalization> FindNormalization(Value* image) {
  Affine affine;
  Value* value = image;
  while (Node* node = OnlyConsumer(value)) {
    if (!Apply(node, affine) && !ApplyBatchNorm(node, affine) && !PassesThrough(node)) break;
    value = node->output();
  }
  const bool identity =
      affine.scale == std::vector<double>{1.0} && affine.shift == std::vector<double>{0.0};
  if (identity) return std::nullopt;
  Normalization seen;
  // scale * x + shift = (x - mean) / std
  seen.std = Combine(affine.scale, {1.0}, [](double s, double) { return 1.0 / s; });
  seen.mean = Combine(affine.shift, affine.scale, [](double t, double s) { return -t / s; });
  if (seen.std.size() < seen.mean.size()) seen.std.resize(seen.mean.size(), seen.std[0]);
  return seen;
}

namespace {

// Position embedding [1, T, C] (or [1, C, h, w]) added to the output of a patch convolution.
std::optional<int64_t> SizeFromPositions(Node* convolution, Graph& graph) {
  auto stride = NamedInput(convolution, "stride") == nullptr
                    ? std::nullopt
                    : ConstantInts(NamedInput(convolution, "stride"));
  auto weight = ConstantTensor(convolution->input(1));
  if (!stride || stride->empty() || !weight || stride->at(0) < 4) return std::nullopt;
  if (weight->size(2) != stride->at(0)) return std::nullopt;  // overlapping: not patches
  for (Node* node : graph.nodes()) {
    if (OpName(node) != "aten::add") continue;
    auto positions = ConstantTensor(node->input(1));
    if (!positions || positions->dim() != 3 || positions->size(2) != weight->size(0)) continue;
    for (int64_t extra : {0, 1, 2, 4, 5}) {  // class, distillation and register tokens
      const auto tokens = positions->size(1) - extra;
      const auto side = static_cast<int64_t>(std::llround(std::sqrt(static_cast<double>(tokens))));
      if (side > 0 && side * side == tokens) return side * stride->at(0);
    }
  }
  return std::nullopt;
}

}  // namespace

InputShape FindInputShape(Value* image) {
  InputShape shape;
  Value* value = image;
  while (Node* node = OnlyConsumer(value)) {
    const std::string op = OpName(node);
    if (op == "aten::_convolution" || op == "aten::conv2d" || op == "aten::convolution") {
      auto weight = ConstantTensor(node->input(1));
      auto groups = NamedInput(node, "groups");
      if (weight && weight->dim() == 4 && groups != nullptr) {
        shape.channels = weight->size(1) * static_cast<int64_t>(ConstantNumber(groups).value_or(1));
        shape.size = SizeFromPositions(node, *node->owningGraph());
      }
      return shape;
    }
    value = node->output();
  }
  return shape;
}

}  // namespace spurious::graph
