#include "napi/arguments.h"

namespace spurious {

namespace {

[[noreturn]] void Refuse(const Napi::Object& object, const char* key, const std::string& expected) {
  throw Napi::TypeError::New(object.Env(), std::string(key) + ": expected " + expected);
}

}  // namespace

int64_t GetInt(const Napi::Object& object, const char* key) {
  const Napi::Value value = object.Get(key);
  if (!value.IsNumber()) Refuse(object, key, "a number");
  return value.As<Napi::Number>().Int64Value();
}

std::string GetString(const Napi::Object& object, const char* key) {
  const Napi::Value value = object.Get(key);
  if (!value.IsString()) Refuse(object, key, "a string");
  return value.As<Napi::String>().Utf8Value();
}

bool GetFlag(const Napi::Object& object, const char* key) {
  return object.Get(key).ToBoolean().Value();
}

std::vector<float> GetFloats(const Napi::Object& object, const char* key, size_t count) {
  const Napi::Value value = object.Get(key);
  if (!value.IsArray() || value.As<Napi::Array>().Length() != count) {
    Refuse(object, key, std::to_string(count) + " numbers");
  }
  std::vector<float> numbers(count);
  for (uint32_t i = 0; i < count; ++i) {
    numbers[i] = value.As<Napi::Array>().Get(i).ToNumber().FloatValue();
  }
  return numbers;
}

Napi::Uint8Array GetBytes(const Napi::Object& object, const char* key, int64_t bytes) {
  const Napi::Value value = object.Get(key);
  const bool fits = value.IsTypedArray() &&
                    value.As<Napi::TypedArray>().TypedArrayType() == napi_uint8_array &&
                    value.As<Napi::Uint8Array>().ByteLength() == static_cast<size_t>(bytes);
  if (!fits) Refuse(object, key, "a Uint8Array of " + std::to_string(bytes) + " bytes");
  return value.As<Napi::Uint8Array>();
}

}  // namespace spurious
