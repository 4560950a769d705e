#include "graph/find_logits.h"

#include "test/support_models.h"
#include "test/testing.h"

namespace spurious::graph {

using test::FrozenGraph;
using test::NamedTensors;
using test::Seeded;

namespace {

NamedTensors Parameters() { return {{"w", Seeded({4, 6}, 1)}, {"b", Seeded({4}, 2)}}; }

// The graph must outlive what is found in it.
struct Found {
  std::shared_ptr<Graph> graph;
  Logits logits;

  std::string operation() const { return OpName(logits.value->node()); }
};

Found Find(const std::string& body) {
  auto graph = FrozenGraph("def forward(self, x):\n  " + body + "\n", Parameters());
  const Logits logits = FindLogits(*graph);
  return {graph, logits};
}

std::string Refusal(const std::string& body) {
  const Error error = test::ErrorOf([&] { Find(body); });
  CHECK(error.code() == ErrorCode::kModelOutputUnsupported);
  return error.what();
}

const std::string kLinear = "torch.linear(x, self.w, self.b)";

}  // namespace

TEST_CASE("a tensor is the logits itself") {
  const Found found = Find("return " + kLinear);
  CHECK(found.logits.output == "tensor");
  CHECK(found.logits.output_key.empty());
  CHECK(!found.logits.softmax_removed);
  CHECK(found.logits.value == found.graph->outputs()[0]);
}

TEST_CASE("of a tuple the first element with a linear head is taken") {
  Found found = Find("return torch.relu(x), " + kLinear);
  CHECK(found.logits.output == "tuple");
  CHECK(found.logits.output_key == "1");
  CHECK(found.operation() == "aten::linear");
  found = Find("return " + kLinear + ", torch.linear(x, self.w)");
  CHECK(found.logits.output_key == "0");
}

TEST_CASE("without a linear head the first tensor of a tuple is taken") {
  const Found found = Find("return 3, torch.relu(x), torch.tanh(x)");
  CHECK(found.logits.output_key == "1");
  CHECK(found.operation() == "aten::relu");
}

TEST_CASE("of a list the first element with a linear head is taken") {
  const Found found = Find("return [torch.relu(x), " + kLinear + "]");
  CHECK(found.logits.output == "list");
  CHECK(found.logits.output_key == "1");
}

TEST_CASE("of a dictionary the entry logits is taken, whatever else has a head") {
  Found found = Find("return {'aux': " + kLinear + ", 'logits': torch.relu(x)}");
  CHECK(found.logits.output == "dict");
  CHECK(found.logits.output_key == "logits");
  CHECK(found.operation() == "aten::relu");
  found = Find("return {'features': torch.relu(x), 'out': " + kLinear + "}");
  CHECK(found.logits.output_key == "out");
}

TEST_CASE("a softmax or log-softmax at the very end is stepped over") {
  for (const auto& end : {"torch.softmax(y, 1)", "torch.log_softmax(y, -1)",
                          "torch.softmax(y, 1).squeeze(0)", "torch.softmax(y, 1).contiguous()"}) {
    const Found found = Find("y = " + kLinear + "\n  return " + end);
    INFO(end);
    CHECK(found.logits.softmax_removed);
    CHECK(found.operation() == "aten::linear");
  }
  const Found inside = Find("return torch.softmax(" + kLinear + ", 1) * 2");
  CHECK(!inside.logits.softmax_removed);
  CHECK(inside.operation() == "aten::mul");
  const Found in_tuple = Find("return torch.softmax(" + kLinear + ", 1), x");
  CHECK(in_tuple.logits.softmax_removed);
}

TEST_CASE("a softmax in the model that is not at its end stays") {
  const Found found = Find("return torch.linear(torch.softmax(x, 1), self.w)");
  CHECK(!found.logits.softmax_removed);
  CHECK(found.operation() == "aten::linear");
}

TEST_CASE("outputs without a tensor are refused by what they are") {
  CHECK(test::Contains(Refusal("return x.size(0)"), "a value of type int"));
  CHECK(test::Contains(Refusal("return x.size(0), x.dim()"), "a tuple without a tensor"));
  CHECK(test::Contains(Refusal("return {'a': x.size(0)}"), "a dictionary without a tensor"));
  CHECK(test::Contains(Refusal("return [x.size(0)]"), "a list without a tensor"));
}

}  // namespace spurious::graph
