#include "engine/engine.h"

#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <sstream>
#include <string_view>
#include <thread>

#include "core/error.h"
#include "engine/cpu_allocator.h"
#include "engine/model_message.h"

#ifdef SPURIOUS_WITH_CUDA
#include "engine/cuda_device.h"
#endif

namespace spurious {

namespace {

// Plans kept: one shape and one general plan for each of the few sets of outputs that are asked
// for.
constexpr size_t kMaxPlans = 8;

double Now() {
  using std::chrono::duration;
  return duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::exception_ptr Translate(const BatchShape& batch, const std::string& path) {
  const std::string shape = "[" + std::to_string(batch.rows) + ", 3, " +
                            std::to_string(batch.height) + ", " + std::to_string(batch.width) + "]";
  try {
    throw;
  } catch (const Error&) {
    return std::current_exception();
  } catch (const c10::OutOfMemoryError& error) {
    return std::make_exception_ptr(
        Error(ErrorCode::kOutOfMemory,
              "running the model on " + shape + ": " + ModelMessage(error.what()), path));
  } catch (const std::bad_alloc&) {
    return std::make_exception_ptr(
        Error(ErrorCode::kOutOfMemory, "running the model on " + shape + ": no memory", path));
  } catch (const std::exception& error) {
    return std::make_exception_ptr(Error(ErrorCode::kModelForwardFailed,
                                         "running the model: " + path +
                                             ": expected it to accept images " + shape +
                                             ", got: " + ModelMessage(error.what()),
                                         path));
  }
}

BatchShape ShapeOf(const ForwardJob& job) {
  return {job.rows, job.images.height, job.images.width};
}

// What a caller has to see to: a mistake there must not read past its pixels.
void RequireSound(const ForwardJob& job) {
  const ImageBatch& images = job.images;
  const bool sound = images.pixels != nullptr && images.count >= 1 && job.rows >= images.count &&
                     images.height >= 1 && images.width >= 1 && images.mean.size() == 3 &&
                     images.std.size() == 3;
  if (sound) return;
  throw Error(ErrorCode::kInternal,
              "running the model: expected pictures, at most as many as rows, and three means and "
              "deviations, got " +
                  std::to_string(images.count) + " for " + std::to_string(job.rows) + " rows");
}

// [rows, classes]. Convolutional heads leave dimensions of one behind; with more than one number
// per row and dimension the output is a picture or a map, and no logits.
at::Tensor AsLogits(const at::Tensor& output, int64_t rows, const std::string& path) {
  if (output.dim() >= 2 && output.size(0) == rows) {
    const auto sizes = output.sizes().slice(1);
    if (output.numel() == rows * *std::max_element(sizes.begin(), sizes.end())) {
      return output.flatten(1);
    }
  }
  std::ostringstream shape;
  shape << output.sizes();
  throw Error(ErrorCode::kModelOutputUnsupported,
              "running the model: expected logits [" + std::to_string(rows) + ", classes], got " +
                  shape.str(),
              path);
}

at::Tensor ToHost(const at::Tensor& tensor, int64_t count) {
  return tensor.narrow(0, 0, count).to(at::kCPU, at::kFloat).contiguous();
}

}  // namespace

at::Device ParseDevice(const std::string& name) {
  at::Device device(at::kCPU);
  try {
    device = at::Device(name);
  } catch (const c10::Error&) {
    throw Error(ErrorCode::kDeviceUnavailable,
                "choosing a device: " + name + ": expected cpu, cuda or cuda:N", name);
  }
  if (device.is_cpu()) return device;
#ifdef SPURIOUS_WITH_CUDA
  if (device.is_cuda()) return CheckedCudaDevice(device, name);
#endif
  throw Error(ErrorCode::kDeviceUnavailable,
              "choosing a device: " + name + ": expected a device of this build, got a libtorch " +
                  "without it (cpu only)",
              name);
}

Engine::Engine(const EngineOptions& options)
    : options_(options), worker_(options.queue_capacity, [this] { Finish(); }) {
  InstallCpuAllocator();
  EnableCpuFusion();
}

Engine::~Engine() {
  Cancel();
  Dispose({});
}

void Engine::Cancel() {
  cancellation_.Request();
  worker_.Cancel();
}

void Engine::Load(Done<const PreparedModel*> done) {
  auto run = [this, done] {
    try {
      const at::Device device = ParseDevice(options_.device);
      const int cores = static_cast<int>(std::thread::hardware_concurrency());
      at::set_num_threads(options_.threads > 0 ? options_.threads : std::max(1, cores));
      model_ = std::make_unique<PreparedModel>(options_.path, device, options_.dtype);
#ifdef SPURIOUS_WITH_CUDA
      replays_ = device.is_cuda() && WantsCudaGraphs();
      if (replays_) UseOwnCudaStream(device);
      stager_ = device.is_cuda() ? MakeCudaStager(device) : MakeCpuStager();
#else
      stager_ = MakeCpuStager();
#endif
      done(static_cast<const PreparedModel*>(model_.get()));
    } catch (...) {
      done(std::current_exception());
    }
  };
  auto reject = [done](std::exception_ptr reason) { done(reason); };
  if (!worker_.Submit({run, reject})) {
    reject(std::make_exception_ptr(Error(ErrorCode::kCancelled, "the engine is disposed")));
  }
}

bool Engine::Forward(const ForwardJob& job, Done<ForwardOutput> done) {
  return worker_.Submit({[this, job, done] { Begin(job, done); },
                         [done](std::exception_ptr reason) { done(reason); }});
}

Engine::CachedPlan& Engine::PlanFor(const ForwardJob& job) {
  // Compiling pays for the one shape most batches have: full batches of the square input. Others
  // (mixed sizes, last batches that were not padded) share one plan that runs the frozen graph as
  // it is, whatever the shape.
  const bool fused = job.rows > 1 && job.images.height == job.images.width;
  const PlanKey key = fused ? PlanKey{job.wanted, job.rows, job.images.height, job.images.width}
                            : PlanKey{job.wanted, 0, 0, 0};
  for (auto it = plans_.begin(); it != plans_.end(); ++it) {
    if (it->key == key) {
      plans_.splice(plans_.begin(), plans_, it);
      return plans_.front();
    }
  }
  auto plan = std::make_unique<Plan>(model_->GraphFor(job.wanted), model_->self(), fused);
  std::unique_ptr<Replay> replay;
#ifdef SPURIOUS_WITH_CUDA
  if (fused && replays_) replay = MakeCudaReplay();
#endif
  plans_.push_front({key, std::move(plan), std::move(replay)});
  if (plans_.size() > kMaxPlans) plans_.pop_back();
  return plans_.front();
}

void Engine::RequireModel() const {
  if (!model_) throw Error(ErrorCode::kInternal, "the engine has no model", options_.path);
}

std::vector<at::Tensor> Engine::Outputs(const ForwardJob& job) {
  RequireSound(job);
  c10::InferenceMode inference;
  const at::Tensor images = stager_->Stage(job.images, job.rows, model_->dtype());
  CachedPlan& cached = PlanFor(job);
  const auto pass = [&](const at::Tensor& input) { return cached.plan->Run(input); };
  auto outputs = cached.replay ? cached.replay->Run(images, pass) : pass(images);
  outputs[0] = AsLogits(outputs[0], job.rows, options_.path);
  if (job.wanted.features && outputs[1].dim() > 2) outputs[1] = outputs[1].flatten(1);
  return outputs;
}

bool Engine::Submit(const BatchShape& shape, std::function<void(JobContext&)> work,
                    std::function<void(std::exception_ptr)> done) {
  const auto run = [this, shape, work, done, cancel = cancellation_.Begin()] {
    Finish();  // answers come in the order of submission
    std::exception_ptr failure;
    try {
      RequireModel();
      JobContext context{*model_, *stager_, [this](const ForwardJob& job) { return Outputs(job); },
                         cancel};
      work(context);
    } catch (...) {
      failure = Translate(shape, options_.path);
    }
    done(failure);
  };
  return worker_.Submit({run, done});
}

void Engine::Begin(const ForwardJob& job, Done<ForwardOutput> done) {
  const double begun = Now();
  try {
    RequireModel();
    auto outputs = Outputs(job);
    Finish();  // a batch before this one, whose copies ran while this one was queued
    in_flight_ = InFlight{std::move(outputs), job.wanted, job.images.count, begun, done};
    // The CPU has finished already; a GPU works on while the next batch is staged.
    if (model_->device().is_cpu()) Finish();
  } catch (...) {
    Finish();
    done(Translate(ShapeOf(job), options_.path));
  }
}

void Engine::Finish() {
  if (!in_flight_) return;
  InFlight batch = std::move(*in_flight_);
  in_flight_.reset();
  try {
    c10::InferenceMode inference;
    ForwardOutput output;
    output.logits = ToHost(batch.outputs[0], batch.count);
    if (batch.wanted.features) output.features = ToHost(batch.outputs[1], batch.count);
    if (batch.wanted.feature_map) output.feature_map = ToHost(batch.outputs.back(), batch.count);
    output.seconds = Now() - batch.begun;
    batch.done(std::move(output));
  } catch (...) {
    batch.done(Translate({}, options_.path));
  }
}

bool Engine::RunsWith(Plan& plan, int64_t rows, int64_t height, int64_t width) {
  try {
    c10::InferenceMode inference;
    const auto options = at::TensorOptions(model_->device()).dtype(model_->dtype());
    const auto outputs = plan.Run(at::zeros({rows, 3, height, width}, options));
    return outputs[0].dim() >= 1 && outputs[0].size(0) == rows;
  } catch (const c10::OutOfMemoryError&) {
    throw;
  } catch (const std::exception&) {
    return false;
  }
}

std::optional<int64_t> Engine::FixedBatch(int64_t height, int64_t width) {
  Plan plan(model_->GraphFor({}), model_->self(), /*fused=*/false);
  // Two batch sizes: a model traced with a batch of one may accept one and nothing else.
  if (RunsWith(plan, 2, height, width) && RunsWith(plan, 3, height, width)) return std::nullopt;
  // A fixed batch stands in the graph as the first number of a shape; powers of two are the
  // customary ones where it does not.
  std::set<int64_t> candidates = {1, 2, 4, 8, 16, 32, 64, 128, 256};
  for (int64_t batch : model_->ShapeConstants()) {
    if (batch > 0 && batch <= 1024) candidates.insert(batch);
  }
  for (int64_t batch : candidates) {
    if (RunsWith(plan, batch, height, width)) return batch;
  }
  // Let the model say why it refuses: with the size it was asked about, one image.
  const auto options = at::TensorOptions(model_->device()).dtype(model_->dtype());
  c10::InferenceMode inference;
  plan.Run(at::zeros({1, 3, height, width}, options));
  throw Error(ErrorCode::kModelOutputUnsupported,
              "running the model: expected one row of logits per image, got another number of rows",
              options_.path);
}

bool Engine::ProbeBatch(int64_t height, int64_t width, Done<std::optional<int64_t>> done) {
  auto run = [this, height, width, done] {
    try {
      RequireModel();
      done(FixedBatch(height, width));
    } catch (...) {
      done(Translate({1, height, width}, options_.path));
    }
  };
  return worker_.Submit({run, [done](std::exception_ptr reason) { done(reason); }});
}

bool Engine::Dispose(std::function<void()> done) {
  return worker_.Close([this, done] {
    Finish();
    plans_.clear();
    stager_.reset();
    model_.reset();
    TrimCpuAllocator();
    if (done) done();
  });
}

}  // namespace spurious
