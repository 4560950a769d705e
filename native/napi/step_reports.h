// Telling JavaScript how far a piece of work has come.
#pragma once

#include <memory>

#include "napi/napi_api.h"

namespace spurious {

// Calls `onStep(done)` of a request, if there is one. Reports that JavaScript has no time for are
// left out rather than queued. Made on the JavaScript thread, goes on any.
class StepReports {
 public:
  StepReports(const Napi::Object& request, const char* name);
  ~StepReports();
  StepReports(const StepReports&) = delete;
  StepReports& operator=(const StepReports&) = delete;

  void Report(int64_t done);  // from any thread

 private:
  Napi::ThreadSafeFunction function_;
  bool wanted_ = false;
};

}  // namespace spurious
