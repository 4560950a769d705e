#include "graph/find_feature_map.h"

#include "graph/find_head.h"
#include "test/support_models.h"
#include "test/testing.h"

namespace spurious::graph {

using test::FrozenGraph;
using test::NamedTensors;
using test::Seeded;

namespace {

NamedTensors Parameters() {
  return {{"k", Seeded({6, 3, 3, 3}, 1)},  {"k2", Seeded({6, 6, 3, 3}, 2)},
          {"k1", Seeded({6, 6, 1, 1}, 3)}, {"w", Seeded({4, 6}, 4)},
          {"tall", Seeded({4, 96}, 5)},    {"g", Seeded({6}, 6)},
          {"b", Seeded({6}, 7)},           {"proj", Seeded({6, 3}, 8)}};
}

struct Found {
  std::shared_ptr<Graph> graph;
  std::optional<FeatureMap> map;
};

// The feature map behind the head of a model; `lines`: the body of forward.
Found Find(const std::vector<std::string>& lines) {
  std::string source = "def forward(self, x):\n";
  for (const auto& line : lines) source += "  " + line + "\n";
  auto graph = FrozenGraph(source, Parameters());
  const HeadSearch search = FindHead(graph->outputs()[0]);
  return {graph, FindFeatureMap(search.head ? search.head->input : graph->outputs()[0])};
}

}  // namespace

TEST_CASE("the input of global average pooling is the map, whatever the pooling is called") {
  for (const auto& [pooling, name] :
       {std::pair{"torch.adaptive_avg_pool2d(y, [1, 1])", "aten::adaptive_avg_pool2d"},
        {"torch.avg_pool2d(y, [4, 4])", "aten::avg_pool2d"},
        {"torch.mean(y, [2, 3])", "aten::mean"},
        {"torch.mean(y, [-2, -1], True)", "aten::mean"},
        {"torch.amax(y, [2, 3])", "aten::amax"},
        {"torch.sum(y, [2, 3])", "aten::sum"}}) {
    const Found found =
        Find({"y = torch.relu(torch.conv2d(x, self.k, None, 1, 1))", std::string("p = ") + pooling,
              "return torch.linear(p.flatten(1), self.w)"});
    INFO(pooling);
    REQUIRE(found.map);
    CHECK(found.map->kind == "map");
    CHECK(found.map->operation == "aten::relu");
    CHECK(found.map->pooling == name);
  }
}

TEST_CASE("of several poolings the one nearest to the features counts") {
  const Found found = Find({"y = torch.max_pool2d(torch.conv2d(x, self.k, None, 1, 1), [2, 2])",
                            "y = torch.tanh(torch.conv2d(y, self.k2, None, 1, 1))",
                            "p = torch.adaptive_avg_pool2d(y, [1, 1]).flatten(1)",
                            "return torch.linear(p, self.w)"});
  REQUIRE(found.map);
  CHECK(found.map->operation == "aten::tanh");
}

TEST_CASE("pooling in a side branch of the last block is not the features' pooling") {
  const Found found =
      Find({"y = torch.conv2d(x, self.k, None, 1, 1)", "gate = torch.mean(y, [2, 3], True)",
            "gate = torch.sigmoid(torch.conv2d(gate, self.k1))", "y = y * gate",
            "return torch.linear(torch.mean(y, [2, 3]), self.w)"});
  REQUIRE(found.map);
  CHECK(found.map->operation == "aten::mul");
}

TEST_CASE("layers between pooling and head, as normalisation, are stepped over") {
  const Found found =
      Find({"y = torch.conv2d(x, self.k, None, 1, 1)", "p = torch.mean(y, [-2, -1])",
            "p = torch.layer_norm(p, [6], self.g, self.b)", "return torch.linear(p, self.w)"});
  REQUIRE(found.map);
  CHECK(found.map->operation == "aten::conv2d");
  CHECK(found.map->pooling == "aten::mean");
}

TEST_CASE("a channels-last map pooled over its two sides is a map") {
  const Found found = Find({"y = torch.conv2d(x, self.k, None, 1, 1).permute([0, 2, 3, 1])",
                            "y = torch.layer_norm(y, [6], self.g, self.b)",
                            "return torch.linear(torch.mean(y, [1, 2]), self.w)"});
  REQUIRE(found.map);
  CHECK(found.map->kind == "map");
  CHECK(found.map->operation == "aten::layer_norm");
}

TEST_CASE("tokens that are averaged are the map") {
  const Found found = Find({"y = torch.conv2d(x, self.k, None, 1, 1).flatten(2).transpose(1, 2)",
                            "y = torch.layer_norm(y, [6], self.g, self.b)",
                            "return torch.linear(torch.mean(y, [1]), self.w)"});
  REQUIRE(found.map);
  CHECK(found.map->kind == "tokens");
  CHECK(found.map->operation == "aten::layer_norm");
}

TEST_CASE("the tokens that a class token is taken from are the map") {
  for (const auto& selection : {"y.select(1, 0)", "y[:, 0]", "y.slice(0).select(1, 0)"}) {
    const Found found = Find({"y = torch.conv2d(x, self.k, None, 1, 1).flatten(2).transpose(1, 2)",
                              "y = torch.layer_norm(y, [6], self.g, self.b)",
                              std::string("t = ") + selection, "return torch.linear(t, self.w)"});
    INFO(selection);
    REQUIRE(found.map);
    CHECK(found.map->kind == "tokens");
    CHECK(found.map->operation == "aten::layer_norm");
    CHECK(found.map->pooling == "aten::select");
  }
}

TEST_CASE("without pooling the last convolution's output is the map") {
  const Found found = Find({"y = torch.conv2d(x, self.k, None, 1, 1)",
                            "y = torch.conv2d(torch.relu(y), self.k2, None, 1, 1)",
                            "return torch.linear(torch.relu(y).flatten(1), self.tall)"});
  REQUIRE(found.map);
  CHECK(found.map->kind == "map");
  CHECK(found.map->operation == "aten::conv2d");
  CHECK(found.map->pooling == "none");
  CHECK(found.map->value->node()->input(1)->node() != nullptr);
  // The later of the two convolutions: its input is the ReLU.
  CHECK(OpName(found.map->value->node()->input(0)->node()) == "aten::relu");
}

TEST_CASE("a model without convolution, pooling or tokens has no map") {
  CHECK(!Find({"return torch.linear(torch.relu(x), self.proj)"}).map);
}

}  // namespace spurious::graph
