#include "napi/engine_handle.h"

#include "napi/arguments.h"
#include "napi/attack_call.h"
#include "napi/cam_call.h"
#include "napi/engine_answer.h"
#include "napi/environment.h"
#include "napi/forward_request.h"
#include "napi/head_weights.h"
#include "napi/model_description.h"
#include "napi/promise_call.h"
#include "napi/typed_arrays.h"

namespace spurious {

namespace {

at::ScalarType ParseDType(const Napi::Object& request) {
  const std::string name = GetString(request, "dtype");
  if (name == "fp32") return at::kFloat;
  if (name == "bf16") return at::kBFloat16;
  if (name == "fp16") return at::kHalf;
  throw Napi::TypeError::New(request.Env(), "dtype: expected fp32, bf16 or fp16");
}

Napi::Value ForwardResult(Napi::Env env, const ForwardOutput& output) {
  auto result = Napi::Object::New(env);
  result.Set("logits", FloatArray(env, output.logits));
  result.Set("classes", static_cast<double>(output.logits.size(1)));
  result.Set("features", FloatArray(env, output.features));
  result.Set("featureMap", FloatArray(env, output.feature_map));
  result.Set("featureMapShape",
             output.feature_map.defined() ? Sizes(env, output.feature_map, 1) : env.Null());
  result.Set("seconds", output.seconds);
  return result;
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
                      InstanceMethod<&EngineHandle::HeadWeights>("headWeights"),
                      InstanceMethod<&EngineHandle::Attack>("attack"),
                      InstanceMethod<&EngineHandle::GradCam>("gradCam"),
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
  const ForwardJob job = GetForwardJob(info[0].As<Napi::Object>(), pixels);
  auto call = PromiseCall::Make(info.Env(), "spurious.forward");
  call->KeepAlive(pixels);
  if (!engine_->Forward(job, Answering<ForwardOutput>(call, ForwardResult))) {
    call->Reject(QueueFull());
  }
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

Napi::Value EngineHandle::HeadWeights(const Napi::CallbackInfo& info) {
  return HeadWeightsAsync(info, *engine_);
}

Napi::Value EngineHandle::Attack(const Napi::CallbackInfo& info) {
  return AttackAsync(info, *engine_);
}

Napi::Value EngineHandle::GradCam(const Napi::CallbackInfo& info) {
  return GradCamAsync(info, *engine_);
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
