// NativeEngine.attack; see src/native/contract.ts.
#pragma once

#include "engine/engine.h"
#include "napi/napi_api.h"

namespace spurious {

// attack(request) -> Promise<AttackResult>
Napi::Value AttackAsync(const Napi::CallbackInfo& info, Engine& engine);

}  // namespace spurious
