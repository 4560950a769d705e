// From an engine's answer to a promise.
#pragma once

#include <memory>
#include <utility>

#include "core/error.h"
#include "engine/engine.h"
#include "napi/promise_call.h"

namespace spurious {

// Settles `call` with make(env, answer), or with the error.
template <typename T, typename Make>
Done<T> Answering(std::shared_ptr<PromiseCall> call, Make make) {
  return [call, make](Outcome<T> outcome) {
    if (std::holds_alternative<std::exception_ptr>(outcome)) {
      call->Reject(std::get<std::exception_ptr>(outcome));
      return;
    }
    auto answer = std::make_shared<T>(std::get<T>(std::move(outcome)));
    call->Resolve([answer, make](Napi::Env env) -> Napi::Value { return make(env, *answer); });
  };
}

// What a request is refused with that the engine did not take.
inline std::exception_ptr QueueFull() {
  return std::make_exception_ptr(
      Error(ErrorCode::kInternal, "the engine's queue is full or the engine is disposed"));
}

}  // namespace spurious
