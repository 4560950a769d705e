#include "cam/grad_cam.h"

#include "cam/final_map.h"
#include "cam/position_grid.h"
#include "core/error.h"
#include "engine/gradient.h"
#include "graph/expose_leaf.h"
#include "graph/find_cam_layer.h"

namespace spurious {

namespace {

at::Tensor ToHost(const at::Tensor& tensor) { return tensor.to(at::kCPU, at::kFloat).contiguous(); }

graph::CamLayer LayerOf(const ModelGraph& model, const std::string& name) {
  if (!model.head.head) throw NotDifferentiable("no linear head: " + model.head.missing);
  return graph::FindCamLayer(model.head.head->input, model.head.head->weight.size(1),
                             model.feature_map, name);
}

PositionGrid GridOf(const at::Tensor& map, const graph::CamLayer& layer,
                    const CamRequest& request) {
  return {map.sizes(), layer.positions, request.images.images.height, request.images.images.width};
}

// <features, row> - centre for each row and image, [L, N].
at::Tensor Alphas(const FeaturePull& pull, const at::Tensor& features) {
  return ToHost(pull.rows.matmul(features.to(at::kDouble).t()) - pull.centres.unsqueeze(1));
}

void Describe(CamResult& result, const graph::CamLayer& layer, const std::string& method,
              const std::string& graph) {
  result.layer = layer.name;
  result.operation = layer.operation;
  result.method = method;
  result.graph = graph;
}

CamResult ClosedForm(JobContext& context, const CamRequest& request, const FeaturePull& pull,
                     const graph::CamLayer& layer) {
  ForwardJob job = request.images;
  job.wanted = {/*features=*/true, /*feature_map=*/true};
  const auto outputs = context.forward(job);
  const int64_t count = job.images.count;
  const PositionGrid grid = GridOf(outputs[2], layer, request);
  const at::Tensor map = grid.Arrange(outputs[2].narrow(0, 0, count)).to(at::kFloat);
  const at::Tensor weights = (pull.rows / grid.places()).to(at::kFloat);
  CamResult result;
  // [L, C] times [N, C, h*w]
  result.raw = ToHost(
      weights.matmul(map.flatten(2)).transpose(0, 1).unflatten(2, {map.size(2), map.size(3)}));
  result.weights = ToHost(weights);
  result.alphas = Alphas(pull, outputs[1].narrow(0, 0, count));
  Describe(result, layer, "closed-form", "frozen");
  return result;
}

CamResult ByGradient(JobContext& context, const CamRequest& request, const FeaturePull& pull,
                     const ModelGraph& model) {
  const graph::CamLayer layer = LayerOf(model, request.layer);
  const ForwardJob& job = request.images;
  Plan plan(graph::ExposeLeaf(*model.graph, model.head.head->input, layer.value), model.self,
            /*fused=*/false);
  const auto outputs =
      RunRecorded(plan, context.stager.Stage(job.images, job.rows, context.model.dtype()));
  const int64_t count = job.images.count;
  const at::Tensor features = outputs[0].narrow(0, 0, count).flatten(1);
  const at::Tensor& leaf = outputs[1];
  const PositionGrid grid = GridOf(leaf, layer, request);
  const at::Tensor map = grid.Arrange(leaf.detach().narrow(0, 0, count)).to(at::kFloat);

  std::vector<at::Tensor> weights, raw;
  const int64_t directions = pull.rows.size(0);
  for (int64_t l = 0; l < directions; ++l) {
    if (context.cancel.requested()) throw Error(ErrorCode::kCancelled, "Grad-CAM was cancelled");
    const at::Tensor gradient = PullBack(features, leaf, pull.rows[l].expand_as(features),
                                         /*keep=*/l + 1 < directions);
    weights.push_back(grid.Arrange(gradient.narrow(0, 0, count)).mean({2, 3}));
    raw.push_back((map * weights.back().unsqueeze(-1).unsqueeze(-1)).sum(1));
  }
  CamResult result;
  result.weights = ToHost(at::stack(weights));
  result.raw = ToHost(at::stack(raw));
  result.alphas = Alphas(pull, features.detach());
  Describe(result, layer, "autograd", model.name);
  return result;
}

}  // namespace

CamResult GradCam(JobContext& context, const CamRequest& request) {
  const FeaturePull pull = MakeFeaturePull(context.model, request.components);
  const graph::CamLayer layer = LayerOf(context.model.Frozen(), request.layer);
  if (request.method == "closed-form" && !layer.pooled) {
    throw Error(ErrorCode::kModelOutputUnsupported,
                "Grad-CAM in closed form: " + layer.name +
                    ": expected features that are the mean of this layer, got other operations in "
                    "between");
  }
  CamResult result;
  if (layer.pooled && request.method != "autograd") {
    result = ClosedForm(context, request, pull, layer);
  } else {
    UseDifferentiableGraph(context.model, [&](const ModelGraph& model) {
      result = ByGradient(context, request, pull, model);
    });
  }
  result.maps = FinalMaps(result.raw, request.images.images.height, request.images.images.width);
  return result;
}

}  // namespace spurious
