// fitClassPca and pcaSolvers; see src/native/contract.ts.
#pragma once

#include "napi/napi_api.h"

namespace spurious {

// Sets fitClassPca(request) -> Promise<ClassPcaResult> and pcaSolvers() -> PcaSolverInfo[]. The
// thread that fits belongs to the environment and starts with its first request.
void ExportPca(Napi::Env env, Napi::Object exports);

}  // namespace spurious
