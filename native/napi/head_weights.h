// engine.headWeights() -> Promise<HeadWeights>; see src/native/contract.ts.
#pragma once

#include "engine/engine.h"
#include "napi/napi_api.h"

namespace spurious {

Napi::Value HeadWeightsAsync(const Napi::CallbackInfo& info, Engine& engine);

}  // namespace spurious
