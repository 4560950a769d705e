#include "engine/input.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cstring>

namespace spurious {

std::vector<float> NormalizationTable(const std::vector<float>& mean,
                                      const std::vector<float>& std) {
  std::vector<float> table(3 * 256);
  for (size_t c = 0; c < 3; ++c) {
    for (size_t v = 0; v < 256; ++v) {
      const float scaled = static_cast<float>(v) / 255.0F;
      table[c * 256 + v] = (scaled - mean[c]) / std[c];
    }
  }
  return table;
}

namespace {

class CpuStager final : public InputStager {
 public:
  at::Tensor Stage(const ImageBatch& images, int64_t rows, at::ScalarType dtype) override {
    const auto table = NormalizationTable(images.mean, images.std);
    at::Tensor batch =
        at::empty({rows, 3, images.height, images.width},
                  at::TensorOptions(at::kFloat).memory_format(at::MemoryFormat::ChannelsLast));
    float* out = batch.data_ptr<float>();
    const int64_t values = images.height * images.width * 3;
    at::parallel_for(0, rows, 1, [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row) {
        const uint8_t* in = images.pixels + (row < images.count ? row : 0) * values;
        Convert(in, out + row * values, values, table.data());
      }
    });
    return dtype == at::kFloat ? batch : batch.to(dtype);
  }

 private:
  // Channels last is the pixels' own order, so one pass over the values does it.
  static void Convert(const uint8_t* in, float* out, int64_t values, const float* table) {
    for (int64_t i = 0; i < values; i += 3) {
      out[i] = table[in[i]];
      out[i + 1] = table[256 + in[i + 1]];
      out[i + 2] = table[512 + in[i + 2]];
    }
  }
};

}  // namespace

std::unique_ptr<InputStager> MakeCpuStager() { return std::make_unique<CpuStager>(); }

}  // namespace spurious
