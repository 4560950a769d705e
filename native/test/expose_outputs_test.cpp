#include "graph/expose_outputs.h"

#include "test/support_models.h"
#include "test/testing.h"

namespace spurious::graph {

using test::FindNode;

namespace {

constexpr auto kSource = R"(
def forward(self, x):
  features = torch.relu(x)
  hidden = torch.sigmoid(features)
  return torch.linear(hidden, self.w)
)";

std::shared_ptr<Graph> Model() {
  return test::FrozenGraph(kSource, {{"w", test::Seeded({4, 6}, 1)}});
}

Value* OutputOf(Graph& graph, const std::string& operation) {
  return FindNode(graph, operation)->output();
}

}  // namespace

TEST_CASE("chosen values are the outputs, in the order asked for") {
  auto graph = Model();
  Value* logits = graph->outputs()[0];
  Value* features = OutputOf(*graph, "aten::relu");
  const at::Tensor input = test::Seeded({3, 6}, 2);
  auto outputs = test::RunGraph(ExposeOutputs(*graph, {features, logits}), input);
  REQUIRE(outputs.size() == 2);
  CHECK(outputs[0].equal(at::relu(input)));
  CHECK(outputs[1].sizes() == at::IntArrayRef{3, 4});
  outputs = test::RunGraph(ExposeOutputs(*graph, {logits, features, features}), input);
  REQUIRE(outputs.size() == 3);
  CHECK(outputs[1].equal(outputs[2]));
  CHECK(outputs[0].sizes() == at::IntArrayRef{3, 4});
}

TEST_CASE("what the chosen values do not need is not computed") {
  auto graph = Model();
  const auto copy = ExposeOutputs(*graph, {OutputOf(*graph, "aten::relu")});
  CHECK(FindNode(*copy, "aten::relu") != nullptr);
  CHECK(FindNode(*copy, "aten::sigmoid") == nullptr);
  CHECK(FindNode(*copy, "aten::linear") == nullptr);
}

TEST_CASE("the graph itself stays as it was") {
  auto graph = Model();
  const std::string before = graph->toString();
  ExposeOutputs(*graph, {OutputOf(*graph, "aten::relu"), graph->outputs()[0]});
  CHECK(graph->toString() == before);
  graph->lint();
}

TEST_CASE("a model that returns a tuple can give a part of it") {
  auto graph = test::FrozenGraph("def forward(self, x):\n  return torch.relu(x), torch.tanh(x)\n");
  const at::Tensor input = test::Seeded({2, 2}, 3);
  const auto outputs =
      test::RunGraph(ExposeOutputs(*graph, {OutputOf(*graph, "aten::tanh")}), input);
  REQUIRE(outputs.size() == 1);
  CHECK(outputs[0].equal(at::tanh(input)));
}

TEST_CASE("the image itself can be exposed") {
  auto graph = Model();
  const at::Tensor input = test::Seeded({1, 6}, 4);
  const auto outputs = test::RunGraph(ExposeOutputs(*graph, {graph->inputs()[1]}), input);
  CHECK(outputs[0].equal(input));
}

}  // namespace spurious::graph
