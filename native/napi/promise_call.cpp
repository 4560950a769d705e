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

void Conclude(Napi::Env env, const Napi::Promise::Deferred& deferred,
              const std::function<void(Napi::Env)>& settle) {
  try {
    settle(env);
  } catch (const Napi::Error& error) {
    try {
      deferred.Reject(error.Value());
    } catch (const Napi::Error&) {
      // The environment is ending.
    }
  }
}

std::shared_ptr<PromiseCall> PromiseCall::Make(Napi::Env env, const char* name) {
  std::shared_ptr<PromiseCall> call(new PromiseCall(env));
  auto nothing = Napi::Function::New(env, [](const Napi::CallbackInfo&) {});
  // Runs on the JavaScript thread when the function has been used or its environment ends, which
  // deletes the function whether or not other threads still hold it.
  auto end = [call](Napi::Env) {
    {
      std::lock_guard lock(call->mutex_);
      call->ended_ = true;
    }
    call->LetGo();
  };
  call->function_ = Napi::ThreadSafeFunction::New(env, nothing, name, 0, 1, end);
  return call;
}

void PromiseCall::Resolve(MakeValue make) {
  Settle([this, make = std::move(make)](Napi::Env env) { deferred_.Resolve(make(env)); });
}

void PromiseCall::Reject(std::exception_ptr reason) {
  Settle([this, reason](Napi::Env env) { deferred_.Reject(MakeError(env, reason).Value()); });
}

void PromiseCall::Settle(std::function<void(Napi::Env)> settle) {
  auto callback = [this, settle = std::move(settle)](Napi::Env env, Napi::Function) {
    Napi::HandleScope scope(env);
    Conclude(env, deferred_, settle);
    LetGo();
  };
  std::lock_guard lock(mutex_);
  if (ended_) return;
  // A function that is closing has let this thread go already.
  if (function_.NonBlockingCall(callback) != napi_closing) function_.Release();
}

void PromiseCall::LetGo() {
  kept_.Reset();
  held_.reset();
}

}  // namespace spurious
