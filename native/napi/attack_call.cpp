#include "napi/attack_call.h"

#include <memory>

#include "attack/feature_attack.h"
#include "core/error.h"
#include "napi/arguments.h"
#include "napi/components_argument.h"
#include "napi/engine_answer.h"
#include "napi/step_reports.h"
#include "napi/typed_arrays.h"

namespace spurious {

namespace {

double GetNumber(const Napi::Object& object, const char* key) {
  const Napi::Value value = object.Get(key);
  if (!value.IsNumber()) {
    throw Napi::TypeError::New(object.Env(), std::string(key) + ": expected a number");
  }
  return value.As<Napi::Number>().DoubleValue();
}

std::vector<uint32_t> GetIndices(const Napi::Object& object, const char* key, int64_t count) {
  const Napi::Value value = object.Get(key);
  if (!value.IsArray() || value.As<Napi::Array>().Length() != static_cast<uint32_t>(count)) {
    throw Napi::TypeError::New(object.Env(), std::string(key) + ": expected one per component");
  }
  std::vector<uint32_t> indices;
  for (uint32_t i = 0; i < value.As<Napi::Array>().Length(); ++i) {
    indices.push_back(value.As<Napi::Array>().Get(i).ToNumber().Uint32Value());
  }
  return indices;
}

AttackRequest Parse(const Napi::Object& request) {
  AttackRequest attack;
  attack.components = GetComponents(request);
  const int64_t count = attack.components.directions.size(0);
  attack.eigen_indices = GetIndices(request, "eigenIndices", count);
  attack.class_index = static_cast<uint32_t>(GetInt(request, "classIndex"));
  attack.seed = static_cast<uint64_t>(GetInt(request, "seed"));
  attack.temperature = GetNumber(request, "temperature");
  attack.radius = GetNumber(request, "eps");
  attack.steps = GetInt(request, "steps");
  attack.height = GetInt(request, "height");
  attack.width = GetInt(request, "width");
  attack.input.mean = GetFloats(request, "mean", 3);
  attack.input.std = GetFloats(request, "std", 3);
  attack.input.rows = GetInt(request, "batch");
  attack.log = GetFlag(request, "log");
  if (attack.steps < 1 || attack.height < 1 || attack.width < 1) {
    throw Napi::TypeError::New(request.Env(), "steps, height, width: expected 1 or more");
  }
  if (!request.Get("start").IsUndefined()) {
    attack.start = GetTensor(request, "start", {count, 3, attack.height, attack.width});
  }
  return attack;
}

Napi::Value ResultOf(Napi::Env env, const AttackResult& attack) {
  auto result = Napi::Object::New(env);
  result.Set("images", FloatArray(env, attack.images));
  result.Set("pixels", ByteArray(env, attack.pixels));
  result.Set("objectives", FloatArray(env, attack.objective));
  result.Set("alphas", FloatArray(env, attack.alpha));
  result.Set("classLogits", FloatArray(env, attack.logit));
  result.Set("probabilities", FloatArray(env, attack.probability));
  result.Set("logits", FloatArray(env, attack.logits));
  result.Set("classes", static_cast<double>(attack.logits.size(1)));
  result.Set("perturbations", FloatArray(env, attack.perturbation));
  result.Set("log", FloatArray(env, attack.log));
  result.Set("graph", attack.graph);
  return result;
}

}  // namespace

Napi::Value AttackAsync(const Napi::CallbackInfo& info, Engine& engine) {
  const auto request = info[0].As<Napi::Object>();
  AttackRequest attack = Parse(request);
  auto call = PromiseCall::Make(info.Env(), "spurious.attack");
  auto reports = std::make_shared<StepReports>(request, "spurious.attack.onStep");
  const BatchShape shape{attack.components.directions.size(0), attack.height, attack.width};
  const auto work = [attack, reports](JobContext& context) mutable {
    attack.input.dtype = context.model.dtype();
    return FeatureAttack(context.model, attack, [&](int64_t done) {
      if (context.cancel.requested()) {
        throw Error(ErrorCode::kCancelled, "the attack was cancelled");
      }
      reports->Report(done);
    });
  };
  if (!engine.Run<AttackResult>(shape, work, Answering<AttackResult>(call, ResultOf))) {
    call->Reject(QueueFull());
  }
  return call->promise();
}

}  // namespace spurious
