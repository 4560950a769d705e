#include "graph/expose_leaf.h"

#include <torch/csrc/autograd/autograd.h>

#include "test/support_models.h"
#include "test/testing.h"

namespace spurious {

using test::FindNode;
using test::FrozenGraph;
using test::LargestDifference;
using test::Seeded;

namespace {

at::Tensor Gradient(const std::vector<at::Tensor>& outputs) {
  return torch::autograd::grad({outputs[0]}, {outputs[1]}, {at::ones_like(outputs[0])})[0];
}

}  // namespace

TEST_CASE("the gradient of the output arrives at the inner value, and what is before stays out") {
  auto graph =
      FrozenGraph("def forward(self, x):\n  y = torch.sin(x)\n  return torch.exp(y) * 2\n");
  const auto exposed =
      graph::ExposeLeaf(*graph, graph->outputs()[0], FindNode(*graph, "aten::sin")->output());
  const at::Tensor x = Seeded({2, 3}, 1).requires_grad_();
  const auto outputs = test::RunGraph(exposed, x);
  CHECK(LargestDifference(outputs[1], x.sin()) == 0);
  CHECK(LargestDifference(outputs[0], x.sin().exp() * 2) < 1e-6);
  CHECK(outputs[1].is_leaf());
  CHECK(LargestDifference(Gradient(outputs), x.sin().exp() * 2) < 1e-6);
  CHECK(!x.grad().defined());
}

TEST_CASE("the inner value keeps its numbers when the graph writes into it later") {
  auto graph = FrozenGraph("def forward(self, x):\n  y = x * 1.5\n  y.relu_()\n  return y * y\n");
  const auto exposed =
      graph::ExposeLeaf(*graph, graph->outputs()[0], FindNode(*graph, "aten::mul")->output());
  const at::Tensor x = Seeded({4, 5}, 2);
  const auto outputs = test::RunGraph(exposed, x);
  CHECK(LargestDifference(outputs[1], x * 1.5) == 0);
  CHECK(LargestDifference(outputs[0], (x * 1.5).relu().square()) < 1e-6);
  CHECK(LargestDifference(Gradient(outputs), (x * 1.5).relu() * 2) < 1e-6);
}

TEST_CASE("ways around the inner value do not count") {
  auto graph =
      FrozenGraph("def forward(self, x):\n  y = torch.sin(x)\n  return torch.cos(y) + 3 * x\n");
  const auto exposed =
      graph::ExposeLeaf(*graph, graph->outputs()[0], FindNode(*graph, "aten::sin")->output());
  const at::Tensor x = Seeded({7}, 3);
  const auto outputs = test::RunGraph(exposed, x);
  CHECK(LargestDifference(outputs[0], x.sin().cos() + 3 * x) < 1e-6);
  CHECK(LargestDifference(Gradient(outputs), -x.sin().sin()) < 1e-6);
}

TEST_CASE("the input may be the inner value, and the graph itself is left as it was") {
  auto graph = FrozenGraph("def forward(self, x):\n  return x * x\n");
  const std::string before = graph->toString();
  const auto exposed = graph::ExposeLeaf(*graph, graph->outputs()[0], graph->inputs()[1]);
  CHECK(graph->toString() == before);
  const at::Tensor x = Seeded({5}, 4);
  CHECK(LargestDifference(Gradient(test::RunGraph(exposed, x)), 2 * x) < 1e-6);
}

}  // namespace spurious
