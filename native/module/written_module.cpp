#include "module/written_module.h"

#include "core/error.h"
#include "module/load_module.h"

namespace spurious {

namespace {

torch::jit::Module Build(const ModuleSpec& spec,
                         const std::shared_ptr<torch::jit::CompilationUnit>& unit) {
  torch::jit::Module module("__torch__.spurious_native." + spec.name, unit, true);
  module.register_attribute("training", c10::BoolType::get(), false);
  for (const auto& [name, tensor] : spec.parameters) module.register_parameter(name, tensor, false);
  for (const auto& [name, tensor] : spec.buffers) module.register_buffer(name, tensor);
  for (const auto& [name, child] : spec.children) module.register_module(name, Build(child, unit));
  module.define(spec.source);
  return module;
}

}  // namespace

void SaveModule(const ModuleSpec& spec, const std::unordered_map<std::string, std::string>& extra,
                const std::string& to) {
  try {
    Build(spec, std::make_shared<torch::jit::CompilationUnit>()).save(to, extra);
  } catch (const std::exception& error) {
    throw Error(ErrorCode::kInternal,
                "writing a module: " + spec.name +
                    ": expected source that TorchScript compiles and a file that can be written, "
                    "got: " +
                    FirstLines(error.what()),
                to);
  }
}

}  // namespace spurious
