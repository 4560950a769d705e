#include "attack/feature_attack.h"

#include <memory>

#include "attack/ball.h"
#include "attack/start_noise.h"
#include "engine/gradient.h"

namespace spurious {

namespace {

at::Tensor Start(const AttackRequest& request, at::Device device) {
  at::Tensor start;
  if (request.start.defined()) {
    start = request.start.to(device);
  } else {
    std::vector<at::Tensor> noise;
    for (const uint32_t component : request.eigen_indices) {
      noise.push_back(
          StartNoise(request.seed, request.class_index, component, request.height, request.width));
    }
    start = OnSphere(at::stack(noise).to(device), request.radius);
  }
  return start.contiguous(at::MemoryFormat::ChannelsLast);
}

// The objective on the graph that has gradients, and its value at the start.
struct Chosen {
  std::string graph;
  std::unique_ptr<FeatureObjective> objective;
  Evaluation at_start;
};

Chosen Choose(const PreparedModel& model, const at::Tensor& pull, const ImageInput& input,
              const at::Tensor& start) {
  Chosen chosen;
  const bool pulls = pull.ne(0).any().item<bool>();
  UseDifferentiableGraph(model, [&](const ModelGraph& graph) {
    auto objective = std::make_unique<FeatureObjective>(graph, pull, input);
    Evaluation at_start = objective->Evaluate(start);
    if (pulls && at_start.gradients.eq(0).all().item<bool>()) {
      throw NotDifferentiable("the gradient is zero everywhere");
    }
    chosen = {graph.name, std::move(objective), std::move(at_start)};
  });
  return chosen;
}

at::Tensor Rounded(const at::Tensor& images) {
  return images.mul(255).add_(0.5).clamp_(0, 255).to(at::kByte).permute({0, 2, 3, 1}).contiguous();
}

at::Tensor ToHost(const at::Tensor& tensor) { return tensor.to(at::kCPU, at::kFloat).contiguous(); }

}  // namespace

AttackResult FeatureAttack(const PreparedModel& model, const AttackRequest& request,
                           const std::function<void(int64_t)>& on_step) {
  const int64_t column = request.components.column;
  const FeaturePull pull = MakeFeaturePull(model, request.components);
  const at::Tensor start = Start(request, model.device());
  const Chosen chosen = Choose(model, pull.rows, request.input, start);
  FeatureObjective& objective = *chosen.objective;
  const auto evaluate = [&](const at::Tensor& images) { return objective.Evaluate(images); };
  const auto found =
      AutoPgd(start, chosen.at_start, evaluate, {request.radius, request.steps, on_step});

  AttackResult result;
  const auto answer = objective.Run(found.images);
  result.graph = chosen.graph;
  result.images = ToHost(found.images);
  result.pixels = Rounded(result.images);
  result.objective = ToHost(found.values);
  result.alpha = ToHost(objective.Values(answer.features) - pull.centres);
  result.logits = ToHost(answer.logits);
  result.logit = ToHost(answer.logits.select(1, column));
  result.probability =
      ToHost(at::softmax(answer.logits / request.temperature, 1).select(1, column));
  result.perturbation = ToHost(ImageNorms(found.images - kGrey));
  if (request.log) {
    const at::Tensor grey = at::full_like(start.narrow(0, 0, 1), kGrey);
    const at::Tensor before = objective.Values(objective.Run(grey).features).unsqueeze(1);
    result.log = ToHost(at::cat({before, found.log}, 1));
  }
  return result;
}

}  // namespace spurious
