// From 8-bit pixels to the tensor a model is given.
#pragma once

#include <torch/script.h>

#include <cstdint>
#include <memory>
#include <vector>

namespace spurious {

struct ImageBatch {
  const uint8_t* pixels = nullptr;  // [count, height, width, 3] RGB
  int64_t count = 0, height = 0, width = 0;
  std::vector<float> mean;  // per channel of inputs in [0, 1]
  std::vector<float> std;
};

// float32((value / 255 - mean) / std), each step rounded to float32 as torchvision does, for every
// channel and 8-bit value: [3 * 256].
std::vector<float> NormalizationTable(const std::vector<float>& mean,
                                      const std::vector<float>& std);

class InputStager {
 public:
  virtual ~InputStager() = default;
  // [rows, 3, height, width], channels last, of the model's type and device; rows past `count`
  // repeat the first image. May return before the device has the data, in which case later work on
  // the current stream waits for it.
  virtual at::Tensor Stage(const ImageBatch& images, int64_t rows, at::ScalarType dtype) = 0;
};

std::unique_ptr<InputStager> MakeCpuStager();
#ifdef SPURIOUS_WITH_CUDA
std::unique_ptr<InputStager> MakeCudaStager(at::Device device);
#endif

}  // namespace spurious
