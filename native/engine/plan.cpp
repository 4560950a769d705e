#include "engine/plan.h"

#include <ATen/Config.h>
#include <torch/csrc/jit/passes/onednn_graph_fuser.h>

#include <mutex>

namespace spurious {

Plan::Plan(std::shared_ptr<torch::jit::Graph> graph, c10::IValue self, bool fused)
    : self_(std::move(self)), fused_(fused) {
  if (fused_) {
    executor_ = torch::jit::GraphExecutor(graph, "forward");
  } else {
    code_ = torch::jit::Code(graph, "forward");
  }
}

std::vector<at::Tensor> Plan::Run(const at::Tensor& images) {
  torch::jit::Stack stack{self_, images};
  if (fused_) {
    executor_.run(stack);
  } else {
    torch::jit::InterpreterState(code_).run(stack);
  }
  std::vector<at::Tensor> outputs;
  for (const auto& value : stack.back().toTupleRef().elements()) {
    outputs.push_back(value.toTensor());
  }
  return outputs;
}

void EnableCpuFusion() {
  static std::once_flag once;
  std::call_once(once, [] {
    if (AT_MKLDNN_ENABLED()) torch::jit::RegisterLlgaFuseGraph::setEnabled(true);
  });
}

}  // namespace spurious
