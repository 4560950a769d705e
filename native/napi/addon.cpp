// Exports of the addon; src/native/contract.ts gives their types.
#include <ATen/Version.h>
#include <torch/version.h>

#include <thread>

#include "napi/engine_handle.h"
#include "napi/environment.h"
#include "napi/model_writing.h"
#include "napi/napi_api.h"
#include "napi/pca_fit.h"
#include "napi/resize_crop.h"
#include "preprocess/resize.h"

#ifdef SPURIOUS_WITH_CUDA
#include "engine/cuda_device.h"
#endif

namespace spurious {

namespace {

Napi::Value AddonInfo(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  auto levels = Napi::Array::New(env);
  for (SimdLevel level : SimdLevels()) levels.Set(levels.Length(), SimdLevelName(level));
  auto object = Napi::Object::New(env);
  object.Set("version", SPURIOUS_NATIVE_VERSION);
  object.Set("torch", TORCH_VERSION);
#ifdef SPURIOUS_WITH_CUDA
  object.Set("cudaCompiled", true);
#else
  object.Set("cudaCompiled", false);
#endif
  object.Set("simd", SimdLevelName(BestSimdLevel()));
  object.Set("simdLevels", levels);
  object.Set("cpuCapability", at::get_cpu_capability());
  object.Set("hardwareThreads", static_cast<double>(std::thread::hardware_concurrency()));
  return object;
}

Napi::Value ListCudaDevices(const Napi::CallbackInfo& info) {
  auto devices = Napi::Array::New(info.Env());
#ifdef SPURIOUS_WITH_CUDA
  for (const auto& found : CudaDevices()) {
    auto device = Napi::Object::New(info.Env());
    device.Set("index", found.index);
    device.Set("name", found.name);
    device.Set("memoryBytes", static_cast<double>(found.memory_bytes));
    devices.Set(devices.Length(), device);
  }
#endif
  return devices;
}

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  auto* environment = new Environment;
  env.SetInstanceData(environment);
  environment->engine_class = Napi::Persistent(EngineHandle::Define(env));
  exports.Set("addonInfo", Napi::Function::New(env, AddonInfo));
  exports.Set("cudaDevices", Napi::Function::New(env, ListCudaDevices));
  exports.Set("resizeCrop", Napi::Function::New(env, ResizeCropAsync));
  exports.Set("resizeJpeg", Napi::Function::New(env, ResizeJpegAsync));
  exports.Set("loadEngine", Napi::Function::New(env, LoadEngine));
  ExportPca(env, exports);
  ExportModelWriting(env, exports);
  return exports;
}

}  // namespace

NODE_API_MODULE(spurious_native, Init)

}  // namespace spurious
