// writeModule and writeMendedModel: TorchScript files made here; see src/native/contract.ts.
#pragma once

#include "napi/napi_api.h"

namespace spurious {

void ExportModelWriting(Napi::Env env, Napi::Object exports);

}  // namespace spurious
