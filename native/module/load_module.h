// A TorchScript file read from disk.
#pragma once

#include <torch/script.h>

#include <optional>
#include <string>

namespace spurious {

// Name of the metadata inside a model archive.
inline constexpr const char* kMetadataFile = "spurious_native.json";

// Reads `path` onto `device`; `metadata` becomes the content of kMetadataFile, where there is one.
// Throws kModelNotFound, kModelNotTorchScript, kModelDamaged, kOutOfMemory.
torch::jit::Module LoadModule(const std::string& path, at::Device device,
                              std::optional<std::string>& metadata);

// Sets `training` of the module and of all in it to false.
void SetEvaluationMode(torch::jit::Module& module);

// libtorch's messages carry stack traces; people need the first lines.
std::string FirstLines(const std::string& text, size_t lines = 3);

}  // namespace spurious
