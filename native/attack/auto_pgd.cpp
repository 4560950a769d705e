#include "attack/auto_pgd.h"

#include "attack/ball.h"
#include "attack/checkpoints.h"

namespace spurious {

namespace {

// Weight of the new direction against the last movement, from the second step on.
constexpr double kNewDirection = 0.75;
// A step size is kept when more than this share of the steps since the last check improved.
constexpr double kEnough = 0.75;
constexpr double kTiny = 1e-12;

at::Tensor Choose(const at::Tensor& mask, const at::Tensor& yes, const at::Tensor& no) {
  return at::where(mask.view({-1, 1, 1, 1}), yes, no);
}

struct Search {
  at::Tensor point, previous, gradients;  // where it is, was before the last step, the gradient
  at::Tensor best, best_gradients, most;  // the best point met, its gradient and value [N]
  at::Tensor step;                        // [N] step size
  at::Tensor reduced, most_at_check;      // [N] of the last check
  at::Tensor table;                       // [steps, N] the value after each step; zero before
};

Search Begin(const at::Tensor& start, const Evaluation& at_start, const AutoPgdOptions& options) {
  const at::Tensor& values = at_start.values;
  Search search;
  search.point = search.previous = search.best = start;
  search.gradients = search.best_gradients = at_start.gradients;
  search.most = search.most_at_check = values;
  search.step = at::full_like(values, 2.0 * options.radius);
  // As if the first check had been preceded by a reduction: lack of progress alone does not reduce
  // the step there.
  search.reduced = at::ones_like(values, at::TensorOptions(at::kBool));
  search.table = at::zeros({options.steps, values.size(0)}, values.options());
  return search;
}

void Move(Search& search, int64_t i, double radius) {
  const at::Tensor last = search.point - search.previous;
  const at::Tensor factors = search.step / (ImageNorms(search.gradients) + kTiny);
  const at::Tensor aim =
      Project(at::addcmul(search.point, search.gradients, PerImage(factors)), radius);
  const double share = i == 0 ? 1.0 : kNewDirection;
  search.previous = search.point;
  search.point =
      Project(at::add(search.point, aim - search.point, share).add_(last, 1.0 - share), radius);
}

void Record(Search& search, int64_t i, const Evaluation& now) {
  search.gradients = now.gradients;
  search.table.select(0, i).copy_(now.values);
  const at::Tensor better = now.values > search.most;
  search.best = Choose(better, search.point, search.best);
  search.best_gradients = Choose(better, now.gradients, search.best_gradients);
  search.most = at::where(better, now.values, search.most);
}

// Steps of the interval whose value exceeds that of the step before, [N]. The published code looks
// before the first step in a table whose last row is still zero, and what it prints depends on it.
at::Tensor Improvements(const at::Tensor& table, const Checkpoint& check) {
  const int64_t first = check.step - check.length + 1;
  const at::Tensor later = table.slice(0, first, check.step + 1);
  const at::Tensor before =
      first > 0 ? table.slice(0, first - 1, check.step)
                : at::cat({table.slice(0, table.size(0) - 1), table.slice(0, 0, check.step)});
  return (later > before).sum(0);
}

// Halves the step of images that got stuck and puts them back to their best point. The movement
// before is not forgotten.
void LookBack(Search& search, const Checkpoint& check) {
  const at::Tensor few =
      Improvements(search.table, check) <= kEnough * static_cast<double>(check.length);
  const at::Tensor no_progress =
      search.reduced.logical_not().logical_and(search.most <= search.most_at_check);
  search.reduced = few.logical_or(no_progress);
  search.most_at_check = search.most;
  search.step = at::where(search.reduced, search.step / 2, search.step);
  search.point = Choose(search.reduced, search.best, search.point);
  search.gradients = Choose(search.reduced, search.best_gradients, search.gradients);
}

}  // namespace

AutoPgdResult AutoPgd(const at::Tensor& start, const Evaluation& at_start,
                      const std::function<Evaluation(const at::Tensor&)>& evaluate,
                      const AutoPgdOptions& options) {
  const auto checkpoints = Checkpoints(options.steps);
  auto check = checkpoints.begin();
  Search search = Begin(start, at_start, options);
  std::vector<at::Tensor> log;
  for (int64_t i = 0; i < options.steps; ++i) {
    if (options.on_step) options.on_step(i);
    Move(search, i, options.radius);
    Record(search, i, evaluate(search.point));
    at::Tensor held = search.table.select(0, i);
    if (check != checkpoints.end() && check->step == i) {
      LookBack(search, *check++);
      held = at::where(search.reduced, search.most, held);
    }
    log.push_back(held);
  }
  return {search.best, search.most, at::stack(log, 1)};
}

}  // namespace spurious
