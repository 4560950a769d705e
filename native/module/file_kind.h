// What a model file is, judged by its content.
#pragma once

#include <string>

namespace spurious {

// Returns normally when `path` is a TorchScript archive. Otherwise throws kModelNotFound,
// kModelNotTorchScript or kModelDamaged with a message that says what the file is.
void RequireTorchScript(const std::string& path);

}  // namespace spurious
