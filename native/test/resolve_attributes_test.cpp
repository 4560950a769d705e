#include "graph/resolve_attributes.h"

#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/jit/passes/freeze_module.h>
#include <torch/csrc/jit/runtime/interpreter.h>

#include "graph/find_head.h"
#include "test/support_models.h"
#include "test/testing.h"

namespace spurious {

using test::LargestDifference;
using test::MakeModule;
using test::Seeded;

namespace {

// Rounding that lets gradients through as if it were not there.
constexpr const char* kStraightThrough = R"(
def forward(self, x):
  y = x.mean([2, 3])
  y = y + (torch.round(y * 4) / 4 - y).detach()
  return torch.linear(y, self.w, self.b)
)";

torch::jit::Module StraightThrough() {
  return MakeModule(kStraightThrough, {{"w", Seeded({5, 3}, 1)}, {"b", Seeded({5}, 2)}});
}

at::Tensor Run(const std::shared_ptr<graph::Graph>& graph, const torch::jit::Module& module,
               const at::Tensor& input) {
  torch::jit::Stack stack{module._ivalue(), input};
  torch::jit::InterpreterState(torch::jit::Code(graph, "forward")).run(stack);
  return stack.back().toTensor();
}

}  // namespace

TEST_CASE("attributes become constants and the answers stay") {
  auto module = StraightThrough();
  const auto graph = graph::ResolveAttributes(module, "forward");
  CHECK(test::FindNode(*graph, "prim::GetAttr") == nullptr);
  const at::Tensor x = Seeded({2, 3, 4, 4}, 3);
  CHECK(at::equal(Run(graph, module, x), module.forward({x}).toTensor()));
  CHECK(graph::FindHead(graph->outputs()[0]).head->weight.sizes() == at::IntArrayRef{5, 3});
}

TEST_CASE("gradients that are cut off stay so, which freezing does not keep") {
  auto module = StraightThrough();
  const at::Tensor x = Seeded({2, 3, 4, 4}, 3).requires_grad_();
  const auto gradient = [&](const std::shared_ptr<graph::Graph>& graph,
                            const torch::jit::Module& self) {
    return torch::autograd::grad({Run(graph, self, x).sum()}, {x})[0];
  };
  const at::Tensor expected = torch::autograd::grad({module.forward({x}).toTensor().sum()}, {x})[0];
  CHECK(LargestDifference(gradient(graph::ResolveAttributes(module, "forward"), module),
                          expected) == 0);
  const auto frozen = torch::jit::freeze_module(module);
  CHECK(gradient(frozen.get_method("forward").graph(), frozen).abs().max().item<double>() == 0);
}

TEST_CASE("constants ask for no gradients of their own") {
  auto module = MakeModule("def forward(self, x):\n  return x * self.w\n",
                           {{"w", Seeded({3}, 4).requires_grad_()}});
  REQUIRE(module.forward({Seeded({3}, 5)}).toTensor().requires_grad());
  const auto graph = graph::ResolveAttributes(module, "forward");
  CHECK(!Run(graph, module, Seeded({3}, 5)).requires_grad());
}

TEST_CASE("what the method writes is read each time") {
  auto module = MakeModule("def forward(self, x):\n  self.n = self.n + 1\n  return x * self.n\n",
                           {{"n", at::zeros({1})}});
  const auto graph = graph::ResolveAttributes(module, "forward");
  const at::Tensor x = at::ones({1});
  CHECK(Run(graph, module, x).item<double>() == 1);
  CHECK(Run(graph, module, x).item<double>() == 2);
}

TEST_CASE("cutting gradients off is noticed in called modules too") {
  CHECK(graph::Detaches(StraightThrough(), "forward"));
  CHECK(!graph::Detaches(MakeModule("def forward(self, x):\n  return x.relu()\n"), "forward"));
  auto outer = torch::jit::Module("outer");
  outer.register_module("inner", StraightThrough());
  outer.define("def forward(self, x):\n  return self.inner.forward(x)\n");
  CHECK(graph::Detaches(outer, "forward"));
  CHECK(test::FindNode(*graph::ResolveAttributes(outer, "forward"), "prim::GetAttr") == nullptr);
}

TEST_CASE("models as they are on disk give the answers of their module") {
  for (const auto& file :
       {"scripted-conv.pt", "traced-conv.pt", "vit.pt", "convnext.pt", "wrapped-everything.pt"}) {
    auto module = torch::jit::load(test::ModelPath(file));
    module.eval();
    const at::Tensor x = Seeded({2, 3, 32, 32}, 6);
    INFO(file);
    const auto graph = graph::ResolveAttributes(module, "forward");
    torch::jit::Stack stack{module._ivalue(), x};
    torch::jit::InterpreterState(torch::jit::Code(graph, "forward")).run(stack);
    const auto expected = module.forward({x});
    if (expected.isTensor()) CHECK(at::equal(stack.back().toTensor(), expected.toTensor()));
  }
}

}  // namespace spurious
