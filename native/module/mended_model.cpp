#include "module/mended_model.h"

#include <torch/csrc/jit/passes/inliner.h>

#include <vector>

#include "core/error.h"
#include "graph/find_head.h"
#include "graph/find_logits.h"
#include "graph/resolve_attributes.h"
#include "module/load_module.h"

namespace spurious {

namespace {

using graph::Graph;
using graph::Node;
using graph::Value;

// The features are [N, d] or [N, d, 1, 1], the logits likewise. Types follow the model's, whatever
// it is converted to.
constexpr const char* kLowerSource = R"(
def lower(self, logits, features):
    phi = features.flatten(1).type_as(self.slopes)
    beta = torch.relu(torch.linear(phi, self.slopes, self.offsets)).type_as(logits)
    return logits.flatten(1).index_add(1, self.columns, -beta).view_as(logits)
)";

struct Places {
  Value* logits;
  Value* features;
  int64_t dimension;
};

[[noreturn]] void Unsupported(const std::string& path, const std::string& got) {
  throw Error(
      ErrorCode::kModelOutputUnsupported,
      "mending the model: " + path +
          ": expected logits made by a linear layer of the penultimate features, got: " + got,
      path);
}

// The values of `graph`, which reads its tensors from `module`. The passes want weights as
// constants, so they look at a copy that has them.
Places Find(Graph& graph, const torch::jit::Module& module, const std::string& path) {
  const auto copy = graph.copy();
  std::unordered_map<const Value*, Value*> original;
  auto node = graph.nodes().begin();
  for (const Node* copied : copy->nodes()) {
    for (size_t i = 0; i < copied->outputs().size(); ++i) {
      original.emplace(copied->output(i), node->output(i));
    }
    ++node;
  }
  graph::ReplaceReads(*copy, module, graph::Attributes::kAll);
  const graph::Logits logits = graph::FindLogits(*copy);
  const graph::HeadSearch search = graph::FindHead(logits.value);
  if (!search.head) Unsupported(path, search.missing);
  const auto features = original.find(search.head->input);
  const auto found = original.find(logits.value);
  if (features == original.end() || found == original.end()) {
    Unsupported(path, "a model that computes them in a branch, or not at all");
  }
  return {found->second, features->second, search.head->weight.size(1)};
}

torch::jit::Module Wrap(const torch::jit::Module& model, const Lowering& lowering) {
  torch::jit::Module mended("__torch__.spurious_native.MendedClassifier",
                            model._ivalue()->compilation_unit(), true);
  mended.register_attribute("training", c10::BoolType::get(), false);
  mended.register_module("model", model);
  mended.register_buffer("slopes", lowering.slopes);
  mended.register_buffer("offsets", lowering.offsets);
  mended.register_buffer("columns", lowering.columns);
  mended.define(kLowerSource);
  return mended;
}

// From the logits on, `graph` goes on from the lowered ones.
void Lower(Graph& graph, Value* self, const Places& places, const torch::jit::Module& mended) {
  const auto lower = mended.get_method("lower").graph()->copy();
  torch::jit::Inline(*lower);
  torch::jit::WithInsertPoint guard(places.logits->node()->next());
  Value* lowered =
      torch::jit::insertGraph(graph, *lower, {self, places.logits, places.features}).at(0);
  places.logits->replaceAllUsesAfterNodeWith(lowered->node(), lowered);
}

// The graph of the original's forward becomes the wrapper's: its object is now `self.model`.
void Define(const torch::jit::Module& mended, const torch::jit::Module& model,
            const std::shared_ptr<Graph>& graph) {
  const auto type = mended.type();
  auto* function = model._ivalue()->compilation_unit()->create_function(
      c10::QualifiedName(*type->name(), "forward"), graph);
  const auto& schema = model.get_method("forward").function().getSchema();
  std::vector<c10::Argument> arguments = schema.arguments();
  arguments.at(0) = c10::Argument("self", type);
  function->setSchema(schema.cloneWithArguments(arguments));
  type->addMethod(function);
}

}  // namespace

void SaveMendedModel(const std::string& path, const Lowering& lowering,
                     const std::unordered_map<std::string, std::string>& extra,
                     const std::string& to) {
  std::optional<std::string> metadata;
  torch::jit::Module model = LoadModule(path, at::kCPU, metadata);
  SetEvaluationMode(model);
  try {
    const auto graph =
        graph::ResolveAttributes(model, "forward", graph::Attributes::kAllButTensors);
    const Places places = Find(*graph, model, path);
    if (places.dimension != lowering.slopes.size(1)) {
      Unsupported(path, std::to_string(places.dimension) + " features where the fix has " +
                            std::to_string(lowering.slopes.size(1)));
    }
    const torch::jit::Module mended = Wrap(model, lowering);
    Value* self = graph->insertInput(0, "self");
    self->setType(mended.type());
    Node* original = graph->prependNode(graph->createGetAttr(self, "model"));
    graph->inputs()[1]->replaceAllUsesWith(original->output());
    graph->eraseInput(1);
    Lower(*graph, self, places, mended);
    Define(mended, model, graph);
    mended.save(to, extra);
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    throw Error(
        ErrorCode::kModelOutputUnsupported,
        "mending the model: " + path +
            ": expected a model that TorchScript can write again, got: " + FirstLines(error.what()),
        path);
  }
}

}  // namespace spurious
