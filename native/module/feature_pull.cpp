#include "module/feature_pull.h"

#include <sstream>

#include "core/error.h"

namespace spurious {

namespace {

void RequireShape(const at::Tensor& tensor, const char* name, int64_t length) {
  if (tensor.size(-1) == length) return;
  std::ostringstream got;
  got << tensor.sizes();
  throw Error(ErrorCode::kModelOutputUnsupported,
              std::string("reading components: ") + name + ": expected vectors of the model's " +
                  std::to_string(length) + " features, got " + got.str());
}

}  // namespace

FeaturePull MakeFeaturePull(const PreparedModel& model, const ComponentSet& components) {
  const auto& head = model.head().head;
  if (!head) {
    throw Error(ErrorCode::kModelOutputUnsupported,
                "finding the penultimate features: " + model.head().missing);
  }
  const int64_t d = head->weight.size(1);
  const auto options = at::TensorOptions(model.device()).dtype(at::kDouble);
  const at::Tensor weight =
      (components.weight.defined() ? components.weight : head->weight.select(0, components.column))
          .to(options);
  const at::Tensor directions = components.directions.to(options);
  const at::Tensor mean = components.class_mean.to(options);
  RequireShape(weight, "weight", d);
  RequireShape(directions, "directions", d);
  RequireShape(mean, "mean", d);
  const at::Tensor sums = directions.sum(1);
  return {directions * weight * sums.unsqueeze(1), directions.mv(mean) * sums};
}

}  // namespace spurious
