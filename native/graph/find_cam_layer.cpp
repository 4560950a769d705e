#include "graph/find_cam_layer.h"

#include <queue>
#include <unordered_set>

#include "core/error.h"

namespace spurious::graph {

namespace {

constexpr const char* kSelection = "aten::select";

[[noreturn]] void Missing(const std::string& name, const std::string& expected) {
  throw Error(ErrorCode::kModelOutputUnsupported,
              "finding the layer for Grad-CAM: " + name + ": expected " + expected +
                  " that the features depend on, got none",
              name);
}

// Nodes of the graph's top level that a value depends on, nearest first: breadth first.
std::vector<Node*> Ancestors(Value* value) {
  std::vector<Node*> nodes;
  std::unordered_set<Node*> seen;
  std::queue<Value*> queue;
  queue.push(value);
  while (!queue.empty()) {
    Node* node = queue.front()->node();
    queue.pop();
    if (!seen.insert(node).second) continue;
    nodes.push_back(node);
    for (Value* input : node->inputs()) queue.push(input);
  }
  return nodes;
}

// The one that comes last in the program among those that fit.
template <typename Fits>
Node* LastAncestor(Value* value, const Fits& fits) {
  Node* last = nullptr;
  for (Node* node : Ancestors(value)) {
    if (fits(node) && (last == nullptr || last->isBefore(node))) last = node;
  }
  return last;
}

bool IsConvolution(const Node* node) {
  const std::string op = OpName(node);
  return op == "aten::_convolution" || op == "aten::conv2d" || op == "aten::convolution";
}

bool IsDepthwise(const Node* node) {
  if (!IsConvolution(node)) return false;
  const auto weight = ConstantTensor(node->input(1));
  const Value* groups = NamedInput(node, "groups");
  return weight && weight->dim() == 4 && weight->size(1) == 1 && groups != nullptr &&
         ConstantNumber(groups).value_or(1) > 1;
}

bool IsAttention(const Node* node) {
  static const std::unordered_set<std::string> names = {"aten::scaled_dot_product_attention",
                                                        "aten::softmax", "aten::_softmax",
                                                        "aten::_native_multi_head_attention"};
  return names.contains(OpName(node));
}

// The layer norm nearest before the last attention whose channels are the features'. (Attention
// may also normalise queries and keys, head by head.)
Node* NormBeforeAttention(Value* features, int64_t channels) {
  Node* attention = LastAncestor(features, IsAttention);
  if (attention == nullptr) return nullptr;
  for (Node* node : Ancestors(attention->output(0))) {
    if (OpName(node) != "aten::layer_norm") continue;
    const auto shape = ConstantInts(node->input(1));
    if (shape && shape->size() == 1 && (channels == 0 || shape->back() == channels)) return node;
  }
  return nullptr;
}

// The operation that pools the map: a user of it of the kind that FindFeatureMap saw.
Node* PoolingOf(const FeatureMap& map, Value* features) {
  for (Node* node : Ancestors(features)) {
    if (node->kind().toQualString() != map.pooling) continue;
    Value* input = node->input(0);
    while (input != map.value && OpName(input->node()) == "aten::slice") {
      input = input->node()->input(0);
    }
    if (input == map.value) return node;
  }
  return nullptr;
}

std::vector<int64_t> PooledPositions(const Node* pooling) {
  const std::string op = OpName(pooling);
  if (op == kSelection) return {1};
  if (op.ends_with("2d")) return {-2, -1};
  if (op.ends_with("1d")) return {-1};
  const Value* dim = NamedInput(pooling, "dim");
  const auto dims = dim == nullptr ? std::nullopt : ConstantInts(dim);
  return dims.value_or(std::vector<int64_t>{-2, -1});
}

// Pooling to a single mean over all positions.
bool IsGlobalMean(const Node* pooling) {
  const std::string op = OpName(pooling);
  if (op == "aten::adaptive_avg_pool2d" || op == "aten::adaptive_avg_pool1d") {
    const auto size = ConstantInts(pooling->input(1));
    return size && std::all_of(size->begin(), size->end(), [](int64_t n) { return n == 1; });
  }
  const Value* dim = NamedInput(pooling, "dim");
  return op == "aten::mean" && dim != nullptr && ConstantInts(dim).has_value();
}

// Whether `features` are `from`'s values under another shape.
bool OnlyReshapes(Value* features, const Node* from) {
  Node* node = features->node();
  while (node != from) {
    if (!PassesThrough(node) || OpName(node) == "aten::detach") return false;
    node = node->input(0)->node();
  }
  return true;
}

CamLayer LastMap(Value* features, const std::optional<FeatureMap>& map) {
  if (!map) Missing("last-map", "a convolution, a pooling or tokens");
  CamLayer layer{map->value, "last-map", map->operation, {-2, -1}, false};
  const Node* pooling = PoolingOf(*map, features);
  if (pooling == nullptr) return layer;
  layer.positions = PooledPositions(pooling);
  layer.pooled =
      IsGlobalMean(pooling) && pooling->input(0) == map->value && OnlyReshapes(features, pooling);
  return layer;
}

CamLayer LastOf(Node* node, const std::string& name, std::vector<int64_t> positions) {
  return {node->output(), name, node->kind().toQualString(), std::move(positions), false};
}

}  // namespace

CamLayer FindCamLayer(Value* features, int64_t channels, const std::optional<FeatureMap>& map,
                      const std::string& name) {
  if (name == "last-map") return LastMap(features, map);
  if (name == "last-conv" || name == "last-depthwise") {
    Node* node = LastAncestor(features, name == "last-conv" ? IsConvolution : IsDepthwise);
    if (node == nullptr) Missing(name, "a convolution");
    return LastOf(node, name, {-2, -1});
  }
  if (name == "last-attention") {
    Node* node = NormBeforeAttention(features, channels);
    if (node == nullptr) Missing(name, "an attention after a layer norm");
    return LastOf(node, name, {1});
  }
  if (name != "auto") Missing(name, "a known name");
  Node* node =
      map && map->pooling == kSelection ? NormBeforeAttention(features, channels) : nullptr;
  return node == nullptr ? LastMap(features, map) : LastOf(node, "last-attention", {1});
}

}  // namespace spurious::graph
