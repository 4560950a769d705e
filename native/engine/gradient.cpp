#include "engine/gradient.h"

#include <torch/csrc/autograd/autograd.h>

#include "core/error.h"
#include "engine/model_message.h"

namespace spurious {

std::vector<at::Tensor> RunRecorded(Plan& plan, const at::Tensor& images) {
  std::string reason;
  try {
    at::AutoGradMode recorded(true);
    return plan.Run(images);
  } catch (const c10::OutOfMemoryError&) {
    throw;
  } catch (const std::exception& error) {
    reason = ModelMessage(error.what());
  }
  at::NoGradGuard unrecorded;
  plan.Run(images.detach());  // a model that fails anyhow says so itself
  throw NotDifferentiable(reason);
}

at::Tensor PullBack(const at::Tensor& output, const at::Tensor& input, const at::Tensor& cotangent,
                    bool keep) {
  if (!output.requires_grad()) {
    throw NotDifferentiable("the features do not depend differentiably on the image");
  }
  at::Tensor gradient;
  try {
    at::AutoGradMode recorded(true);
    gradient = torch::autograd::grad({output}, {input}, {cotangent.to(output.scalar_type())}, keep,
                                     /*create_graph=*/false, /*allow_unused=*/true)[0];
  } catch (const c10::OutOfMemoryError&) {
    throw;
  } catch (const std::exception& error) {
    throw NotDifferentiable(ModelMessage(error.what()));
  }
  if (!gradient.defined()) throw NotDifferentiable("no gradient arrives at the image");
  return gradient.to(at::kFloat);
}

void UseDifferentiableGraph(const PreparedModel& model,
                            const std::function<void(const ModelGraph&)>& use) {
  std::string reasons;
  if (!model.facts().detaches) {
    try {
      use(model.Frozen());
      return;
    } catch (const NotDifferentiable& error) {
      reasons = std::string("frozen: ") + error.what() + "; ";
    }
  }
  try {
    use(model.Original());
  } catch (const NotDifferentiable& error) {
    throw Error(ErrorCode::kModelNotDifferentiable,
                "taking the gradient of the features: expected operations that have one, got " +
                    reasons + "original: " + error.what());
  }
}

}  // namespace spurious
