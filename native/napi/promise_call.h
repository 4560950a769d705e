// A promise that another thread settles.
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <mutex>

#include "napi/napi_api.h"

namespace spurious {

// Error object with `code` (see core/error.h) and `input`.
Napi::Error MakeError(Napi::Env env, std::exception_ptr reason);

// Runs `settle`; what it cannot make becomes the rejection. In an environment that is ending no
// promise can be settled, and nobody waits for one.
void Conclude(Napi::Env env, const Napi::Promise::Deferred& deferred,
              const std::function<void(Napi::Env)>& settle);

// Made on the JavaScript thread, settled once from any thread. Keeps the event loop alive until
// then, and a reference to one object (the buffer the work reads) if asked to.
class PromiseCall {
 public:
  using MakeValue = std::function<Napi::Value(Napi::Env)>;

  static std::shared_ptr<PromiseCall> Make(Napi::Env env, const char* name);

  Napi::Promise promise() const { return deferred_.Promise(); }
  void KeepAlive(Napi::Object object) { kept_ = Napi::Persistent(object); }
  // Keeps what must not be freed by the thread that settles, such as the owner of that thread. It
  // is let go on the JavaScript thread.
  void Hold(std::shared_ptr<void> owner) { held_ = std::move(owner); }
  const std::shared_ptr<void>& held() const { return held_; }

  void Resolve(MakeValue make);
  void Reject(std::exception_ptr reason);

 private:
  explicit PromiseCall(Napi::Env env) : deferred_(Napi::Promise::Deferred::New(env)) {}
  void Settle(std::function<void(Napi::Env)> settle);
  void LetGo();  // on the JavaScript thread

  Napi::Promise::Deferred deferred_;
  Napi::ObjectReference kept_;
  std::shared_ptr<void> held_;
  std::mutex mutex_;
  bool ended_ = false;  // function_ is gone, with its environment or because it was used
  Napi::ThreadSafeFunction function_;
};

}  // namespace spurious
