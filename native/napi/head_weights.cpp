#include "napi/head_weights.h"

#include "core/error.h"
#include "napi/engine_answer.h"
#include "napi/typed_arrays.h"

namespace spurious {

namespace {

// float32 copies on the CPU.
struct HeadCopy {
  at::Tensor weight;  // [classes, d]
  at::Tensor bias;    // [classes], or undefined
  double scale = 1;
};

HeadCopy CopyHead(JobContext& context) {
  const auto& search = context.model.head();
  if (!search.head) {
    throw Error(ErrorCode::kModelOutputUnsupported,
                "reading the last layer's weights: " + search.missing);
  }
  const auto copy = [](const at::Tensor& tensor) {
    return tensor.defined() ? tensor.detach().to(at::kCPU, at::kFloat).contiguous() : at::Tensor();
  };
  return {copy(search.head->weight), copy(search.head->bias), search.head->scale};
}

Napi::Value DescribeHead(Napi::Env env, const HeadCopy& head) {
  auto result = Napi::Object::New(env);
  result.Set("classes", static_cast<double>(head.weight.size(0)));
  result.Set("features", static_cast<double>(head.weight.size(1)));
  result.Set("weight", FloatArray(env, head.weight));
  result.Set("bias", FloatArray(env, head.bias));
  result.Set("scale", head.scale);
  return result;
}

}  // namespace

Napi::Value HeadWeightsAsync(const Napi::CallbackInfo& info, Engine& engine) {
  auto call = PromiseCall::Make(info.Env(), "spurious.headWeights");
  if (!engine.Run<HeadCopy>({}, CopyHead, Answering<HeadCopy>(call, DescribeHead))) {
    call->Reject(QueueFull());
  }
  return call->promise();
}

}  // namespace spurious
