// NativeEngine.gradCam; see src/native/contract.ts.
#pragma once

#include "engine/engine.h"
#include "napi/napi_api.h"

namespace spurious {

// gradCam(request) -> Promise<GradCamResult>
Napi::Value GradCamAsync(const Napi::CallbackInfo& info, Engine& engine);

}  // namespace spurious
