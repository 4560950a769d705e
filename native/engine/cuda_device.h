// CUDA devices; compiled only against a CUDA libtorch.
#pragma once

#include <c10/core/Device.h>

#include <string>
#include <vector>

namespace spurious {

struct CudaDeviceInfo {
  int index;
  std::string name;
  size_t memory_bytes;
};

// Empty where no driver or no device is present.
std::vector<CudaDeviceInfo> CudaDevices();

// The device with an index; throws kDeviceUnavailable when it does not exist.
at::Device CheckedCudaDevice(at::Device device, const std::string& name);

}  // namespace spurious
