#include "graph/find_cam_layer.h"

#include "module/prepared_model.h"
#include "test/support_models.h"
#include "test/testing.h"

namespace spurious {

using graph::CamLayer;
using test::FindNode;
using test::FrozenGraph;
using test::Seeded;

namespace {

CamLayer LayerOf(const std::string& path, const std::string& name) {
  const PreparedModel model(path, at::kCPU, at::kFloat);
  const auto& head = model.head().head;
  CamLayer layer =
      graph::FindCamLayer(head->input, head->weight.size(1), model.feature_map(), name);
  layer.value = nullptr;  // the model goes
  return layer;
}

std::string Tiny(const std::string& name) { return test::Fixture("eval/models/" + name + ".pt"); }

// The last map of a body that makes features `f` of a map `m`.
CamLayer LastMap(const std::string& body) {
  auto graph = FrozenGraph("def forward(self, x):\n  m = torch.relu(x)\n" + body + "  return f\n");
  graph::Value* features = graph->outputs()[0];
  CamLayer layer = graph::FindCamLayer(features, 8, graph::FindFeatureMap(features), "last-map");
  CHECK(layer.value == FindNode(*graph, "aten::relu")->output());
  layer.value = nullptr;
  return layer;
}

}  // namespace

TEST_CASE("features that are the mean of the map are seen to be so") {
  using Dims = std::vector<int64_t>;
  const auto pooled = [](const std::string& body, const Dims& positions) {
    const CamLayer layer = LastMap(body);
    INFO(body);
    CHECK(layer.pooled);
    CHECK(layer.positions == positions);
  };
  pooled("  f = torch.flatten(torch.adaptive_avg_pool2d(m, [1, 1]), 1)\n", {-2, -1});
  pooled("  f = m.mean([2, 3])\n", {2, 3});
  pooled("  f = torch.dropout(m.mean([-1, -2], keepdim=True).squeeze(3).squeeze(2), 0.1, False)\n",
         {-1, -2});
  pooled("  f = m.mean([1, 2])\n", {1, 2});  // channels last
  pooled("  f = m.mean(1)\n", {1});          // tokens
}

TEST_CASE("features that are more than the mean of the map are seen to be so") {
  for (const std::string body :
       {"  f = torch.layer_norm(m.mean([2, 3]), [8])\n", "  f = torch.relu(m.mean([2, 3]))\n",
        "  f = m.mean([2, 3]) * 2\n", "  f = m.amax([2, 3])\n",
        "  f = torch.flatten(torch.adaptive_avg_pool2d(m, [2, 2]), 1)\n",
        "  f = torch.flatten(torch.adaptive_max_pool2d(m, [1, 1])[0], 1)\n"}) {
    INFO(body);
    CHECK(!LastMap(body).pooled);
  }
}

TEST_CASE("layers of published networks are found by their names") {
  const CamLayer resnet = LayerOf(Tiny("tiny-resnet"), "auto");
  CHECK(resnet.name == "last-map");
  CHECK(resnet.operation == "aten::relu_");
  CHECK(resnet.pooled);
  const CamLayer convnext = LayerOf(Tiny("tiny-convnext"), "auto");
  CHECK(convnext.name == "last-map");
  CHECK(!convnext.pooled);
  const CamLayer depthwise = LayerOf(Tiny("tiny-convnext"), "last-depthwise");
  CHECK(depthwise.name == "last-depthwise");
  CHECK(depthwise.operation == "aten::_convolution");
  CHECK(LayerOf(Tiny("tiny-efficientnet"), "auto").pooled);
  CHECK(LayerOf(Tiny("tiny-efficientnet"), "last-conv").operation == "aten::_convolution");
}

TEST_CASE("where the features are one token, the tokens before the last attention are taken") {
  const CamLayer layer = LayerOf(Tiny("tiny-vit"), "auto");
  CHECK(layer.name == "last-attention");
  CHECK(layer.operation == "aten::layer_norm");
  CHECK(layer.positions == std::vector<int64_t>{1});
  CHECK(LayerOf(Tiny("tiny-vit"), "last-map").name == "last-map");
}

TEST_CASE("the last convolution is the last one in the program that the features depend on") {
  auto graph = FrozenGraph(R"(
def forward(self, x):
  a = torch.conv2d(x, self.a)
  b = torch.conv2d(a, self.d, None, 1, 1, 1, 4)
  c = torch.conv2d(a, self.c)
  unused = torch.conv2d(c, self.c)
  return (torch.relu(b) + c).mean([2, 3]) + 0 * unused.shape[0]
)",
                           {{"a", Seeded({4, 3, 1, 1}, 1)},
                            {"c", Seeded({4, 4, 1, 1}, 2)},
                            {"d", Seeded({4, 1, 3, 3}, 3)}});
  graph::Value* features = graph->outputs()[0]->node()->input(0);
  const auto kernel = [&](const std::string& name) {
    const CamLayer layer = graph::FindCamLayer(features, 4, {}, name);
    return graph::ConstantTensor(layer.value->node()->input(1))->sizes().vec();
  };
  CHECK(kernel("last-depthwise") == std::vector<int64_t>{4, 1, 3, 3});
  CHECK(kernel("last-conv") == std::vector<int64_t>{4, 4, 1, 1});
}

TEST_CASE("a layer that does not exist is refused by its name") {
  const auto refused = [](const std::string& model, const std::string& layer) {
    const Error error = test::ErrorOf([&] { LayerOf(Tiny(model), layer); });
    CHECK(error.code() == ErrorCode::kModelOutputUnsupported);
    CHECK(test::Contains(error.what(), layer));
  };
  refused("tiny-resnet", "last-depthwise");
  refused("tiny-resnet", "last-attention");
  refused("tiny-resnet", "layer4");
}

}  // namespace spurious
