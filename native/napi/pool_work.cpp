#include "napi/pool_work.h"

#include <exception>
#include <memory>
#include <utility>

#include "napi/promise_call.h"

namespace spurious {

namespace {

struct Work {
  explicit Work(Napi::Env env) : deferred(Napi::Promise::Deferred::New(env)) {}

  Napi::Promise::Deferred deferred;
  Napi::ObjectReference kept;
  std::function<void()> run;
  std::function<Napi::Value(Napi::Env)> finish;
  std::exception_ptr failure;
  napi_async_work handle = nullptr;
};

void Execute(napi_env, void* data) {
  auto* work = static_cast<Work*>(data);
  try {
    work->run();
  } catch (...) {
    work->failure = std::current_exception();
  }
}

void Complete(napi_env raw, napi_status status, void* data) {
  Napi::Env env(raw);
  std::unique_ptr<Work> work(static_cast<Work*>(data));
  napi_delete_async_work(raw, work->handle);
  if (status == napi_cancelled) return;  // the environment is going away: nobody waits
  Napi::HandleScope scope(env);
  Conclude(env, work->deferred, [&](Napi::Env) {
    if (work->failure) {
      work->deferred.Reject(MakeError(env, work->failure).Value());
    } else {
      work->deferred.Resolve(work->finish(env));
    }
  });
}

}  // namespace

Napi::Value RunOnPool(Napi::Env env, const char* name, Napi::Object kept, std::function<void()> run,
                      std::function<Napi::Value(Napi::Env)> finish) {
  auto work = std::make_unique<Work>(env);
  work->kept = Napi::Persistent(kept);
  work->run = std::move(run);
  work->finish = std::move(finish);
  const Napi::Value promise = work->deferred.Promise();
  const auto resource = Napi::String::New(env, name);
  if (napi_create_async_work(env, nullptr, resource, Execute, Complete, work.get(),
                             &work->handle) != napi_ok ||
      napi_queue_async_work(env, work->handle) != napi_ok) {
    throw Napi::Error::New(env);
  }
  static_cast<void>(work.release());  // Complete owns it now
  return promise;
}

}  // namespace spurious
