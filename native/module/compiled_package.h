// A model compiled ahead of time by AOTInductor (a .pt2 package), as a graph of one call.
#pragma once

#include <torch/script.h>

#include <memory>
#include <optional>
#include <string>

namespace spurious {

// Values belong to `graph`, whose inputs are `self` and the images.
struct CompiledPackage {
  c10::IValue self;
  std::shared_ptr<torch::jit::Graph> graph;
  torch::jit::Value* logits = nullptr;
  torch::jit::Value* features = nullptr;  // where the package gives them
  at::Tensor head_weight, head_bias;      // of the layer between the two, else undefined
  int64_t parameters = 0;
  std::optional<std::string> metadata;  // spurious_native.json
};

// Whether the file is a zip archive that holds a model compiled ahead of time.
bool IsCompiledPackage(const std::string& path);

// Reads a package onto the device that it was compiled for. It is native code that takes any
// pointer for the shape it was compiled for, so a package that does not record its shape
// (tools/export_model.py does) is refused, and pictures of another shape are.
// Throws kModelOutputUnsupported, kModelDamaged, kDeviceUnavailable for another device or type.
CompiledPackage LoadCompiledPackage(const std::string& path, at::Device device,
                                    at::ScalarType dtype);

}  // namespace spurious
