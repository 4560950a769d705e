#include "engine/plan.h"

#include <ATen/Config.h>
#include <torch/csrc/jit/passes/onednn_graph_fuser.h>

#include <mutex>
#include <utility>

#include "graph/keep_tanh_gelu.h"

namespace spurious {

namespace {

std::vector<at::Tensor> TensorsOf(const torch::jit::Stack& stack) {
  std::vector<at::Tensor> tensors;
  for (const c10::IValue& value : stack) tensors.push_back(value.toTensor());
  return tensors;
}

}  // namespace

Plan::Plan(std::shared_ptr<torch::jit::Graph> graph, c10::IValue self, bool fused)
    : graph_(std::move(graph)), self_(std::move(self)), fused_(fused) {
  if (!fused_) return;
  auto compiled = graph_->copy();
  graph::KeepTanhGelu(*compiled);
  executor_ = torch::jit::GraphExecutor(std::move(compiled), "forward");
}

std::vector<at::Tensor> Plan::Run(const at::Tensor& images) {
  const torch::jit::Stack stack{self_, images};
  if (!fused_) return RunPlain(stack);
  try {
    return RunFused(stack);
  } catch (const c10::OutOfMemoryError&) {
    throw;
  } catch (const std::exception&) {
    // oneDNN Graph fails on some sound models (ConvNeXt's residual branches, attention in half
    // precision). Where the model is at fault, it says so again.
    fused_ = false;
    executor_ = {};
    return RunPlain(stack);
  }
}

std::vector<at::Tensor> Plan::RunFused(torch::jit::Stack stack) {
  executor_.run(stack);
  return TensorsOf(stack);
}

std::vector<at::Tensor> Plan::RunPlain(torch::jit::Stack stack) {
  if (!code_) code_.emplace(graph_, "forward");
  torch::jit::InterpreterState(*code_).run(stack);
  return TensorsOf(stack);
}

void EnableCpuFusion() {
  static std::once_flag once;
  std::call_once(once, [] {
    if (AT_MKLDNN_ENABLED()) torch::jit::RegisterLlgaFuseGraph::setEnabled(true);
  });
}

}  // namespace spurious
