// ForwardRequest of src/native/contract.ts.
#pragma once

#include "engine/engine.h"
#include "napi/napi_api.h"

namespace spurious {

// `pixels` is the array that the job reads: to be kept alive until it is done.
ForwardJob GetForwardJob(const Napi::Object& request, Napi::Uint8Array& pixels);

}  // namespace spurious
