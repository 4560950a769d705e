#include "napi/promise_call.h"

#include "core/error.h"

namespace spurious {

Napi::Error MakeError(Napi::Env env, std::exception_ptr reason) {
  try {
    std::rethrow_exception(reason);
  } catch (const Error& error) {
    Napi::Error made = Napi::Error::New(env, error.what());
    made.Set("code", Napi::String::New(env, CodeName(error.code())));
    if (!error.input().empty()) made.Set("input", Napi::String::New(env, error.input()));
    return made;
  } catch (const std::exception& error) {
    Napi::Error made = Napi::Error::New(env, error.what());
    made.Set("code", Napi::String::New(env, CodeName(ErrorCode::kInternal)));
    return made;
  }
}

std::shared_ptr<PromiseCall> PromiseCall::Make(Napi::Env env, const char* name) {
  std::shared_ptr<PromiseCall> call(new PromiseCall(env));
  auto nothing = Napi::Function::New(env, [](const Napi::CallbackInfo&) {});
  call->function_ = Napi::ThreadSafeFunction::New(env, nothing, name, 0, 1);
  call->self_ = call;
  return call;
}

void PromiseCall::Resolve(MakeValue make) {
  Settle([this, make = std::move(make)](Napi::Env env) { deferred_.Resolve(make(env)); });
}

void PromiseCall::Reject(std::exception_ptr reason, std::function<void()> before) {
  Settle([this, reason, before = std::move(before)](Napi::Env env) {
    if (before) before();
    deferred_.Reject(MakeError(env, reason).Value());
  });
}

void PromiseCall::Settle(std::function<void(Napi::Env)> settle) {
  auto callback = [this, settle = std::move(settle)](Napi::Env env, Napi::Function) {
    auto hold = std::move(self_);
    Napi::HandleScope scope(env);
    settle(env);
    kept_.Reset();
  };
  // Refused only when the environment is going away: then nobody waits for the promise, and the
  // references must not be touched off the JavaScript thread, so they go with the process.
  function_.NonBlockingCall(callback);
  function_.Release();
}

}  // namespace spurious
