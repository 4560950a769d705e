// ModelDescription of src/native/contract.ts.
#pragma once

#include "module/prepared_model.h"
#include "napi/napi_api.h"

namespace spurious {

Napi::Object DescribeModel(Napi::Env env, const PreparedModel& model);

}  // namespace spurious
