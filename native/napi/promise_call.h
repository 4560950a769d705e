// A promise that another thread settles.
#pragma once

#include <exception>
#include <functional>
#include <memory>

#include "napi/napi_api.h"

namespace spurious {

// Error object with `code` (see core/error.h) and `input`.
Napi::Error MakeError(Napi::Env env, std::exception_ptr reason);

// Made on the JavaScript thread, settled once from any thread. Keeps the event loop alive until
// then, and a reference to one object (the buffer the work reads) if asked to.
class PromiseCall {
 public:
  using MakeValue = std::function<Napi::Value(Napi::Env)>;

  static std::shared_ptr<PromiseCall> Make(Napi::Env env, const char* name);

  Napi::Promise promise() const { return deferred_.Promise(); }
  void KeepAlive(Napi::Object object) { kept_ = Napi::Persistent(object); }

  void Resolve(MakeValue make);
  // `before` runs on the JavaScript thread: for what must be freed there.
  void Reject(std::exception_ptr reason, std::function<void()> before = {});

 private:
  explicit PromiseCall(Napi::Env env) : deferred_(Napi::Promise::Deferred::New(env)) {}
  void Settle(std::function<void(Napi::Env)> settle);

  Napi::Promise::Deferred deferred_;
  Napi::ObjectReference kept_;
  Napi::ThreadSafeFunction function_;
  std::shared_ptr<PromiseCall> self_;  // until the JavaScript thread has settled it
};

}  // namespace spurious
