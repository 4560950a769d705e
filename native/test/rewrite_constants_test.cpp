#include "graph/rewrite_constants.h"

#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/ir/irparser.h>
#include <torch/csrc/jit/runtime/interpreter.h>

#include "test/support_models.h"
#include "test/testing.h"

namespace spurious::graph {

using test::FindNode;

namespace {

std::shared_ptr<Graph> Parse(const std::string& text) {
  auto graph = std::make_shared<Graph>();
  torch::jit::parseIR(text, graph.get());
  return graph;
}

int64_t ConstantOf(const Value* value) { return torch::jit::toIValue(value)->toInt(); }

constexpr auto kFloat = static_cast<int64_t>(at::kFloat);
constexpr auto kHalf = static_cast<int64_t>(at::kHalf);
constexpr auto kLong = static_cast<int64_t>(at::kLong);

}  // namespace

TEST_CASE("floating-point tensors change their type, others stay") {
  auto graph = std::make_shared<Graph>();
  const at::Tensor weight = test::Seeded({3, 2}, 1);
  Value* value = graph->insertConstant(weight);
  Value* half = graph->insertConstant(weight.to(at::kBFloat16));
  Value* index = graph->insertConstant(at::arange(4));
  Value* mask = graph->insertConstant(at::ones({2}, at::kBool));
  RewriteConstants(*graph, at::kCPU, at::kHalf);
  CHECK(ConstantTensor(value)->equal(weight.to(at::kHalf)));
  CHECK(value->type()->expect<c10::TensorType>()->scalarType() == at::kHalf);
  CHECK(ConstantTensor(half)->scalar_type() == at::kHalf);
  CHECK(ConstantTensor(index)->equal(at::arange(4)));
  CHECK(ConstantTensor(mask)->scalar_type() == at::kBool);
}

TEST_CASE("tensors move to the device") {
  auto graph = std::make_shared<Graph>();
  Value* value = graph->insertConstant(test::Seeded({3, 2}, 1));
  Value* index = graph->insertConstant(at::arange(4));
  RewriteConstants(*graph, at::kMeta, at::kFloat);
  CHECK(ConstantTensor(value)->device().is_meta());
  CHECK(ConstantTensor(index)->device().is_meta());
}

TEST_CASE("types that operations name change, equal numbers with another meaning stay") {
  auto graph = Parse(R"(
graph(%x : Tensor):
  %six : int = prim::Constant[value=6]()
  %no : bool = prim::Constant[value=0]()
  %none : NoneType = prim::Constant()
  %y : Tensor = aten::to(%x, %six, %no, %no, %none)
  %z : Tensor = aten::add(%y, %six, %six)
  return (%z))");
  RewriteConstants(*graph, at::kCPU, at::kHalf);
  CHECK(ConstantOf(FindNode(*graph, "aten::to")->input(1)) == kHalf);
  CHECK(ConstantOf(FindNode(*graph, "aten::add")->input(1)) == kFloat);
  graph->lint();
}

TEST_CASE("integer types that operations name stay") {
  auto graph = Parse(R"(
graph(%x : Tensor):
  %four : int = prim::Constant[value=4]()
  %no : bool = prim::Constant[value=0]()
  %none : NoneType = prim::Constant()
  %y : Tensor = aten::to(%x, %four, %no, %no, %none)
  return (%y))");
  RewriteConstants(*graph, at::kCPU, at::kHalf);
  CHECK(ConstantOf(FindNode(*graph, "aten::to")->input(1)) == kLong);
}

TEST_CASE("devices that operations name change") {
  auto graph = Parse(R"(
graph(%x : Tensor):
  %device : Device = prim::Constant[value="cuda:1"]()
  %six : int = prim::Constant[value=6]()
  %no : bool = prim::Constant[value=0]()
  %none : NoneType = prim::Constant()
  %y : Tensor = aten::to(%x, %device, %six, %no, %no, %none)
  return (%y))");
  RewriteConstants(*graph, at::kCPU, at::kBFloat16);
  const Node* node = FindNode(*graph, "aten::to");
  CHECK(torch::jit::toIValue(node->input(1))->toDevice().is_cpu());
  CHECK(ConstantOf(node->input(2)) == static_cast<int64_t>(at::kBFloat16));
}

TEST_CASE("inner blocks are rewritten too") {
  const auto source = R"(
def forward(self, x):
  if x.size(0) > 2:
    y = x * self.w
  else:
    y = x - self.w
  return y
)";
  auto graph = test::FrozenGraph(source, {{"w", test::Seeded({3}, 1)}});
  RewriteConstants(*graph, at::kCPU, at::kHalf);
  // A float32 weight would have made the result float32.
  for (const int64_t rows : {2, 3}) {
    torch::jit::Stack stack{c10::IValue(), at::ones({rows, 3}, at::kHalf)};
    torch::jit::InterpreterState(torch::jit::Code(graph, "forward")).run(stack);
    CHECK(stack.back().toTensor().scalar_type() == at::kHalf);
  }
}

}  // namespace spurious::graph
