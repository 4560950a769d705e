#include "napi/resize_crop.h"

#include <memory>

#include "napi/arguments.h"
#include "napi/pool_work.h"
#include "preprocess/jpeg_decoder.h"
#include "preprocess/resize.h"

namespace spurious {

namespace {

struct Request {
  int width = 0, height = 0;  // of the picture
  ResizeCropSpec spec;
  SimdLevel level = BestSimdLevel();
};

[[noreturn]] void Refuse(Napi::Env env, const std::string& message) {
  throw Napi::TypeError::New(env, message);
}

// A side or an offset: small enough that a row of pixels stays below 2^31 bytes.
int GetSide(const Napi::Object& object, const char* key, int least) {
  constexpr int64_t kMost = 1 << 28;
  const int64_t value = GetInt(object, key);
  if (value < least || value > kMost) Refuse(object.Env(), std::string(key) + ": out of range");
  return static_cast<int>(value);
}

SimdLevel GetLevel(const Napi::Object& object) {
  if (object.Get("simd").IsUndefined()) return BestSimdLevel();
  const auto level = ParseSimdLevel(GetString(object, "simd"));
  if (level) {
    for (SimdLevel known : SimdLevels()) {
      if (known == *level) return known;
    }
  }
  Refuse(object.Env(), "simd: expected a level of this CPU");
}

Request ParseRequest(const Napi::Object& object) {
  Request request;
  request.width = GetSide(object, "width", 1);
  request.height = GetSide(object, "height", 1);
  ResizeCropSpec& spec = request.spec;
  spec.resize_width = GetSide(object, "resizeWidth", 1);
  spec.resize_height = GetSide(object, "resizeHeight", 1);
  spec.crop_left = GetSide(object, "cropLeft", 0);
  spec.crop_top = GetSide(object, "cropTop", 0);
  spec.crop_width = GetSide(object, "cropWidth", 1);
  spec.crop_height = GetSide(object, "cropHeight", 1);
  if (spec.crop_left + spec.crop_width > spec.resize_width ||
      spec.crop_top + spec.crop_height > spec.resize_height) {
    Refuse(object.Env(), "crop: expected a rectangle inside the resized picture");
  }
  const std::string filter = GetString(object, "filter");
  if (filter != "bicubic" && filter != "bilinear") {
    Refuse(object.Env(), "filter: expected bicubic or bilinear");
  }
  spec.filter = filter == "bicubic" ? ResizeFilter::kBicubic : ResizeFilter::kBilinear;
  request.level = GetLevel(object);
  return request;
}

// Memory of the result: made on the pool, where nothing of JavaScript's may be touched, and handed
// over without a copy.
using Pixels = std::unique_ptr<uint8_t[]>;

size_t ByteCount(const ResizeCropSpec& spec) {
  return static_cast<size_t>(spec.crop_width) * static_cast<size_t>(spec.crop_height) * 3;
}

Napi::Value HandOver(Napi::Env env, Pixels& pixels, size_t bytes) {
  uint8_t* data = pixels.release();
  auto free = [](Napi::Env, void* memory) { delete[] static_cast<uint8_t*>(memory); };
  auto buffer = Napi::ArrayBuffer::New(env, data, bytes, free);
  return Napi::Uint8Array::New(env, bytes, buffer, 0);
}

}  // namespace

Napi::Value ResizeCropAsync(const Napi::CallbackInfo& info) {
  const auto object = info[0].As<Napi::Object>();
  const Request request = ParseRequest(object);
  const int64_t bytes = static_cast<int64_t>(request.width) * request.height * 3;
  const Napi::Uint8Array source = GetBytes(object, "pixels", bytes);
  const uint8_t* rgb = source.Data();
  auto out = std::make_shared<Pixels>();
  const size_t size = ByteCount(request.spec);
  return RunOnPool(
      info.Env(), "spurious.resizeCrop", source,
      [request, rgb, out, size] {
        *out = std::make_unique_for_overwrite<uint8_t[]>(size);
        ResizeCrop(rgb, request.width, request.height, request.spec, out->get(), request.level);
      },
      [out, size](Napi::Env env) { return HandOver(env, *out, size); });
}

Napi::Value ResizeJpegAsync(const Napi::CallbackInfo& info) {
  const auto object = info[0].As<Napi::Object>();
  const Request request = ParseRequest(object);
  const Napi::Value value = object.Get("bytes");
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_uint8_array) {
    Refuse(info.Env(), "bytes: expected a Uint8Array");
  }
  const auto source = value.As<Napi::Uint8Array>();
  const uint8_t* data = source.Data();
  const size_t length = source.ByteLength();
  auto out = std::make_shared<Pixels>();
  const size_t size = ByteCount(request.spec);
  return RunOnPool(
      info.Env(), "spurious.resizeJpeg", source,
      [request, data, length, out, size] {
        auto pixels = std::make_unique_for_overwrite<uint8_t[]>(size);
        const bool read = ResizeJpeg(data, length, request.width, request.height, request.spec,
                                     pixels.get(), request.level);
        if (read) *out = std::move(pixels);
      },
      [out, size](Napi::Env env) -> Napi::Value {
        if (!*out) return env.Null();
        return HandOver(env, *out, size);
      });
}

}  // namespace spurious
