// The components that an attack or Grad-CAM request names.
#pragma once

#include "module/feature_pull.h"
#include "napi/napi_api.h"

namespace spurious {

// ComponentsRequest of src/native/contract.ts.
ComponentSet GetComponents(const Napi::Object& request);

}  // namespace spurious
