#include "engine/gradient.h"

#include "graph/expose_outputs.h"
#include "test/support_models.h"
#include "test/support_written_model.h"
#include "test/testing.h"

namespace spurious {

using test::LargestDifference;
using test::Seeded;
using test::WrittenModel;

namespace {

Plan PlanOf(const std::string& source) {
  auto graph = test::FrozenGraph(source);
  return {graph::ExposeOutputs(*graph, {graph->outputs()[0]}), c10::IValue(), /*fused=*/false};
}

PreparedModel Prepare(const WrittenModel& model) { return {model.path(), at::kCPU, at::kFloat}; }

// The name of the graph that a gradient with respect to the image came from.
std::string GraphWithGradient(const PreparedModel& model) {
  std::string name;
  UseDifferentiableGraph(model, [&](const ModelGraph& candidate) {
    Plan plan(graph::ExposeOutputs(*candidate.graph, {candidate.head.head->input}), candidate.self,
              /*fused=*/false);
    const at::Tensor x = Seeded({2, 3, 4, 4}, 3).requires_grad_();
    const at::Tensor features = RunRecorded(plan, x * 1)[0];
    if (PullBack(features, x, at::ones_like(features)).abs().max().item<double>() == 0) {
      throw NotDifferentiable("zero");
    }
    name = candidate.name;
  });
  return name;
}

}  // namespace

TEST_CASE("the gradient is that of the weighted sum of the outputs") {
  Plan plan = PlanOf("def forward(self, x):\n  return torch.sin(x).relu_() * x\n");
  const at::Tensor x = Seeded({3, 4}, 1).requires_grad_();
  const at::Tensor cotangent = Seeded({3, 4}, 2);
  const at::Tensor output = RunRecorded(plan, x)[0];
  const at::Tensor gradient = PullBack(output, x, cotangent, /*keep=*/true);
  const at::Tensor expected = cotangent * (x.sin().relu() + x * x.cos() * x.sin().gt(0));
  CHECK(LargestDifference(gradient, expected) < 1e-6);
  CHECK(LargestDifference(PullBack(output, x, cotangent * 2), expected * 2) < 1e-6);
}

TEST_CASE("gradients of half precision come as float32") {
  Plan plan = PlanOf("def forward(self, x):\n  return x * 2.0\n");
  const at::Tensor x = Seeded({8}, 1).to(at::kBFloat16).requires_grad_();
  const at::Tensor gradient = PullBack(RunRecorded(plan, x)[0], x, at::ones({8}, at::kDouble));
  CHECK(gradient.scalar_type() == at::kFloat);
  CHECK(LargestDifference(gradient, at::full({8}, 2.0F)) == 0);
}

TEST_CASE("an output that does not follow from the input has no gradient") {
  Plan plan = PlanOf("def forward(self, x):\n  return torch.argsort(x)\n");
  const at::Tensor x = Seeded({4}, 1).requires_grad_();
  const at::Tensor output = RunRecorded(plan, x)[0];
  CHECK_THROWS_AS(PullBack(output, x, at::ones({4})), NotDifferentiable);
}

TEST_CASE("operations that cannot be recorded are told from those that fail") {
  // Writing into an image that asks for gradients is refused only while recording.
  Plan writes = PlanOf("def forward(self, x):\n  return x.mul_(2.0)\n");
  CHECK_THROWS_AS(RunRecorded(writes, Seeded({4}, 1).requires_grad_()), NotDifferentiable);
  Plan fails = PlanOf("def forward(self, x):\n  return x.view([3])\n");
  bool plain = false;
  try {
    RunRecorded(fails, Seeded({4}, 1).requires_grad_());
  } catch (const NotDifferentiable&) {
  } catch (const std::exception&) {
    plain = true;
  }
  CHECK(plain);
}

TEST_CASE("the frozen graph is used where it has a gradient") {
  CHECK(GraphWithGradient(Prepare(WrittenModel("  y = x.mean([2, 3])\n"))) == "frozen");
}

TEST_CASE("the original graph is used where freezing would lose straight-through gradients") {
  const WrittenModel model(
      "  y = x.mean([2, 3])\n"
      "  y = y + (torch.round(y * 4) / 4 - y).detach()\n");
  CHECK(GraphWithGradient(Prepare(model)) == "original");
}

TEST_CASE("a model without a gradient is refused with the reason of each graph") {
  const WrittenModel model("  y = torch.round(x.mean([2, 3]) * 4)\n");
  const PreparedModel prepared = Prepare(model);
  const Error error = test::ErrorOf([&] { GraphWithGradient(prepared); });
  CHECK(error.code() == ErrorCode::kModelNotDifferentiable);
  CHECK(test::Contains(error.what(), "frozen: zero"));
  CHECK(test::Contains(error.what(), "original: zero"));
}

TEST_CASE("the original graph gives the model's own answers in the type that is asked for") {
  for (const auto& file : {"traced-conv.pt", "scripted-conv.pt", "wrapped-normalize-scripted.pt"}) {
    for (const at::ScalarType dtype : {at::kFloat, at::kBFloat16}) {
      const PreparedModel model(test::ModelPath(file), at::kCPU, dtype);
      const ModelGraph& original = model.Original();
      INFO(file);
      REQUIRE(original.head.head);
      Plan plan(graph::ExposeOutputs(*original.graph, {original.logits.value}), original.self,
                /*fused=*/false);
      const at::Tensor x = test::InputTensor(2, 32, 32, 3);
      const at::Tensor logits = plan.Run(x.to(dtype))[0].to(at::kFloat);
      const at::Tensor expected = torch::jit::load(test::ModelPath(file)).forward({x}).toTensor();
      const double scale = expected.abs().max().item<double>();
      CHECK(LargestDifference(logits, expected) < (dtype == at::kFloat ? 1e-4 : 0.1) * scale);
    }
  }
}

}  // namespace spurious
