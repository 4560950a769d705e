#include "attack/feature_objective.h"

#include "core/error.h"
#include "engine/gradient.h"
#include "graph/expose_outputs.h"

namespace spurious {

namespace {

std::shared_ptr<torch::jit::Graph> GraphOf(const ModelGraph& model, bool logits) {
  if (!model.head.head) throw NotDifferentiable("no linear head: " + model.head.missing);
  std::vector<torch::jit::Value*> outputs{model.head.head->input};
  if (logits) outputs.push_back(model.logits.value);
  return graph::ExposeOutputs(*model.graph, outputs);
}

at::Tensor PerChannel(const std::vector<float>& numbers, at::Device device) {
  return at::tensor(at::ArrayRef<float>(numbers)).view({1, 3, 1, 1}).to(device);
}

}  // namespace

FeatureObjective::FeatureObjective(const ModelGraph& model, const at::Tensor& pull,
                                   const ImageInput& input)
    : features_(GraphOf(model, /*logits=*/false), model.self, /*fused=*/false),
      answer_(GraphOf(model, /*logits=*/true), model.self, /*fused=*/false),
      pull_(pull),
      input_(input),
      mean_(PerChannel(input.mean, pull.device())),
      std_(PerChannel(input.std, pull.device())) {}

at::Tensor FeatureObjective::Prepare(const at::Tensor& images) const {
  at::Tensor prepared = ((images - mean_) / std_).to(input_.dtype);
  const int64_t missing = input_.rows - images.size(0);
  if (missing <= 0) return prepared;
  const at::Tensor filler = prepared.narrow(0, 0, 1).detach();
  return at::cat({prepared, filler.expand({missing, -1, -1, -1})});
}

Evaluation FeatureObjective::Evaluate(const at::Tensor& images) {
  at::AutoGradMode recorded(true);
  const int64_t count = images.size(0);
  const at::Tensor leaf = images.detach().requires_grad_();
  const at::Tensor features = RunRecorded(features_, Prepare(leaf))[0].narrow(0, 0, count);
  const at::Tensor flat = features.flatten(1);  // [N, d, 1, 1] before a convolutional head
  const at::Tensor gradients = PullBack(flat, leaf, pull_);
  at::NoGradGuard unrecorded;
  return {Values(flat.detach().to(at::kDouble)), gradients};
}

FeatureObjective::Answer FeatureObjective::Run(const at::Tensor& images) {
  at::NoGradGuard unrecorded;
  const auto outputs = answer_.Run(Prepare(images));
  const auto rows = [&images](const at::Tensor& output) {
    return output.narrow(0, 0, images.size(0)).flatten(1).to(at::kDouble);
  };
  return {rows(outputs[1]), rows(outputs[0])};
}

}  // namespace spurious
