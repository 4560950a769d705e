#include "napi/pca_fit.h"

#include <cstring>
#include <memory>

#include "core/error.h"
#include "linalg/pca_service.h"
#include "napi/arguments.h"
#include "napi/promise_call.h"

namespace spurious {

namespace {

[[noreturn]] void Refuse(Napi::Env env, const std::string& message) {
  throw Napi::TypeError::New(env, message);
}

Napi::Float32Array GetFloatArray(const Napi::Object& object, const char* key, int64_t count) {
  const Napi::Value value = object.Get(key);
  const bool fits = value.IsTypedArray() &&
                    value.As<Napi::TypedArray>().TypedArrayType() == napi_float32_array &&
                    value.As<Napi::Float32Array>().ElementLength() == static_cast<size_t>(count);
  if (!fits) {
    Refuse(object.Env(),
           std::string(key) + ": expected a Float32Array of " + std::to_string(count) + " numbers");
  }
  return value.As<Napi::Float32Array>();
}

// A number of things: what multiplies to the length of an array.
int64_t GetCount(const Napi::Object& object, const char* key, int64_t least) {
  constexpr int64_t kMost = int64_t{1} << 31;
  const int64_t value = GetInt(object, key);
  if (value < least || value > kMost) Refuse(object.Env(), std::string(key) + ": out of range");
  return value;
}

std::string GetStringOr(const Napi::Object& object, const char* key, const char* otherwise) {
  return object.Get(key).IsUndefined() ? otherwise : GetString(object, key);
}

PcaJob ParseJob(const Napi::Object& request) {
  PcaJob job;
  WeightedFeatures& input = job.input.features;
  input.rows = GetCount(request, "images", 0);
  input.dimension = GetCount(request, "dimensions", 1);
  input.features = GetFloatArray(request, "features", input.rows * input.dimension).Data();
  input.weight = GetFloatArray(request, "weight", input.dimension).Data();
  job.input.components = GetCount(request, "components", 1);
  job.choice.solver = GetStringOr(request, "solver", "auto");
  job.choice.device = GetStringOr(request, "device", "cpu");
  if (!request.Get("threads").IsUndefined()) {
    job.choice.threads = static_cast<int>(GetInt(request, "threads"));
  }
  return job;
}

template <typename Array, typename T>
Array CopyOf(Napi::Env env, const std::vector<T>& numbers) {
  auto array = Array::New(env, numbers.size());
  if (!numbers.empty()) std::memcpy(array.Data(), numbers.data(), numbers.size() * sizeof(T));
  return array;
}

Napi::Value ResultOf(Napi::Env env, const ClassPca& pca) {
  auto result = Napi::Object::New(env);
  result.Set("count", static_cast<double>(pca.count));
  result.Set("rank", static_cast<double>(pca.rank));
  result.Set("mean", CopyOf<Napi::Float64Array>(env, pca.mean));
  result.Set("eigenvalues", CopyOf<Napi::Float64Array>(env, pca.eigenvalues));
  result.Set("components", CopyOf<Napi::Float32Array>(env, pca.components));
  result.Set("alphas", CopyOf<Napi::Float32Array>(env, pca.alphas));
  result.Set("totalVariance", pca.total_variance);
  result.Set("route", pca.route);
  result.Set("solver", pca.solver);
  result.Set("seconds", pca.seconds);
  return result;
}

Napi::Value FitClassPcaAsync(const Napi::CallbackInfo& info, std::unique_ptr<PcaService>& service) {
  const auto request = info[0].As<Napi::Object>();
  PcaJob job = ParseJob(request);
  auto call = PromiseCall::Make(info.Env(), "spurious.fitClassPca");
  call->KeepAlive(request);  // and with it both arrays
  job.done = [call](std::variant<ClassPca, std::exception_ptr> outcome) {
    if (std::holds_alternative<std::exception_ptr>(outcome)) {
      call->Reject(std::get<std::exception_ptr>(outcome));
      return;
    }
    auto pca = std::make_shared<ClassPca>(std::get<ClassPca>(std::move(outcome)));
    call->Resolve([pca](Napi::Env env) { return ResultOf(env, *pca); });
  };
  if (!service) service = std::make_unique<PcaService>();
  if (!service->Submit(std::move(job))) {
    call->Reject(std::make_exception_ptr(
        Error(ErrorCode::kInternal, "fitting a PCA: too many classes wait")));
  }
  return call->promise();
}

Napi::Value ListSolvers(const Napi::CallbackInfo& info) {
  auto solvers = Napi::Array::New(info.Env());
  for (const PcaSolverInfo& found : PcaSolvers()) {
    auto solver = Napi::Object::New(info.Env());
    solver.Set("name", found.name);
    solver.Set("device", found.device);
    solver.Set("available", found.available);
    solver.Set("detail", found.detail);
    solvers.Set(solvers.Length(), solver);
  }
  return solvers;
}

}  // namespace

void ExportPca(Napi::Env env, Napi::Object exports) {
  // The function owns the service, so it ends with the environment.
  auto service = std::make_shared<std::unique_ptr<PcaService>>();
  exports.Set("fitClassPca", Napi::Function::New(env, [service](const Napi::CallbackInfo& info) {
                return FitClassPcaAsync(info, *service);
              }));
  exports.Set("pcaSolvers", Napi::Function::New(env, ListSolvers));
}

}  // namespace spurious
