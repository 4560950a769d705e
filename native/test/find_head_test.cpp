#include "graph/find_head.h"

#include "graph/expose_outputs.h"
#include "test/support_models.h"
#include "test/testing.h"

namespace spurious::graph {

using test::FrozenGraph;
using test::NamedTensors;
using test::Seeded;

namespace {

constexpr int64_t kFeatures = 6, kClasses = 4;

NamedTensors Parameters() {
  return {{"w", Seeded({kClasses, kFeatures}, 1)},
          {"b", Seeded({kClasses}, 2)},
          {"kernel", Seeded({kClasses, kFeatures, 1, 1}, 3)},
          {"half", at::full({1}, 0.5)},
          {"per_class", Seeded({kClasses}, 4)}};
}

std::string Forward(const std::string& body) { return "def forward(self, x):\n  " + body + "\n"; }

// Finds the head of a one-line model and checks that it computes what the model does.
Head CheckedHead(const std::string& body, at::IntArrayRef input_shape = {3, kFeatures}) {
  auto graph = FrozenGraph(Forward(body), Parameters());
  HeadSearch search = FindHead(graph->outputs()[0]);
  INFO(body, ": ", search.missing);
  REQUIRE(search.head);
  Head& head = *search.head;
  CHECK(search.missing.empty());
  CHECK(head.weight.sizes() == at::IntArrayRef{kClasses, kFeatures});

  const auto exposed = ExposeOutputs(*graph, {graph->outputs()[0], head.input});
  const auto outputs = test::RunGraph(exposed, Seeded(input_shape, 9));
  const at::Tensor logits = outputs[0].reshape({-1, kClasses});
  at::Tensor features = outputs[1];
  if (head.kind == "conv1x1") features = features.permute({0, 2, 3, 1});
  at::Tensor expected = features.reshape({-1, kFeatures}).matmul(head.weight.t());
  if (head.bias.defined()) expected = expected + head.bias;
  CHECK(test::LargestDifference(logits, expected * head.scale) < 1e-5);
  return head;
}

std::string Missing(const std::string& body) {
  auto graph = FrozenGraph(Forward(body), Parameters());
  const HeadSearch search = FindHead(graph->outputs()[0]);
  INFO(body);
  CHECK(!search.head);
  return search.missing;
}

}  // namespace

TEST_CASE("a linear layer is the head, with and without bias") {
  Head head = CheckedHead("return torch.linear(x, self.w, self.b)");
  CHECK(head.kind == "linear");
  CHECK(head.bias.defined());
  head = CheckedHead("return torch.linear(torch.relu(x), self.w)");
  CHECK(head.kind == "linear");
  CHECK(!head.bias.defined());
}

TEST_CASE("addmm is the head when it scales nothing") {
  CHECK(CheckedHead("return torch.addmm(self.b, x, self.w.t())").kind == "addmm");
  CHECK(!Missing("return torch.addmm(self.b, x, self.w.t(), beta=2)").empty());
  CHECK(!Missing("return torch.addmm(self.b, x, self.w.t(), alpha=0.5)").empty());
}

TEST_CASE("a matrix product is the head, with a bias added on either side") {
  CHECK(!CheckedHead("return torch.matmul(x, self.w.t())").bias.defined());
  CHECK(!CheckedHead("return torch.mm(x, self.w.t())").bias.defined());
  CHECK(CheckedHead("return torch.matmul(x, self.w.t()) + self.b").bias.defined());
  CHECK(CheckedHead("return self.b + torch.mm(x, self.w.t())").bias.defined());
  CHECK(CheckedHead("return torch.add(torch.mm(x, self.w.t()), self.b)").kind == "matmul");
}

TEST_CASE("a bias that is scaled when it is added is not taken for the layer's") {
  CHECK(!Missing("return torch.add(torch.mm(x, self.w.t()), self.b, alpha=2)").empty());
  CHECK(!Missing("return torch.add(self.b, torch.mm(x, self.w.t()), alpha=2)").empty());
}

TEST_CASE("a 1x1 convolution is the head") {
  const Head head =
      CheckedHead("return torch.conv2d(x, self.kernel, self.b).flatten(1)", {3, kFeatures, 1, 1});
  CHECK(head.kind == "conv1x1");
  CHECK(head.bias.defined());
  CHECK(Missing("return torch.conv2d(x, self.kernel, None, 1, 0, 1, 2)") ==
        "the output is made by aten::conv2d, not by a linear layer with constant weights");
}

TEST_CASE("temperature, a constant number on the way, becomes the scale") {
  const std::string linear = "torch.linear(x, self.w, self.b)";
  CHECK(CheckedHead("return " + linear + " / 1.7").scale == doctest::Approx(1 / 1.7));
  CHECK(CheckedHead("return " + linear + " * 3").scale == doctest::Approx(3));
  CHECK(CheckedHead("return " + linear + " / self.half").scale == doctest::Approx(2));
  CHECK(CheckedHead("return (" + linear + " * 3 / 2).mul_(5)").scale == doctest::Approx(7.5));
  CHECK(!Missing("return " + linear + " / self.per_class").empty());
  CHECK(!Missing("return " + linear + " / 0.0").empty());
  CHECK(!Missing("return " + linear + " / x.sum()").empty());
  CHECK(!Missing("return torch.div(" + linear + ", 2, rounding_mode='floor')").empty());
}

TEST_CASE("of a sum the operand with a head is followed, and the other one named") {
  const std::string patches = "torch.linear(x, self.w).unsqueeze(1).max(1)[0]";
  for (const std::string& sum : {"torch.linear(x, self.w, self.b) + 0.5 * " + patches,
                                 "0.5 * " + patches + " + torch.linear(x, self.w, self.b)"}) {
    auto graph = FrozenGraph(Forward("return (" + sum + ") / 2"), Parameters());
    const HeadSearch search = FindHead(graph->outputs()[0]);
    INFO(sum, ": ", search.missing);
    REQUIRE(search.head);
    CHECK(search.head->bias.defined());
    CHECK(search.head->scale == doctest::Approx(0.5));
    CHECK(search.head->addend == "aten::mul");
  }
  CHECK(CheckedHead("return torch.linear(x, self.w, self.b)").addend.empty());
}

TEST_CASE("two heads that are added are no head") {
  CHECK(Missing("return (torch.linear(x, self.w) + torch.linear(x.relu(), self.w)) / 2") ==
        "the output is the sum of two linear layers on different features");
  CHECK(test::Contains(Missing("return x + x.relu()"), "aten::add"));
}

TEST_CASE("reshapes, squeezes and dropout on the way are stepped over") {
  CHECK(CheckedHead("y = torch.linear(torch.dropout(x, 0.5, False).unsqueeze(1), self.w, self.b)\n"
                    "  return torch.dropout(y, 0.5, False).squeeze(1)")
            .scale == 1.0);
  CHECK(CheckedHead("return torch.linear(x, self.w).view([-1, 4]).contiguous()").kind == "linear");
}

TEST_CASE("the reason names the operation that is no linear layer") {
  CHECK(Missing("return torch.relu(torch.linear(x, self.w))") ==
        "the output is made by aten::relu, not by a linear layer with constant weights");
  CHECK(Missing("return x") == "the output is the input itself: no layer in between");
  CHECK(Missing("return x.flatten(1)") == "the output is the input itself: no layer in between");
  CHECK(test::Contains(Missing("return torch.linear(x, x)"), "aten::linear"));
}

}  // namespace spurious::graph
