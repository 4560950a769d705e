#include "module/prepared_model.h"

#include <torch/csrc/jit/passes/dead_code_elimination.h>
#include <torch/csrc/jit/passes/freeze_module.h>
#include <torch/csrc/jit/passes/frozen_graph_optimizations.h>

#include <set>

#include "core/error.h"
#include "graph/bind_input_type.h"
#include "graph/expose_outputs.h"
#include "graph/resolve_attributes.h"
#include "graph/rewrite_constants.h"
#include "module/compiled_package.h"
#include "module/load_module.h"

namespace spurious {

namespace {

ModelFacts FactsOf(const torch::jit::Module& module) {
  ModelFacts facts;
  std::set<std::string> dtypes;
  for (const auto& parameter : module.parameters()) {
    facts.parameters += parameter.numel();
    dtypes.insert(c10::toString(parameter.scalar_type()));
  }
  facts.parameter_dtypes.assign(dtypes.begin(), dtypes.end());
  if (auto name = module.type()->name()) facts.type_name = name->name();
  if (!module.hasattr("training")) facts.kind = "frozen";  // freezing takes the attribute away
  return facts;
}

// Tracing records the operator below torch.nn.functional.conv2d; scripting keeps conv2d itself.
bool IsTraced(torch::jit::Graph& graph) {
  for (const torch::jit::Node* node : graph.nodes()) {
    const std::string op = graph::OpName(node);
    if (op == "aten::_convolution") return true;
    if (op == "aten::conv2d") return false;
  }
  return false;
}

// Weights and statistics alone: tables of indices, as attention with relative positions has them,
// stay whole numbers (Module::to would convert them too).
void ToFloat(const torch::jit::Module& module) {
  auto convert = [](at::Tensor tensor) {
    if (tensor.is_floating_point()) tensor.set_data(tensor.to(at::kFloat));
  };
  for (const at::Tensor& parameter : module.parameters()) convert(parameter);
  for (const at::Tensor& buffer : module.buffers()) convert(buffer);
}

// Values of arguments after the image that have defaults; one without cannot be filled in.
void BindDefaults(torch::jit::Graph& graph, const c10::FunctionSchema& schema) {
  const auto& arguments = schema.arguments();
  if (graph.inputs().size() < 2 ||
      !graph.inputs()[1]->type()->isSubtypeOf(*c10::TensorType::get())) {
    throw Error(ErrorCode::kModelOutputUnsupported,
                "reading the model: expected forward(images), got forward with " +
                    std::to_string(graph.inputs().size() - 1) + " inputs, the first of type " +
                    (graph.inputs().size() < 2 ? "none" : graph.inputs()[1]->type()->repr_str()));
  }
  while (graph.inputs().size() > 2) {
    const size_t i = graph.inputs().size() - 1;
    const auto& fallback = i < arguments.size() ? arguments[i].default_value() : std::nullopt;
    if (!fallback) {
      throw Error(ErrorCode::kModelOutputUnsupported,
                  "reading the model: expected forward(images), got a further input '" +
                      (i < arguments.size() ? arguments[i].name() : std::to_string(i)) +
                      "' without a default");
    }
    torch::jit::WithInsertPoint guard(graph.block()->nodes().front());
    graph.inputs()[i]->replaceAllUsesWith(graph.insertConstant(*fallback));
    graph.eraseInput(i);
  }
}

}  // namespace

PreparedModel::PreparedModel(const std::string& path, at::Device device, at::ScalarType dtype)
    : path_(path), device_(device), dtype_(dtype) {
  if (IsCompiledPackage(path)) {
    TakePackage(LoadCompiledPackage(path, device, dtype));
    return;
  }
  torch::jit::Module module = LoadModule(path, device, facts_.metadata);
  auto metadata = facts_.metadata;
  facts_ = FactsOf(module);
  facts_.metadata = metadata;
  try {
    facts_.detaches = graph::Detaches(module, "forward");
    SetEvaluationMode(module);
    // Batch norms are folded in float32 whatever the final precision: folding in half precision
    // would lose digits.
    ToFloat(module);
    module = torch::jit::freeze_module(module);
    self_ = module._ivalue();
    graph_ = module.get_method("forward").graph();
    if (facts_.kind != "frozen") facts_.kind = IsTraced(*graph_) ? "traced" : "scripted";
    BindDefaults(*graph_, module.get_method("forward").function().getSchema());
    graph::BindInputType(graph_, graph_->inputs()[1], device, dtype);
    graph::RewriteConstants(*graph_, device, at::kFloat);
    torch::jit::OptimizeFrozenGraph(graph_);
    if (dtype != at::kFloat) graph::RewriteConstants(*graph_, device, dtype);
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    throw Error(
        ErrorCode::kModelOutputUnsupported,
        "preparing the model: " + path +
            ": expected a model that torch::jit::freeze accepts, got: " + FirstLines(error.what()),
        path);
  }
  logits_ = graph::FindLogits(*graph_);
  head_ = graph::FindHead(logits_.value);
  feature_map_ = graph::FindFeatureMap(head_.head ? head_.head->input : logits_.value);
  normalization_ = graph::FindNormalization(graph_->inputs()[1]);
  input_shape_ = graph::FindInputShape(graph_->inputs()[1]);
}

void PreparedModel::TakePackage(const CompiledPackage& package) {
  facts_.kind = "compiled";
  facts_.type_name = "AOTInductor";
  facts_.parameters = package.parameters;
  facts_.parameter_dtypes = {"Float"};
  facts_.metadata = package.metadata;
  self_ = package.self;
  graph_ = package.graph;
  logits_ = {package.logits, "tensor", "", false};
  if (package.features != nullptr) {
    head_.head = graph::Head{"linear", package.features, package.logits, package.head_weight,
                             package.head_bias};
  } else {
    head_.missing = "the package was compiled without features as an output";
  }
}

std::shared_ptr<torch::jit::Graph> PreparedModel::GraphFor(const Wanted& wanted) const {
  std::vector<torch::jit::Value*> values{logits_.value};
  if (wanted.features) {
    if (!head_.head) {
      throw Error(ErrorCode::kModelOutputUnsupported,
                  "finding the penultimate features: " + head_.missing);
    }
    values.push_back(head_.head->input);
  }
  if (wanted.feature_map) {
    if (!feature_map_) {
      throw Error(ErrorCode::kModelOutputUnsupported,
                  "finding the last feature map: the graph has no convolution, pooling or tokens");
    }
    values.push_back(feature_map_->value);
  }
  return graph::ExposeOutputs(*graph_, values);
}

ModelGraph PreparedModel::Frozen() const {
  return {"frozen", self_, graph_, logits_, head_, feature_map_};
}

const ModelGraph& PreparedModel::Original() const {
  if (original_) return *original_;
  std::optional<std::string> metadata;
  torch::jit::Module module = LoadModule(path_, device_, metadata);
  SetEvaluationMode(module);
  ToFloat(module);
  ModelGraph original;
  original.name = "original";
  original.self = module._ivalue();
  original.graph = graph::ResolveAttributes(module, "forward");
  graph::RewriteConstants(*original.graph, device_, dtype_);
  BindDefaults(*original.graph, module.get_method("forward").function().getSchema());
  original.logits = graph::FindLogits(*original.graph);
  original.head = graph::FindHead(original.logits.value);
  original.feature_map =
      graph::FindFeatureMap(original.head.head ? original.head.head->input : original.logits.value);
  original_ = std::move(original);
  return *original_;
}

std::vector<int64_t> PreparedModel::ShapeConstants() const {
  std::vector<int64_t> firsts;
  for (const torch::jit::Node* node : graph_->nodes()) {
    const std::string op = graph::OpName(node);
    if (op != "aten::view" && op != "aten::reshape" && op != "aten::expand") continue;
    auto shape = graph::ConstantInts(node->input(1));
    if (shape && !shape->empty()) firsts.push_back(shape->front());
  }
  return firsts;
}

}  // namespace spurious
