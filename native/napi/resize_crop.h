// resizeCrop(request) -> Promise<Uint8Array>; see src/native/contract.ts.
#pragma once

#include "napi/napi_api.h"

namespace spurious {

Napi::Value ResizeCropAsync(const Napi::CallbackInfo& info);

}  // namespace spurious
