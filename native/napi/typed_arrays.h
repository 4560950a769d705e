// Tensors to and from typed arrays.
#pragma once

#include <torch/script.h>

#include "napi/napi_api.h"

namespace spurious {

// A copy of the Float32Array under a key, in this shape; throws TypeError for another length.
at::Tensor GetTensor(const Napi::Object& object, const char* key, at::IntArrayRef shape);

// Copies of contiguous CPU tensors: float32 and uint8. Null for an undefined one.
Napi::Value FloatArray(Napi::Env env, const at::Tensor& tensor);
Napi::Value ByteArray(Napi::Env env, const at::Tensor& tensor);

// The sizes from dimension `from` on.
Napi::Array Sizes(Napi::Env env, const at::Tensor& tensor, int64_t from = 0);

}  // namespace spurious
