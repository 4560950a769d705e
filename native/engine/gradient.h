// Gradients through a model's graph.
#pragma once

#include <torch/script.h>

#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine/plan.h"
#include "module/prepared_model.h"

namespace spurious {

// A graph that runs but has no gradient; the message says what stood in the way.
class NotDifferentiable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Runs a plan with its operations recorded. Throws NotDifferentiable where it only runs unrecorded.
std::vector<at::Tensor> RunRecorded(Plan& plan, const at::Tensor& images);

// Gradient of sum(output * cotangent) with respect to `input`, float32; `keep` leaves the recording
// for another call. Throws NotDifferentiable where `output` does not follow from `input`.
at::Tensor PullBack(const at::Tensor& output, const at::Tensor& input, const at::Tensor& cotangent,
                    bool keep = false);

// Calls `use` with the frozen graph and, where that throws NotDifferentiable, with the original
// one; with the original one alone where the model cuts gradients off on purpose (straight-through
// estimators), which freezing drops. Throws kModelNotDifferentiable when neither will do.
void UseDifferentiableGraph(const PreparedModel& model,
                            const std::function<void(const ModelGraph&)>& use);

}  // namespace spurious
