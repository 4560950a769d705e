// TorchScript modules made from a description: source text and tensors, no Python.
#pragma once

#include <torch/script.h>

#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace spurious {

struct ModuleSpec {
  std::string name;    // of the TorchScript class
  std::string source;  // its methods; tensors and children are attributes of self:
                       // self.child.forward(x)
  std::vector<std::pair<std::string, at::Tensor>> parameters;
  std::vector<std::pair<std::string, at::Tensor>> buffers;
  std::vector<std::pair<std::string, ModuleSpec>> children;
};

// Writes the module, in evaluation mode, as a TorchScript archive with further files `extra`.
// Throws kInternal for a source that does not compile or a file that cannot be written.
void SaveModule(const ModuleSpec& spec, const std::unordered_map<std::string, std::string>& extra,
                const std::string& to);

}  // namespace spurious
