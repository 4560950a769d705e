// Tensors from files of test/fixtures.
#pragma once

#include <torch/script.h>

#include <map>
#include <string>
#include <vector>

namespace spurious::test {

using Tensors = std::map<std::string, at::Tensor>;

// All tensors of a safetensors file (float32, float64, int64 or uint8).
// Throws std::runtime_error when it is none.
Tensors ReadTensors(const std::string& path);

// RGB pixels of .npy files of one size, one after another: what a ForwardJob takes.
std::vector<uint8_t> ReadPixels(const std::vector<std::string>& paths);

}  // namespace spurious::test
