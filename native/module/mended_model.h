// A model with its fix built in, as a TorchScript file of its own.
#pragma once

#include <torch/script.h>

#include <string>
#include <unordered_map>

namespace spurious {

// logits[columns_j] -= max(slopes_j . phi + offsets_j, 0), for every j; a column may occur again.
struct Lowering {
  at::Tensor slopes;   // [J, d] float32; phi are the penultimate features
  at::Tensor offsets;  // [J] float32
  at::Tensor columns;  // [J] int64, of the logits
};

// Writes the model of `path`, in evaluation mode, with its logits lowered, to `to`: a module whose
// `model` is the whole original and whose buffers hold the lowering. It loads anywhere TorchScript
// does, moves and converts as modules do and has the arguments and the kind of output of the
// original. `extra` are further files of the archive, by name.
// Throws what LoadModule throws, and kModelOutputUnsupported where the logits or the features
// cannot be found or the features have another length.
void SaveMendedModel(const std::string& path, const Lowering& lowering,
                     const std::unordered_map<std::string, std::string>& extra,
                     const std::string& to);

}  // namespace spurious
