#include "engine/plan.h"

#include "graph/expose_outputs.h"
#include "module/prepared_model.h"
#include "test/support_models.h"
#include "test/testing.h"

namespace spurious {

using test::LargestDifference;
using test::Seeded;

namespace {

constexpr auto kSource = R"(
def forward(self, x):
  y = torch.relu(torch.conv2d(x, self.k, self.kb, 2, 1))
  y = torch.relu(torch.conv2d(y, self.k2, None, 1, 1) + y)
  features = torch.mean(y, [2, 3])
  return torch.linear(features, self.w, self.b), features
)";

test::NamedTensors Parameters() {
  return {{"k", Seeded({8, 3, 3, 3}, 1)},
          {"kb", Seeded({8}, 2)},
          {"k2", Seeded({8, 8, 3, 3}, 3)},
          {"w", Seeded({5, 8}, 4)},
          {"b", Seeded({5}, 5)}};
}

// The same in eager mode.
std::vector<at::Tensor> Expected(const at::Tensor& x) {
  const auto p = Parameters();
  at::Tensor y = at::relu(at::conv2d(x, p[0].second, p[1].second, 2, 1));
  y = at::relu(at::conv2d(y, p[2].second, {}, 1, 1) + y);
  const at::Tensor features = y.mean({2, 3});
  return {at::linear(features, p[3].second, p[4].second), features};
}

// The frozen graph, with the items of the tuple it returns as outputs.
std::shared_ptr<torch::jit::Graph> WithOutputs(const std::string& source,
                                               const test::NamedTensors& parameters = {}) {
  auto graph = test::FrozenGraph(source, parameters);
  const auto items = graph->outputs()[0]->node()->inputs();
  return graph::ExposeOutputs(*graph, {items.begin(), items.end()});
}

void CheckAnswers(Plan& plan, const at::Tensor& input) {
  const auto outputs = plan.Run(input);
  const auto expected = Expected(input);
  REQUIRE(outputs.size() == 2);
  CHECK(LargestDifference(outputs[0], expected[0]) < 1e-4);
  CHECK(LargestDifference(outputs[1], expected[1]) < 1e-4);
}

}  // namespace

TEST_CASE("a plan gives the graph's outputs, compiled or not, however often it runs") {
  EnableCpuFusion();
  EnableCpuFusion();  // again is no harm
  const c10::InferenceMode inference;
  for (const bool fused : {false, true}) {
    Plan plan(WithOutputs(kSource, Parameters()), c10::IValue(), fused);
    for (uint64_t run = 0; run < 5; ++run) CheckAnswers(plan, Seeded({4, 3, 16, 16}, 10 + run));
  }
}

TEST_CASE("a compiled plan keeps GELU's tanh form, and the exact one, apart") {
  EnableCpuFusion();
  const c10::InferenceMode inference;
  const at::Tensor weight = Seeded({24, 16}, 6);
  for (const std::string form : {"tanh", "none"}) {
    const std::string source =
        "def forward(self, x):\n  return (torch.gelu(torch.linear(x, self.w), approximate='" +
        form + "'),)\n";
    Plan plan(WithOutputs(source, {{"w", weight}}), c10::IValue(), /*fused=*/true);
    for (uint64_t run = 0; run < 4; ++run) {
      const at::Tensor input = Seeded({8, 16}, 20 + run);
      const at::Tensor expected = at::gelu(at::linear(input, weight), form);
      // The two forms are up to 4.7e-4 apart.
      CHECK(LargestDifference(plan.Run(input).at(0), expected) < 2e-6);
    }
  }
}

TEST_CASE("a plan that is not compiled runs any batch and size") {
  const c10::InferenceMode inference;
  Plan plan(WithOutputs(kSource, Parameters()), c10::IValue(), /*fused=*/false);
  for (const auto& [rows, height, width] :
       {std::tuple{1, 16, 16}, {3, 9, 21}, {7, 32, 8}, {1, 5, 5}}) {
    CheckAnswers(plan, Seeded({rows, 3, height, width}, 20));
  }
}

TEST_CASE("channels-last input gives the same answers") {
  const c10::InferenceMode inference;
  for (const bool fused : {false, true}) {
    Plan plan(WithOutputs(kSource, Parameters()), c10::IValue(), fused);
    for (int run = 0; run < 3; ++run) {
      CheckAnswers(plan, Seeded({4, 3, 16, 16}, 30).contiguous(at::MemoryFormat::ChannelsLast));
    }
  }
}

TEST_CASE("a graph that cannot be compiled is run as it is") {
  EnableCpuFusion();
  const c10::InferenceMode inference;
  // oneDNN Graph fails on this one's residual branch.
  const PreparedModel model(test::ModelPath("convnext.pt"), at::kCPU, at::kFloat);
  const at::Tensor images = test::InputTensor(5, 32, 32, 3);
  Plan compiled(model.GraphFor({true, true}), model.self(), /*fused=*/true);
  Plan plain(model.GraphFor({true, true}), model.self(), /*fused=*/false);
  for (int run = 0; run < 4; ++run) {
    const auto outputs = compiled.Run(images);
    const auto expected = plain.Run(images);
    REQUIRE(outputs.size() == 3);
    for (size_t i = 0; i < 3; ++i) CHECK(LargestDifference(outputs[i], expected[i]) < 2e-5);
  }
  MESSAGE("compiled: " << compiled.fused());
  CHECK(!plain.fused());
}

TEST_CASE("a scripted model that asks for sizes is compiled, its feature map given too") {
  EnableCpuFusion();
  const c10::InferenceMode inference;
  const PreparedModel model(test::ModelPath("scripted-conv.pt"), at::kCPU, at::kFloat);
  Plan plan(model.GraphFor({true, true}), model.self(), /*fused=*/true);
  for (int run = 0; run < 4; ++run) plan.Run(test::InputTensor(5, 32, 32, 3));
  CHECK(plan.fused());
}

TEST_CASE("what the model raises comes out of the plan") {
  const auto graph = WithOutputs("def forward(self, x):\n  return torch.mm(x, x), x\n");
  for (const bool fused : {false, true}) {
    Plan plan(graph, c10::IValue(), fused);
    CHECK_THROWS_AS(plan.Run(at::ones({2, 3})), std::exception);
    CHECK(plan.Run(at::ones({2, 2}))[0].equal(at::full({2, 2}, 2.0)));
  }
}

}  // namespace spurious
