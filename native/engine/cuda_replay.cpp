#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDAStream.h>
#include <cuda_runtime_api.h>

#include <cstdlib>
#include <string_view>

#include "engine/replay.h"

namespace spurious {

namespace {

// Passes before the one that is recorded: the executor profiles and compiles, libraries choose
// their kernels and take their workspaces, none of which may happen while recording.
constexpr int kWarmUp = 3;

class CudaReplay final : public Replay {
 public:
  std::vector<at::Tensor> Run(const at::Tensor& images, const Pass& pass) override {
    if (passes_ < kWarmUp) {
      ++passes_;
      return pass(images);
    }
    if (!graph_ && can_record_) Record(images, pass);
    if (!graph_) return pass(images);
    input_.copy_(images);
    graph_->replay();
    // The next pass writes to the same memory, before these are read.
    std::vector<at::Tensor> answers;
    for (const at::Tensor& output : outputs_) answers.push_back(output.clone());
    return answers;
  }

 private:
  void Record(const at::Tensor& images, const Pass& pass) {
    input_ = images.clone();
    auto graph = std::make_unique<at::cuda::CUDAGraph>();
    try {
      c10::cuda::getCurrentCUDAStream().synchronize();
      // Other threads go on working with the device.
      graph->capture_begin({0, 0}, cudaStreamCaptureModeThreadLocal);
      try {
        outputs_ = pass(input_);
      } catch (...) {
        EndFailed(*graph);
        throw;
      }
      graph->capture_end();
      graph_ = std::move(graph);
    } catch (const std::exception&) {
      // A model that waits for the device (to read a number, to count what is not zero) cannot be
      // recorded; nor may there be memory for it. Where the pass is at fault, it says so again.
      can_record_ = false;
      outputs_.clear();
      input_ = at::Tensor();
    }
  }

  static void EndFailed(at::cuda::CUDAGraph& graph) {
    try {
      graph.capture_end();
    } catch (const std::exception&) {
      cudaGetLastError();  // that of the recording, which is known
    }
  }

  int passes_ = 0;
  bool can_record_ = true;
  std::unique_ptr<at::cuda::CUDAGraph> graph_;
  at::Tensor input_;
  std::vector<at::Tensor> outputs_;
};

}  // namespace

bool WantsCudaGraphs() {
  const char* value = std::getenv("SPURIOUS_NATIVE_CUDA_GRAPHS");
  return value != nullptr && std::string_view(value) == "1";
}

void UseOwnCudaStream(at::Device device) {
  c10::cuda::setCurrentCUDAStream(
      c10::cuda::getStreamFromPool(/*isHighPriority=*/false, device.index()));
}

std::unique_ptr<Replay> MakeCudaReplay() { return std::make_unique<CudaReplay>(); }

}  // namespace spurious
