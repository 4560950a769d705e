#include "module/load_module.h"

#include "core/error.h"
#include "module/file_kind.h"

namespace spurious {

std::string FirstLines(const std::string& text, size_t lines) {
  size_t end = 0;
  for (size_t i = 0; i < lines && end != std::string::npos; ++i) end = text.find('\n', end + 1);
  return text.substr(0, end);
}

torch::jit::Module LoadModule(const std::string& path, at::Device device,
                              std::optional<std::string>& metadata) {
  RequireTorchScript(path);
  torch::jit::ExtraFilesMap extra{{kMetadataFile, ""}};
  try {
    auto module = torch::jit::load(path, device, extra);
    if (!extra[kMetadataFile].empty()) metadata = extra[kMetadataFile];
    return module;
  } catch (const c10::OutOfMemoryError& error) {
    throw Error(ErrorCode::kOutOfMemory,
                "loading the model: " + path + ": " + FirstLines(error.what(), 1), path);
  } catch (const std::exception& error) {
    throw Error(
        ErrorCode::kModelDamaged,
        "loading the model: " + path +
            ": expected an archive that libtorch can read, got: " + FirstLines(error.what()),
        path);
  }
}

void SetEvaluationMode(torch::jit::Module& module) {
  for (torch::jit::Module inner : module.modules()) {
    if (inner.hasattr("training")) inner.setattr("training", false);
  }
}

}  // namespace spurious
