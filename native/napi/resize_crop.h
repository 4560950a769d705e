// resizeCrop and resizeJpeg; see src/native/contract.ts.
#pragma once

#include "napi/napi_api.h"

namespace spurious {

// resizeCrop(request) -> Promise<Uint8Array>
Napi::Value ResizeCropAsync(const Napi::CallbackInfo& info);

// resizeJpeg(request) -> Promise<Uint8Array | null>
Napi::Value ResizeJpegAsync(const Napi::CallbackInfo& info);

}  // namespace spurious
