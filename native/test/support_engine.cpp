#include "test/support_engine.h"

#include "test/support_models.h"
#include "test/testing.h"

namespace spurious::test {

namespace {

EngineOptions OptionsOf(const std::string& file, at::ScalarType dtype, size_t queue_capacity,
                        const std::string& device) {
  EngineOptions options = OptionsFor(ModelPath(file), device);
  options.dtype = dtype;
  options.queue_capacity = queue_capacity;
  return options;
}

}  // namespace

LoadedEngine::LoadedEngine(const std::string& file, at::ScalarType dtype, size_t queue_capacity,
                           const std::string& device)
    : engine(OptionsOf(file, dtype, queue_capacity, device)), model(LoadNow(engine)) {}

Pictures::Pictures(int64_t count, int64_t height, int64_t width)
    : pixels(InputPixels(count, height, width, 3)), count_(count), height_(height), width_(width) {}

ForwardJob Pictures::Job(int64_t first, int64_t count, int64_t rows, Wanted wanted) const {
  ForwardJob job;
  job.images = {
      pixels.data() + first * height_ * width_ * 3, count, height_, width_, {0, 0, 0}, {1, 1, 1}};
  job.rows = rows == 0 ? count : rows;
  job.wanted = wanted;
  return job;
}

EngineOptions OptionsFor(const std::string& path, const std::string& device) {
  EngineOptions options;
  options.path = path;
  options.device = device;
  options.threads = 2;
  return options;
}

const PreparedModel* LoadNow(Engine& engine) {
  Answer<const PreparedModel*> answer;
  engine.Load(answer.callback());
  return answer.Get();
}

ForwardOutput ForwardNow(Engine& engine, const ForwardJob& job) {
  Answer<ForwardOutput> answer;
  if (!engine.Forward(job, answer.callback())) throw std::runtime_error("the job was not taken");
  return answer.Get();
}

std::optional<int64_t> ProbeNow(Engine& engine, int64_t height, int64_t width) {
  Answer<std::optional<int64_t>> answer;
  if (!engine.ProbeBatch(height, width, answer.callback())) {
    throw std::runtime_error("the job was not taken");
  }
  return answer.Get();
}

void DisposeNow(Engine& engine) {
  std::promise<void> disposed;
  if (!engine.Dispose([&] { disposed.set_value(); })) {
    throw std::runtime_error("the engine was disposed before");
  }
  disposed.get_future().wait();
}

void CheckAnswers(Engine& engine, const Json& model, const Json& size, double tolerance) {
  constexpr int64_t kImages = 5;
  const Pictures pictures(kImages, static_cast<int64_t>(size["height"].number()),
                          static_cast<int64_t>(size["width"].number()));
  const bool has_head = !model["head"].IsNull();
  const int64_t batch =
      model["batch"].IsNull() ? kImages : static_cast<int64_t>(model["batch"].number());
  for (int64_t first = 0; first < kImages; first += batch) {
    const int64_t count = std::min(batch, kImages - first);
    const ForwardOutput output =
        ForwardNow(engine, pictures.Job(first, count, batch, {has_head, has_head}));
    const auto rows = [&](const char* key) { return ToTensor(size[key]).narrow(0, first, count); };
    CHECK(LargestDifference(output.logits, rows("logits")) < tolerance);
    CHECK(output.features.defined() == has_head);
    CHECK(output.feature_map.defined() == has_head);
    if (!has_head) continue;
    CHECK(LargestDifference(output.features, rows("features")) < tolerance);
    const bool tokens = model["featureMap"].string() == "tokens";
    const at::Tensor means =
        tokens ? output.feature_map.mean({1}) : output.feature_map.mean({2, 3});
    CHECK(LargestDifference(means, rows(size.Has("featureMapMeans") ? "featureMapMeans"
                                                                    : "features")) < tolerance);
  }
}

}  // namespace spurious::test
