// A forward pass that is recorded once and replayed.
#pragma once

#include <torch/script.h>

#include <functional>
#include <memory>
#include <vector>

namespace spurious {

class Replay {
 public:
  using Pass = std::function<std::vector<at::Tensor>(const at::Tensor&)>;

  virtual ~Replay() = default;
  // What `pass` answers to images of one and the same shape and type. What it cannot record it runs
  // as it is.
  virtual std::vector<at::Tensor> Run(const at::Tensor& images, const Pass& pass) = 0;
};

#ifdef SPURIOUS_WITH_CUDA
// Whether passes are to be replayed: SPURIOUS_NATIVE_CUDA_GRAPHS=1 in the environment.
bool WantsCudaGraphs();

// Gives the calling thread a stream of its own, for good: the default stream cannot be recorded.
void UseOwnCudaStream(at::Device device);

// The kernels of a pass as a CUDA graph: one launch instead of hundreds. The calling thread has a
// stream of its own.
std::unique_ptr<Replay> MakeCudaReplay();
#endif

}  // namespace spurious
