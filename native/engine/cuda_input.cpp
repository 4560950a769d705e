// Staging for CUDA: pinned buffers and a copy stream, so that a batch travels while the one before
// it is computed.
#include <ATen/cuda/CUDAEvent.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

#include <array>
#include <cstring>

#include "engine/input.h"

namespace spurious {

namespace {

// Two slots: one travels while the other is read.
constexpr size_t kSlots = 2;

class CudaStager final : public InputStager {
 public:
  explicit CudaStager(at::Device device)
      : device_(device),
        copy_stream_(c10::cuda::getStreamFromPool(/*isHighPriority=*/true, device.index())) {}

  at::Tensor Stage(const ImageBatch& images, int64_t rows, at::ScalarType dtype) override {
    c10::cuda::CUDAGuard guard(device_);
    Slot& slot = slots_[next_];
    next_ = (next_ + 1) % kSlots;
    const at::Tensor bytes = Upload(slot, images, rows);
    return Normalize(bytes, images, dtype);
  }

 private:
  struct Slot {
    at::Tensor pinned;
    at::cuda::CUDAEvent copied;
    bool used = false;
  };

  // uint8 [rows, H, W, 3] on the device, ready for the current stream.
  at::Tensor Upload(Slot& slot, const ImageBatch& images, int64_t rows) {
    const std::vector<int64_t> shape{rows, images.height, images.width, 3};
    const int64_t values = images.height * images.width * 3;
    if (slot.used) slot.copied.synchronize();  // the slot's last copy may still be reading it
    if (!slot.pinned.defined() || slot.pinned.numel() < rows * values) {
      slot.pinned = at::empty({rows * values}, at::TensorOptions(at::kByte).pinned_memory(true));
    }
    auto* host = slot.pinned.data_ptr<uint8_t>();
    std::memcpy(host, images.pixels, static_cast<size_t>(images.count * values));
    for (int64_t row = images.count; row < rows; ++row) {
      std::memcpy(host + row * values, images.pixels, static_cast<size_t>(values));
    }
    const auto compute = c10::cuda::getCurrentCUDAStream(device_.index());
    at::Tensor bytes;
    {
      c10::cuda::CUDAStreamGuard stream(copy_stream_);
      bytes =
          slot.pinned.narrow(0, 0, rows * values).view(shape).to(device_, /*non_blocking=*/true);
      slot.copied.record(copy_stream_);
      slot.used = true;
    }
    slot.copied.block(compute);
    bytes.record_stream(compute.unwrap());
    return bytes;
  }

  // The same numbers as the CPU's: rounded to float32 at every step, then to the model's type. Two
  // kernels, each of which converts types on its way.
  at::Tensor Normalize(const at::Tensor& bytes, const ImageBatch& images, at::ScalarType dtype) {
    if (!table_.defined() || table_.scalar_type() != dtype || images.mean != mean_ ||
        images.std != std_) {
      mean_ = images.mean;
      std_ = images.std;
      const auto table = NormalizationTable(mean_, std_);
      table_ = at::tensor(at::ArrayRef<float>(table)).to(dtype).to(device_);
      offset_ = at::tensor({0, 256, 512}, at::TensorOptions(device_).dtype(at::kInt));
    }
    const at::Tensor index = bytes + offset_;  // int32
    return at::index_select(table_, 0, index.flatten())
        .view(bytes.sizes())
        .permute({0, 3, 1, 2});  // channels last: the same memory order
  }

  at::Device device_;
  c10::cuda::CUDAStream copy_stream_;
  std::array<Slot, kSlots> slots_;
  size_t next_ = 0;
  std::vector<float> mean_, std_;
  at::Tensor table_, offset_;
};

}  // namespace

std::unique_ptr<InputStager> MakeCudaStager(at::Device device) {
  return std::make_unique<CudaStager>(device);
}

}  // namespace spurious
