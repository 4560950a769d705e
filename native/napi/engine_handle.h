// The JavaScript face of an Engine.
#pragma once

#include <memory>

#include "engine/engine.h"
#include "napi/napi_api.h"

namespace spurious {

// loadEngine(request) -> Promise<NativeEngine>; see src/native/contract.ts.
Napi::Value LoadEngine(const Napi::CallbackInfo& info);

class EngineHandle : public Napi::ObjectWrap<EngineHandle> {
 public:
  static Napi::Function Define(Napi::Env env);
  explicit EngineHandle(const Napi::CallbackInfo& info);

 private:
  Napi::Value Description(const Napi::CallbackInfo& info);
  Napi::Value Forward(const Napi::CallbackInfo& info);
  Napi::Value ProbeBatch(const Napi::CallbackInfo& info);
  Napi::Value HeadWeights(const Napi::CallbackInfo& info);
  Napi::Value Attack(const Napi::CallbackInfo& info);
  Napi::Value GradCam(const Napi::CallbackInfo& info);
  Napi::Value Cancel(const Napi::CallbackInfo& info);
  Napi::Value Dispose(const Napi::CallbackInfo& info);

  std::shared_ptr<Engine> engine_;
  Napi::ObjectReference description_;
};

}  // namespace spurious
