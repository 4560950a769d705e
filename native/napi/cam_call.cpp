#include "napi/cam_call.h"

#include "cam/grad_cam.h"
#include "napi/arguments.h"
#include "napi/components_argument.h"
#include "napi/engine_answer.h"
#include "napi/forward_request.h"
#include "napi/typed_arrays.h"

namespace spurious {

namespace {

Napi::Value ResultOf(Napi::Env env, const CamResult& cam) {
  auto result = Napi::Object::New(env);
  result.Set("weights", FloatArray(env, cam.weights));
  result.Set("weightsShape", Sizes(env, cam.weights));
  result.Set("raw", FloatArray(env, cam.raw));
  result.Set("rawShape", Sizes(env, cam.raw));
  result.Set("maps", FloatArray(env, cam.maps));
  result.Set("alphas", FloatArray(env, cam.alphas));
  result.Set("method", cam.method);
  result.Set("layer", cam.layer);
  result.Set("operation", cam.operation);
  result.Set("graph", cam.graph);
  return result;
}

}  // namespace

Napi::Value GradCamAsync(const Napi::CallbackInfo& info, Engine& engine) {
  const auto request = info[0].As<Napi::Object>();
  Napi::Uint8Array pixels;
  CamRequest cam;
  cam.components = GetComponents(request);
  cam.images = GetForwardJob(request, pixels);
  if (!request.Get("layer").IsUndefined()) cam.layer = GetString(request, "layer");
  if (!request.Get("method").IsUndefined()) cam.method = GetString(request, "method");
  auto call = PromiseCall::Make(info.Env(), "spurious.gradCam");
  call->KeepAlive(pixels);
  const BatchShape shape{cam.images.rows, cam.images.images.height, cam.images.images.width};
  const auto work = [cam](JobContext& context) { return GradCam(context, cam); };
  if (!engine.Run<CamResult>(shape, work, Answering<CamResult>(call, ResultOf))) {
    call->Reject(QueueFull());
  }
  return call->promise();
}

}  // namespace spurious
