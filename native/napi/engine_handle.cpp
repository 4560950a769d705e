#include "napi/engine_handle.h"

#include <cstring>

#include "core/error.h"
#include "napi/arguments.h"
#include "napi/environment.h"
#include "napi/model_description.h"
#include "napi/promise_call.h"

namespace spurious {

namespace {

at::ScalarType ParseDType(const Napi::Object& request) {
  const std::string name = GetString(request, "dtype");
  if (name == "fp32") return at::kFloat;
  if (name == "bf16") return at::kBFloat16;
  if (name == "fp16") return at::kHalf;
  throw Napi::TypeError::New(request.Env(), "dtype: expected fp32, bf16 or fp16");
}

// Float32Array with a copy of a contiguous CPU tensor, or null.
Napi::Value CopyTensor(Napi::Env env, const at::Tensor& tensor) {
  if (!tensor.defined()) return env.Null();
  const auto count = static_cast<size_t>(tensor.numel());
  auto array = Napi::Float32Array::New(env, count);
  std::memcpy(array.Data(), tensor.data_ptr<float>(), count * sizeof(float));
  return array;
}

Napi::Value ShapeOf(Napi::Env env, const at::Tensor& tensor) {
  if (!tensor.defined()) return env.Null();
  auto shape = Napi::Array::New(env);
  for (int64_t i = 1; i < tensor.dim(); ++i) {
    shape.Set(static_cast<uint32_t>(i - 1), static_cast<double>(tensor.size(i)));
  }
  return shape;
}

Napi::Value ForwardResult(Napi::Env env, const ForwardOutput& output) {
  auto result = Napi::Object::New(env);
  result.Set("logits", CopyTensor(env, output.logits));
  result.Set("classes", static_cast<double>(output.logits.size(1)));
  result.Set("features", CopyTensor(env, output.features));
  result.Set("featureMap", CopyTensor(env, output.feature_map));
  result.Set("featureMapShape", ShapeOf(env, output.feature_map));
  result.Set("seconds", output.seconds);
  return result;
}

std::exception_ptr QueueFull() {
  return std::make_exception_ptr(
      Error(ErrorCode::kInternal, "the engine's queue is full or the engine is disposed"));
}

ForwardJob ParseForward(const Napi::Object& request, Napi::Uint8Array& pixels) {
  ForwardJob job;
  job.images.count = GetInt(request, "count");
  job.images.height = GetInt(request, "height");
  job.images.width = GetInt(request, "width");
  job.images.mean = GetFloats(request, "mean", 3);
  job.images.std = GetFloats(request, "std", 3);
  job.rows = GetInt(request, "batch");
  job.wanted.features = GetFlag(request, "features");
  job.wanted.feature_map = GetFlag(request, "featureMap");
  if (job.images.count < 1 || job.rows < job.images.count) {
    throw Napi::TypeError::New(request.Env(), "count: expected 1 to batch");
  }
  pixels = GetBytes(request, "pixels",
                    job.images.count * job.images.height * job.images.width * 3);
  job.images.pixels = pixels.Data();
  return job;
}

}  // namespace

Napi::Value LoadEngine(const Napi::CallbackInfo& info) {
  const auto request = info[0].As<Napi::Object>();
  EngineOptions options;
  options.path = GetString(request, "path");
  options.device = GetString(request, "device");
  options.dtype = ParseDType(request);
  options.threads = static_cast<int>(GetInt(request, "threads"));
  options.queue_capacity = static_cast<size_t>(GetInt(request, "queueCapacity"));

  auto engine = std::make_shared<Engine>(options);
  auto call = PromiseCall::Make(info.Env(), "spurious.loadEngine");
  Environment::Of(info.Env())->Track(engine);
  // The engine's own thread must never drop the last reference to it: it would join itself.
  call->Hold(engine);
  engine->Load([call](Outcome<const PreparedModel*> outcome) {
    if (std::holds_alternative<std::exception_ptr>(outcome)) {
      call->Reject(std::get<std::exception_ptr>(outcome));
      return;
    }
    const PreparedModel* model = std::get<const PreparedModel*>(outcome);
    call->Resolve([held = call.get(), model](Napi::Env env) -> Napi::Value {
      auto loaded = std::static_pointer_cast<Engine>(held->held());
      auto description = DescribeModel(env, *model);
      auto external = Napi::External<std::shared_ptr<Engine>>::New(env, &loaded);
      return Environment::Of(env)->engine_class.New({external, description});
    });
  });
  return call->promise();
}

Napi::Function EngineHandle::Define(Napi::Env env) {
  return DefineClass(env, "NativeEngine",
                     {InstanceAccessor<&EngineHandle::Description>("description"),
                      InstanceMethod<&EngineHandle::Forward>("forward"),
                      InstanceMethod<&EngineHandle::ProbeBatch>("probeBatch"),
                      InstanceMethod<&EngineHandle::Cancel>("cancel"),
                      InstanceMethod<&EngineHandle::Dispose>("dispose")});
}

EngineHandle::EngineHandle(const Napi::CallbackInfo& info)
    : Napi::ObjectWrap<EngineHandle>(info),
      engine_(*info[0].As<Napi::External<std::shared_ptr<Engine>>>().Data()),
      description_(Napi::Persistent(info[1].As<Napi::Object>())) {}

Napi::Value EngineHandle::Description(const Napi::CallbackInfo&) { return description_.Value(); }

Napi::Value EngineHandle::Forward(const Napi::CallbackInfo& info) {
  Napi::Uint8Array pixels;
  const ForwardJob job = ParseForward(info[0].As<Napi::Object>(), pixels);
  auto call = PromiseCall::Make(info.Env(), "spurious.forward");
  call->KeepAlive(pixels);
  const bool taken = engine_->Forward(job, [call](Outcome<ForwardOutput> outcome) {
    if (std::holds_alternative<std::exception_ptr>(outcome)) {
      call->Reject(std::get<std::exception_ptr>(outcome));
      return;
    }
    auto output = std::make_shared<ForwardOutput>(std::get<ForwardOutput>(std::move(outcome)));
    call->Resolve([output](Napi::Env env) { return ForwardResult(env, *output); });
  });
  if (!taken) call->Reject(QueueFull());
  return call->promise();
}

Napi::Value EngineHandle::ProbeBatch(const Napi::CallbackInfo& info) {
  auto call = PromiseCall::Make(info.Env(), "spurious.probeBatch");
  const int64_t height = info[0].ToNumber().Int64Value();
  const int64_t width = info[1].ToNumber().Int64Value();
  const bool taken =
      engine_->ProbeBatch(height, width, [call](Outcome<std::optional<int64_t>> outcome) {
        if (std::holds_alternative<std::exception_ptr>(outcome)) {
          call->Reject(std::get<std::exception_ptr>(outcome));
          return;
        }
        const auto batch = std::get<std::optional<int64_t>>(outcome);
        call->Resolve([batch](Napi::Env env) -> Napi::Value {
          if (!batch) return env.Null();
          return Napi::Number::New(env, static_cast<double>(*batch));
        });
      });
  if (!taken) call->Reject(QueueFull());
  return call->promise();
}

Napi::Value EngineHandle::Cancel(const Napi::CallbackInfo& info) {
  engine_->Cancel();
  return info.Env().Undefined();
}

Napi::Value EngineHandle::Dispose(const Napi::CallbackInfo& info) {
  auto call = PromiseCall::Make(info.Env(), "spurious.dispose");
  auto resolve = [call] {
    call->Resolve([](Napi::Env env) -> Napi::Value { return env.Undefined(); });
  };
  if (!engine_->Dispose(resolve)) resolve();
  return call->promise();
}

}  // namespace spurious
