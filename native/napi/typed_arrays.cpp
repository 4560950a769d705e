#include "napi/typed_arrays.h"

#include <cstring>
#include <string>

namespace spurious {

namespace {

template <typename Array>
Napi::Value Copy(Napi::Env env, const at::Tensor& tensor) {
  if (!tensor.defined()) return env.Null();
  auto array = Array::New(env, static_cast<size_t>(tensor.numel()));
  if (tensor.numel() > 0) std::memcpy(array.Data(), tensor.data_ptr(), tensor.nbytes());
  return array;
}

}  // namespace

at::Tensor GetTensor(const Napi::Object& object, const char* key, at::IntArrayRef shape) {
  const at::Tensor tensor = at::empty(shape, at::kFloat);
  const Napi::Value value = object.Get(key);
  const bool fits =
      value.IsTypedArray() && value.As<Napi::TypedArray>().TypedArrayType() == napi_float32_array &&
      value.As<Napi::Float32Array>().ElementLength() == static_cast<size_t>(tensor.numel());
  if (!fits) {
    throw Napi::TypeError::New(object.Env(), std::string(key) + ": expected a Float32Array of " +
                                                 std::to_string(tensor.numel()) + " numbers");
  }
  if (tensor.numel() > 0) {
    std::memcpy(tensor.data_ptr(), value.As<Napi::Float32Array>().Data(), tensor.nbytes());
  }
  return tensor;
}

Napi::Value FloatArray(Napi::Env env, const at::Tensor& tensor) {
  return Copy<Napi::Float32Array>(env, tensor);
}

Napi::Value ByteArray(Napi::Env env, const at::Tensor& tensor) {
  return Copy<Napi::Uint8Array>(env, tensor);
}

Napi::Array Sizes(Napi::Env env, const at::Tensor& tensor, int64_t from) {
  auto sizes = Napi::Array::New(env);
  for (int64_t i = from; i < tensor.dim(); ++i) {
    sizes.Set(static_cast<uint32_t>(i - from), static_cast<double>(tensor.size(i)));
  }
  return sizes;
}

}  // namespace spurious
