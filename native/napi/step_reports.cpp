#include "napi/step_reports.h"

namespace spurious {

StepReports::StepReports(const Napi::Object& request, const char* name) {
  const Napi::Value callback = request.Get("onStep");
  if (!callback.IsFunction()) return;
  // One report may wait.
  function_ = Napi::ThreadSafeFunction::New(request.Env(), callback.As<Napi::Function>(), name,
                                            /*maxQueueSize=*/1, /*initialThreadCount=*/1);
  wanted_ = true;
}

StepReports::~StepReports() {
  if (wanted_) function_.Release();
}

void StepReports::Report(int64_t done) {
  if (!wanted_) return;
  const auto call = [done](Napi::Env env, Napi::Function callback) {
    callback.Call({Napi::Number::New(env, static_cast<double>(done))});
  };
  // An environment that is going away takes the function back with its answer.
  if (function_.NonBlockingCall(call) == napi_closing) wanted_ = false;
}

}  // namespace spurious
