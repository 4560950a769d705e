// A graph made ready to run.
#pragma once

#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/csrc/jit/runtime/interpreter.h>
#include <torch/script.h>

#include <memory>
#include <optional>
#include <vector>

namespace spurious {

// Fused plans profile their first run and compile on the second for the shape they saw then
// (oneDNN Graph on CPU), so each serves one input shape; others run the graph as it is.
class Plan {
 public:
  Plan(std::shared_ptr<torch::jit::Graph> graph, c10::IValue self, bool fused);

  // `images` [N, C, H, W]; returns the graph's outputs.
  std::vector<at::Tensor> Run(const at::Tensor& images);

  // False as well after compiling has failed: the plan then runs the graph as it is.
  bool fused() const { return fused_; }

 private:
  std::vector<at::Tensor> RunFused(torch::jit::Stack stack);
  std::vector<at::Tensor> RunPlain(torch::jit::Stack stack);

  std::shared_ptr<torch::jit::Graph> graph_;
  c10::IValue self_;
  bool fused_;
  torch::jit::GraphExecutor executor_;
  std::optional<torch::jit::Code> code_;
};

// Turns oneDNN Graph fusion on for the process; must come before any graph is run and is never
// undone (toggling it leaves passes registered twice). Does nothing where the build lacks oneDNN.
void EnableCpuFusion();

}  // namespace spurious
