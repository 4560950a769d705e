#include "graph/bind_input_type.h"

#include "graph/find_normalization.h"
#include "test/support_models.h"
#include "test/testing.h"

namespace spurious::graph {

using test::FindNode;
using test::FrozenGraph;

namespace {

std::shared_ptr<Graph> Bound(const std::string& source, at::ScalarType dtype = at::kFloat) {
  auto graph = FrozenGraph(source);
  BindInputType(graph, graph->inputs()[1], at::kCPU, dtype);
  graph->lint();
  return graph;
}

// torchvision.transforms.functional.normalize
constexpr auto kNormalize = R"(
def forward(self, x):
  x = x.clone()
  mean = torch.as_tensor([0.485, 0.456, 0.406], dtype=x.dtype, device=x.device)
  std = torch.as_tensor([0.229, 0.224, 0.225], dtype=x.dtype, device=x.device)
  assert not bool((std == 0).any()), "std evaluated to zero, leading to division by zero."
  if mean.dim() == 1:
    mean = mean.view([-1, 1, 1])
  if std.dim() == 1:
    std = std.view([-1, 1, 1])
  return x.sub_(mean).div_(std)
)";

}  // namespace

TEST_CASE("constants that were made with the image's type become constants of the graph") {
  auto graph = FrozenGraph(kNormalize);
  REQUIRE(!FindNormalization(graph->inputs()[1]));
  graph = Bound(kNormalize);
  const auto found = FindNormalization(graph->inputs()[1]);
  REQUIRE(found);
  CHECK(found->mean[0] == doctest::Approx(0.485));
  CHECK(found->std[2] == doctest::Approx(0.225));
  CHECK(FindNode(*graph, "prim::If") == nullptr);
}

TEST_CASE("the result stays the same") {
  const at::Tensor input = test::InputTensor(2, 4, 4, 3);
  const auto before = test::RunGraph(FrozenGraph(kNormalize), input);
  const auto after = test::RunGraph(Bound(kNormalize), input);
  CHECK(after[0].equal(before[0]));
}

TEST_CASE("branches on the type are taken with the type that is bound") {
  constexpr auto source = R"(
def forward(self, x):
  if x.dtype == 5:
    y = torch.relu(x)
  else:
    y = torch.tanh(x)
  return y
)";
  CHECK(FindNode(*Bound(source, at::kHalf), "aten::relu") != nullptr);
  CHECK(FindNode(*Bound(source, at::kHalf), "aten::tanh") == nullptr);
  CHECK(FindNode(*Bound(source, at::kFloat), "aten::relu") == nullptr);
  CHECK(FindNode(*Bound(source, at::kFloat), "aten::tanh") != nullptr);
}

TEST_CASE("the types of other tensors are not touched") {
  auto graph = Bound(
      "def forward(self, x):\n"
      "  y = x > 0.5\n"
      "  return torch.zeros([2], dtype=y.dtype) + x\n");
  CHECK(FindNode(*graph, "prim::dtype") != nullptr);
}

TEST_CASE("conditions on the images' values and sizes stay") {
  auto graph = Bound(
      "def forward(self, x):\n"
      "  assert x.size(0) <= 2\n"
      "  return torch.relu(x)\n");
  CHECK(FindNode(*graph, "prim::If") != nullptr);
  CHECK_THROWS(test::RunGraph(graph, at::ones({3, 2})));
  CHECK_NOTHROW(test::RunGraph(graph, at::ones({2, 2})));
}

}  // namespace spurious::graph
