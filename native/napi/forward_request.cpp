#include "napi/forward_request.h"

#include "napi/arguments.h"

namespace spurious {

ForwardJob GetForwardJob(const Napi::Object& request, Napi::Uint8Array& pixels) {
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
  pixels = GetBytes(request, "pixels", job.images.count * job.images.height * job.images.width * 3);
  job.images.pixels = pixels.Data();
  return job;
}

}  // namespace spurious
