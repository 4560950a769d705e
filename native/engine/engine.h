// A model on its own thread: one forward pass gives logits, features and the last feature map.
#pragma once

#include <torch/script.h>

#include <array>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/cancellation.h"
#include "engine/input.h"
#include "engine/plan.h"
#include "engine/replay.h"
#include "engine/worker.h"
#include "module/prepared_model.h"

namespace spurious {

struct EngineOptions {
  std::string path;
  std::string device = "cpu";  // "cpu", "cuda" or "cuda:N"
  at::ScalarType dtype = at::kFloat;
  int threads = 0;  // CPU threads of the forward pass; 0 = all cores
  size_t queue_capacity = 4;
};

struct ForwardJob {
  ImageBatch images;
  int64_t rows = 0;  // rows the graph is run with; fewer images are padded
  Wanted wanted;
};

struct ForwardOutput {
  at::Tensor logits;       // [count, classes] float32, CPU
  at::Tensor features;     // [count, d] float32, CPU, or undefined
  at::Tensor feature_map;  // [count, ...] float32, CPU, or undefined
  double seconds = 0;
};

// What a failure of the model is reported with.
struct BatchShape {
  int64_t rows = 0, height = 0, width = 0;
};

template <typename T>
using Outcome = std::variant<T, std::exception_ptr>;
template <typename T>
using Done = std::function<void(Outcome<T>)>;

// What work on the engine's thread may use while it runs.
struct JobContext {
  const PreparedModel& model;
  InputStager& stager;
  // Answers of a batch: logits [rows, classes][, features [rows, d]][, feature map], of the model's
  // type and device, without gradients.
  std::function<std::vector<at::Tensor>(const ForwardJob&)> forward;
  Cancellation::Watch cancel;  // to be looked at between steps
};

// All libtorch calls of an engine happen on its thread (every calling thread would get an OpenMP
// team of its own). Callbacks come from that thread, each exactly once, in order of submission.
class Engine {
 public:
  explicit Engine(const EngineOptions& options);
  // Cancels what waits, finishes the running batch, frees the model on its thread, joins.
  ~Engine();

  // Loads and prepares the model. The pointer is valid until Dispose.
  void Load(Done<const PreparedModel*> done);
  // False when the queue is full or the engine is disposed; `done` is then never called. The
  // pixels must stay valid until `done`.
  bool Forward(const ForwardJob& job, Done<ForwardOutput> done);
  // Rows that the model insists on (traced with a fixed batch), or nothing.
  bool ProbeBatch(int64_t height, int64_t width, Done<std::optional<int64_t>> done);
  // Runs `work` after what was submitted before it. What it throws is reported as failures of a
  // batch of that shape are. Outside inference mode: gradients can be recorded.
  // False when the queue is full or the engine is disposed; `done` is then never called.
  template <typename T>
  bool Run(const BatchShape& shape, std::function<T(JobContext&)> work, Done<T> done) {
    auto answer = std::make_shared<std::optional<T>>();
    return Submit(
        shape, [work, answer](JobContext& context) { answer->emplace(work(context)); },
        [done, answer](std::exception_ptr reason) {
          done(reason ? Outcome<T>(reason) : Outcome<T>(std::move(**answer)));
        });
  }
  // Rejects what waits; the running batch is finished, other running work stops between two steps.
  void Cancel();
  // Drains the queue and frees the model; `done` is called on the engine's thread.
  // False when that was asked before; `done` is then never called.
  bool Dispose(std::function<void()> done);

 private:
  // A batch whose results are still on their way from the device.
  struct InFlight {
    std::vector<at::Tensor> outputs;
    Wanted wanted;
    int64_t count = 0;
    double begun = 0;
    Done<ForwardOutput> done;
  };
  struct PlanKey {
    Wanted wanted;
    int64_t rows = 0, height = 0, width = 0;
    bool operator==(const PlanKey&) const = default;
  };
  struct CachedPlan {
    PlanKey key;
    std::unique_ptr<Plan> plan;
    std::unique_ptr<Replay> replay;  // of the plan's passes, or none
  };

  void RequireModel() const;
  bool Submit(const BatchShape& shape, std::function<void(JobContext&)> work,
              std::function<void(std::exception_ptr)> done);
  std::vector<at::Tensor> Outputs(const ForwardJob& job);
  void Begin(const ForwardJob& job, Done<ForwardOutput> done);
  void Finish();
  CachedPlan& PlanFor(const ForwardJob& job);
  std::optional<int64_t> FixedBatch(int64_t height, int64_t width);
  bool RunsWith(Plan& plan, int64_t rows, int64_t height, int64_t width);

  const EngineOptions options_;
  std::unique_ptr<PreparedModel> model_;
  std::unique_ptr<InputStager> stager_;
  bool replays_ = false;         // passes of one shape are recorded and replayed
  std::list<CachedPlan> plans_;  // most recently used first
  std::optional<InFlight> in_flight_;
  Cancellation cancellation_;
  Worker worker_;  // last: its thread uses all of the above
};

// Devices by name; throws kDeviceUnavailable with what exists.
at::Device ParseDevice(const std::string& name);

}  // namespace spurious
