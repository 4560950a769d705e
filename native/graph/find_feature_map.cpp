#include "graph/find_feature_map.h"

#include <queue>
#include <unordered_set>

namespace spurious::graph {

namespace {

bool IsConvolution(const Node* node) {
  const std::string op = OpName(node);
  return op == "aten::_convolution" || op == "aten::conv2d" || op == "aten::convolution";
}

bool IsPooling(const Node* node) {
  static const std::unordered_set<std::string> names = {"aten::adaptive_avg_pool2d",
                                                        "aten::avg_pool2d",
                                                        "aten::adaptive_max_pool2d",
                                                        "aten::max_pool2d",
                                                        "aten::mean",
                                                        "aten::amax",
                                                        "aten::sum",
                                                        "aten::adaptive_avg_pool1d",
                                                        "aten::avg_pool1d"};
  return names.contains(OpName(node));
}

// How the picture is pooled: over [2, 3] of a map (or [1, 2] of a channels-last one, which is a
// map all the same once permuted), or over [1] of tokens.
std::string PooledKind(const Node* node) {
  const std::string op = OpName(node);
  if (op.ends_with("2d")) return "map";
  const Value* dim = NamedInput(node, "dim");
  auto dims = dim == nullptr ? std::nullopt : ConstantInts(dim);
  return dims && dims->size() == 2 ? "map" : "tokens";
}

// select(x, 1, i) or slice/index along tokens: the class token of a transformer.
bool SelectsToken(const Node* node) {
  if (OpName(node) != "aten::select") return false;
  return ConstantNumber(node->input(1)).value_or(0) == 1;
}

// The value before slices that keep everything (traced x[:, 0] begins with x[:]).
Value* BeforeFullSlices(Value* value) {
  while (OpName(value->node()) == "aten::slice") {
    Node* node = value->node();
    const bool whole = ConstantNumber(node->input(2)).value_or(0) == 0 &&
                       ConstantNumber(node->input(3)).value_or(9e18) > 1e9;
    if (!whole) break;
    value = node->input(0);
  }
  return value;
}

}  // namespace

std::optional<FeatureMap> FindFeatureMap(Value* features) {
  // Breadth first, so that the nearest candidate in steps wins over one in a side branch.
  std::queue<Value*> queue;
  std::unordered_set<Value*> seen{features};
  std::optional<FeatureMap> convolution;
  queue.push(features);
  while (!queue.empty()) {
    Value* value = queue.front();
    queue.pop();
    Node* node = value->node();
    if (IsPooling(node)) {
      Value* map = node->input(0);
      return FeatureMap{map, PooledKind(node), map->node()->kind().toQualString(),
                        node->kind().toQualString()};
    }
    if (SelectsToken(node)) {
      Value* tokens = BeforeFullSlices(node->input(0));
      return FeatureMap{tokens, "tokens", tokens->node()->kind().toQualString(),
                        node->kind().toQualString()};
    }
    if (IsConvolution(node)) {
      if (!convolution) {
        convolution = FeatureMap{node->output(), "map", node->kind().toQualString(), "none"};
      }
      continue;  // what lies behind a convolution is not the last map
    }
    for (Value* input : node->inputs()) {
      if (!input->type()->isSubtypeOf(*c10::TensorType::get())) continue;
      if (seen.insert(input).second) queue.push(input);
    }
  }
  return convolution;
}

}  // namespace spurious::graph
