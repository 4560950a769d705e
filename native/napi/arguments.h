// Reading requests. TypeScript validates what users give; these are assertions about our own calls
// and throw TypeError.
#pragma once

#include <string>
#include <vector>

#include "napi/napi_api.h"

namespace spurious {

int64_t GetInt(const Napi::Object& object, const char* key);
std::string GetString(const Napi::Object& object, const char* key);
bool GetFlag(const Napi::Object& object, const char* key);  // missing is false
std::vector<float> GetFloats(const Napi::Object& object, const char* key, size_t count);
// A Uint8Array of exactly `bytes` bytes.
Napi::Uint8Array GetBytes(const Napi::Object& object, const char* key, int64_t bytes);

}  // namespace spurious
