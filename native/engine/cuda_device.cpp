#include "engine/cuda_device.h"

#include <c10/cuda/CUDAFunctions.h>
#include <cuda_runtime_api.h>

#include "core/error.h"

namespace spurious {

std::vector<CudaDeviceInfo> CudaDevices() {
  std::vector<CudaDeviceInfo> devices;
  const int count = c10::cuda::device_count();
  for (int i = 0; i < count; ++i) {
    cudaDeviceProp properties{};
    if (cudaGetDeviceProperties(&properties, i) != cudaSuccess) continue;
    devices.push_back({i, properties.name, properties.totalGlobalMem});
  }
  return devices;
}

at::Device CheckedCudaDevice(at::Device device, const std::string& name) {
  const int count = c10::cuda::device_count();
  const int index = device.has_index() ? device.index() : 0;
  if (index >= count) {
    throw Error(ErrorCode::kDeviceUnavailable,
                "choosing a device: " + name + ": expected one of " + std::to_string(count) +
                    " CUDA devices, got index " + std::to_string(index),
                name);
  }
  return {at::kCUDA, static_cast<c10::DeviceIndex>(index)};
}

}  // namespace spurious
