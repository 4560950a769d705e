#include "engine/engine.h"

#include <malloc.h>

#include <thread>

#include "engine/cpu_allocator.h"
#include "test/support_engine.h"
#include "test/support_models.h"
#include "test/testing.h"

namespace spurious {

using test::Answer;
using test::ExpectedModel;
using test::ExpectedModels;
using test::ForwardNow;
using test::Json;
using test::LargestDifference;
using test::LoadNow;
using test::ModelPath;
using test::OptionsFor;
using test::Pictures;

namespace {

// Compiled plans sum in another order than eager PyTorch; logits of the fixtures are up to 40.
constexpr double kTolerance = 5e-5;

// An engine with its model loaded.
struct Loaded {
  explicit Loaded(const std::string& file, at::ScalarType dtype = at::kFloat,
                  size_t queue_capacity = 4, int threads = 2)
      : engine(Options(file, dtype, queue_capacity, threads)), model(LoadNow(engine)) {}

  static EngineOptions Options(const std::string& file, at::ScalarType dtype, size_t queue_capacity,
                               int threads) {
    EngineOptions options = OptionsFor(ModelPath(file));
    options.dtype = dtype;
    options.queue_capacity = queue_capacity;
    options.threads = threads;
    return options;
  }

  Engine engine;
  const PreparedModel* model;
};

// Keeps the engine's thread inside a callback until it is let go.
class HeldEngine {
 public:
  HeldEngine(Engine& engine, const ForwardJob& job) {
    const bool taken = engine.Forward(job, [this](Outcome<ForwardOutput>) {
      held_.set_value();
      released_.get_future().wait();
    });
    REQUIRE(taken);
    held_.get_future().wait();
  }
  void Release() { released_.set_value(); }

 private:
  std::promise<void> held_, released_;
};

ErrorCode CodeOf(Answer<ForwardOutput>& answer) {
  return test::CodeOf([&] { answer.Get(); });
}

// Bytes that the C library's allocator has handed out.
size_t HeapInUse() { return mallinfo2().uordblks; }

}  // namespace

TEST_CASE("every fixture answers pixels as eager PyTorch does, compiled plans included") {
  for (const Json& expected : ExpectedModels()["models"].items()) {
    if (expected["channels"].number() != 3) continue;
    Loaded loaded(expected["file"].string());
    for (const Json& size : expected["sizes"].items()) {
      if (!size.Has("logits")) continue;
      INFO(expected["file"].string());
      // A plan profiles its first run, compiles in the second and is used from the third on.
      for (int run = 0; run < 3; ++run) {
        CheckAnswers(loaded.engine, expected, size, kTolerance);
      }
    }
  }
}

TEST_CASE("answers do not depend on the rows of a batch and what fills it up") {
  const Pictures pictures(6, 32, 32);
  const Wanted all = {true, true};
  for (const auto& file : {"traced-conv.pt", "vit.pt", "convnext.pt", "head-conv1x1.pt"}) {
    Loaded loaded(file);
    const ForwardOutput whole = ForwardNow(loaded.engine, pictures.All(all));
    for (const auto& [count, rows] :
         {std::pair{1, 1}, {1, 2}, {2, 2}, {1, 8}, {3, 4}, {5, 8}, {6, 16}, {4, 6}}) {
      for (int64_t first = 0; first + count <= 6; first += count) {
        const auto part = ForwardNow(loaded.engine, pictures.Job(first, count, rows, all));
        INFO(file, ": ", count, " images from ", first, " in ", rows, " rows");
        const auto same = [&](const at::Tensor& got, const at::Tensor& want) {
          return LargestDifference(got, want.narrow(0, first, count)) < 2e-5;
        };
        CHECK(same(part.logits, whole.logits));
        CHECK(same(part.features, whole.features));
        CHECK(same(part.feature_map, whole.feature_map));
      }
    }
  }
}

TEST_CASE("answers do not depend on the number of threads") {
  const Pictures pictures(5, 32, 32);
  Loaded one("traced-conv.pt", at::kFloat, 4, 1);
  const at::Tensor logits = ForwardNow(one.engine, pictures.All()).logits;
  Loaded two("traced-conv.pt", at::kFloat, 4, 2);
  CHECK(LargestDifference(ForwardNow(two.engine, pictures.All()).logits, logits) < 2e-5);
}

TEST_CASE("only the outputs that are asked for come") {
  Loaded loaded("traced-conv.pt");
  const Pictures pictures(2, 32, 32);
  const auto run = [&](Wanted wanted) { return ForwardNow(loaded.engine, pictures.All(wanted)); };
  ForwardOutput output = run({});
  CHECK(!output.features.defined());
  CHECK(!output.feature_map.defined());
  CHECK(output.seconds > 0);
  output = run({true, false});
  CHECK(output.features.sizes() == at::IntArrayRef{2, 16});
  CHECK(!output.feature_map.defined());
  output = run({false, true});
  CHECK(!output.features.defined());
  CHECK(output.feature_map.sizes() == at::IntArrayRef{2, 16, 8, 8});
}

TEST_CASE("pictures that are not square are taken as they are") {
  Loaded loaded("scripted-conv.pt");
  const Json& expected = ExpectedModel("scripted-conv.pt");
  const Json& wide = expected["sizes"].items()[1];
  REQUIRE(wide["width"].number() == 48);
  CheckAnswers(loaded.engine, expected, wide, 2e-5);
  const Pictures tall(3, 57, 32);
  const auto together = ForwardNow(loaded.engine, tall.All({true, true}));
  CHECK(together.feature_map.sizes() == at::IntArrayRef{3, 16, 15, 8});
  for (int64_t i = 0; i < 3; ++i) {
    const auto alone = ForwardNow(loaded.engine, tall.Job(i, 1));
    CHECK(LargestDifference(alone.logits, together.logits.narrow(0, i, 1)) < 2e-5);
  }
}

TEST_CASE("the pixels are normalised as the job says") {
  Loaded loaded("traced-conv.pt");
  Loaded inside("wrapped-normalize.pt");
  const Pictures pictures(3, 32, 32);
  ForwardJob job = pictures.All();
  const at::Tensor plain = ForwardNow(loaded.engine, job).logits;
  job.images.mean = {0.485F, 0.456F, 0.406F};
  job.images.std = {0.229F, 0.224F, 0.225F};
  const at::Tensor normalized = ForwardNow(loaded.engine, job).logits;
  CHECK(LargestDifference(plain, normalized) > 0.1);
  const at::Tensor input = test::InputTensor(3, 32, 32, 3);
  const auto constant = [](std::vector<float> v) { return at::tensor(v).view({1, 3, 1, 1}); };
  const at::Tensor staged = (input - constant(job.images.mean)) / constant(job.images.std);
  const c10::InferenceMode inference;
  const at::Tensor direct =
      torch::jit::load(ModelPath("traced-conv.pt")).forward({staged}).toTensor();
  CHECK(LargestDifference(normalized, direct) < 1e-4);
}

TEST_CASE("a fixed batch is found, and none where there is none") {
  for (const Json& expected : ExpectedModels()["models"].items()) {
    if (expected["channels"].number() != 3 || expected["forwardFails"].boolean()) continue;
    Loaded loaded(expected["file"].string());
    const Json& size = expected["sizes"].items()[0];
    const auto batch = test::ProbeNow(loaded.engine, static_cast<int64_t>(size["height"].number()),
                                      static_cast<int64_t>(size["width"].number()));
    INFO(expected["file"].string());
    if (expected["batch"].IsNull()) {
      CHECK(!batch);
    } else {
      CHECK(batch == static_cast<int64_t>(expected["batch"].number()));
    }
  }
}

TEST_CASE("a model that refuses every batch says why when it is asked for its batch") {
  Loaded loaded("raises.pt");
  const Error error = test::ErrorOf([&] { test::ProbeNow(loaded.engine, 32, 32); });
  CHECK(error.code() == ErrorCode::kModelForwardFailed);
  CHECK(test::Contains(error.what(), "this model refuses every picture"));
}

TEST_CASE("half precision gives nearly the same answers, as float32") {
  const Pictures pictures(5, 32, 32);
  for (const auto& file : {"traced-conv.pt", "vit.pt", "half-fp16.pt", "half-bf16.pt"}) {
    const at::Tensor expected = test::ToTensor(ExpectedModel(file)["sizes"].items()[0]["logits"]);
    for (const at::ScalarType dtype : {at::kBFloat16, at::kHalf}) {
      Loaded loaded(file, dtype);
      for (int run = 0; run < 3; ++run) {
        const ForwardOutput output = ForwardNow(loaded.engine, pictures.All({true, true}));
        INFO(file, ", ", c10::toString(dtype));
        CHECK(output.logits.scalar_type() == at::kFloat);
        CHECK(output.feature_map.scalar_type() == at::kFloat);
        const double scale = expected.abs().max().item<double>();
        CHECK(LargestDifference(output.logits, expected) < scale * 0.03);
        CHECK(output.logits.argmax(1).equal(expected.argmax(1)));
      }
    }
  }
}

TEST_CASE("what the model raises is reported, and the engine goes on") {
  Loaded raising("raises.pt");
  const Pictures pictures(2, 32, 32);
  for (int i = 0; i < 2; ++i) {
    const Error error = test::ErrorOf([&] { ForwardNow(raising.engine, pictures.All()); });
    CHECK(error.code() == ErrorCode::kModelForwardFailed);
    CHECK(test::Contains(error.what(), "[2, 3, 32, 32]"));
    CHECK(test::Contains(error.what(), "this model refuses every picture"));
    CHECK(error.input() == ModelPath("raises.pt"));
  }
  Loaded flatten("head-flatten.pt");  // its head fixes the input's size
  const Pictures larger(2, 64, 64);
  CHECK(test::CodeOf([&] { ForwardNow(flatten.engine, larger.All()); }) ==
        ErrorCode::kModelForwardFailed);
  CHECK_NOTHROW(ForwardNow(flatten.engine, pictures.All()));
  Loaded grey("grey-input.pt");
  CHECK(test::CodeOf([&] { ForwardNow(grey.engine, pictures.All()); }) ==
        ErrorCode::kModelForwardFailed);
}

TEST_CASE("an output that is no row of logits per picture is refused") {
  const Pictures pictures(5, 32, 32);
  Loaded image("no-head-image.pt");
  const Error error = test::ErrorOf([&] { ForwardNow(image.engine, pictures.All()); });
  CHECK(error.code() == ErrorCode::kModelOutputUnsupported);
  CHECK(test::Contains(error.what(), "[5, 3, 32, 32]"));
}

TEST_CASE("features of a model without a head are refused, its logits given") {
  Loaded headless("no-head-squeezenet.pt");
  const Pictures pictures(2, 32, 32);
  CHECK(test::CodeOf([&] { ForwardNow(headless.engine, pictures.All({true, false})); }) ==
        ErrorCode::kModelOutputUnsupported);
  CHECK_NOTHROW(ForwardNow(headless.engine, pictures.All()));
}

TEST_CASE("files that cannot be loaded are reported by their code") {
  for (const Json& file : ExpectedModels()["broken"].items()) {
    Engine engine(OptionsFor(ModelPath(file["file"].string())));
    INFO(file["file"].string());
    CHECK(std::string(CodeName(test::CodeOf([&] { LoadNow(engine); }))) == file["code"].string());
  }
  Engine engine(OptionsFor(ModelPath("traced-conv.pt"), "cuda:99"));
  CHECK(test::CodeOf([&] { LoadNow(engine); }) == ErrorCode::kDeviceUnavailable);
}

TEST_CASE("an engine without a model refuses work instead of crashing") {
  const Pictures pictures(1, 32, 32);
  Engine never_loaded(OptionsFor(ModelPath("traced-conv.pt")));
  CHECK(test::CodeOf([&] { ForwardNow(never_loaded, pictures.All()); }) == ErrorCode::kInternal);
  CHECK(test::CodeOf([&] { test::ProbeNow(never_loaded, 32, 32); }) == ErrorCode::kInternal);
  Engine failed(OptionsFor(ModelPath("text.pt")));
  CHECK(test::CodeOf([&] { LoadNow(failed); }) == ErrorCode::kModelNotTorchScript);
  CHECK(test::CodeOf([&] { ForwardNow(failed, pictures.All()); }) == ErrorCode::kInternal);
}

TEST_CASE("jobs with more images than rows, or none, are refused") {
  Loaded loaded("traced-conv.pt");
  const Pictures pictures(4, 32, 32);
  CHECK(test::CodeOf([&] { ForwardNow(loaded.engine, pictures.Job(0, 4, 3)); }) ==
        ErrorCode::kInternal);
  CHECK(test::CodeOf([&] { ForwardNow(loaded.engine, pictures.Job(0, 0, 2)); }) ==
        ErrorCode::kInternal);
  ForwardJob job = pictures.All();
  job.images.mean = {0.5F};
  CHECK(test::CodeOf([&] { ForwardNow(loaded.engine, job); }) == ErrorCode::kInternal);
}

TEST_CASE("no more jobs wait than the queue holds") {
  Loaded loaded("traced-conv.pt", at::kFloat, /*queue_capacity=*/2);
  const Pictures pictures(3, 32, 32);
  HeldEngine held(loaded.engine, pictures.Job(0, 1));
  Answer<ForwardOutput> first, second, third;
  CHECK(loaded.engine.Forward(pictures.Job(1, 1), first.callback()));
  CHECK(loaded.engine.Forward(pictures.Job(2, 1), second.callback()));
  CHECK(!loaded.engine.Forward(pictures.Job(0, 1), third.callback()));
  held.Release();
  CHECK_NOTHROW(first.Get());
  CHECK_NOTHROW(second.Get());
  CHECK(third.calls() == 0);
}

TEST_CASE("cancelling rejects the jobs that wait; the running one and later ones are answered") {
  Loaded loaded("traced-conv.pt");
  const Pictures pictures(3, 32, 32);
  HeldEngine held(loaded.engine, pictures.Job(0, 1));
  Answer<ForwardOutput> first, second, later;
  REQUIRE(loaded.engine.Forward(pictures.Job(1, 1), first.callback()));
  REQUIRE(loaded.engine.Forward(pictures.Job(2, 1), second.callback()));
  loaded.engine.Cancel();
  CHECK(CodeOf(first) == ErrorCode::kCancelled);
  CHECK(CodeOf(second) == ErrorCode::kCancelled);
  REQUIRE(loaded.engine.Forward(pictures.Job(2, 1), later.callback()));
  held.Release();
  CHECK_NOTHROW(later.Get());
  CHECK(first.calls() == 1);
}

TEST_CASE("answers come in the order of the jobs, each once") {
  Loaded loaded("traced-conv.pt", at::kFloat, /*queue_capacity=*/32);
  const Pictures pictures(5, 32, 32);
  const at::Tensor expected = ForwardNow(loaded.engine, pictures.All()).logits;
  std::vector<int64_t> order;  // written on the engine's thread alone
  std::vector<Answer<ForwardOutput>> answers(20);
  for (int64_t i = 0; i < 20; ++i) {
    auto callback = answers[static_cast<size_t>(i)].callback();
    REQUIRE(loaded.engine.Forward(pictures.Job(i % 5, 1), [&order, callback, i](auto outcome) {
      order.push_back(i);
      callback(std::move(outcome));
    }));
  }
  for (int64_t i = 0; i < 20; ++i) {
    const at::Tensor logits = answers[static_cast<size_t>(i)].Get().logits;
    CHECK(LargestDifference(logits, expected.narrow(0, i % 5, 1)) < 2e-5);
  }
  test::DisposeNow(loaded.engine);
  REQUIRE(order.size() == 20);
  CHECK(std::is_sorted(order.begin(), order.end()));
  for (const auto& answer : answers) CHECK(answer.calls() == 1);
}

TEST_CASE("dispose drains the queue, happens once and ends all work") {
  Loaded loaded("traced-conv.pt");
  const Pictures pictures(3, 32, 32);
  HeldEngine held(loaded.engine, pictures.Job(0, 1));
  Answer<ForwardOutput> waiting, late;
  REQUIRE(loaded.engine.Forward(pictures.Job(1, 1), waiting.callback()));
  std::promise<std::thread::id> disposed;
  CHECK(loaded.engine.Dispose([&] { disposed.set_value(std::this_thread::get_id()); }));
  CHECK(!loaded.engine.Dispose([] { FAIL("disposed twice"); }));
  CHECK(!loaded.engine.Forward(pictures.Job(1, 1), late.callback()));
  held.Release();
  CHECK_NOTHROW(waiting.Get());
  CHECK(disposed.get_future().get() != std::this_thread::get_id());
  CHECK(!loaded.engine.Dispose({}));
  CHECK(late.calls() == 0);
  loaded.engine.Cancel();  // no harm
}

TEST_CASE("loading a disposed engine is refused") {
  Engine engine(OptionsFor(ModelPath("traced-conv.pt")));
  test::DisposeNow(engine);
  CHECK(test::CodeOf([&] { LoadNow(engine); }) == ErrorCode::kCancelled);
}

TEST_CASE("destroying an engine answers every job that waits") {
  const Pictures pictures(3, 32, 32);
  std::vector<Answer<ForwardOutput>> answers(3);
  {
    Loaded loaded("traced-conv.pt");
    for (auto& answer : answers) {
      REQUIRE(loaded.engine.Forward(pictures.Job(0, 1), answer.callback()));
    }
  }
  for (auto& answer : answers) {
    REQUIRE(answer.calls() == 1);
    try {
      answer.Get();
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::kCancelled);
    }
  }
}

TEST_CASE("two engines work at once") {
  const auto work = [](const std::string& file, bool& right) {
    Loaded loaded(file);
    const Pictures pictures(5, 32, 32);
    const at::Tensor expected = test::ToTensor(ExpectedModel(file)["sizes"].items()[0]["logits"]);
    right = true;
    for (int run = 0; run < 40; ++run) {
      const at::Tensor logits = ForwardNow(loaded.engine, pictures.All({true, true})).logits;
      right = right && LargestDifference(logits, expected) < 2e-5;
    }
  };
  bool first = false, second = false;
  ExpectedModels();  // read before two threads ask for it
  std::thread other([&] { work("vit.pt", second); });
  work("traced-conv.pt", first);
  other.join();
  CHECK(first);
  CHECK(second);
}

TEST_CASE("memory stays flat however many batches of whatever shape run") {
  Loaded loaded("traced-conv.pt");
  const auto round = [&] {
    for (int64_t rows = 1; rows <= 12; ++rows) {  // more shapes than plans are kept
      const Pictures pictures(rows, 96, 96);
      ForwardNow(loaded.engine, pictures.All({rows % 2 == 0, rows % 3 == 0}));
    }
    for (const int64_t width : {64, 80, 112}) {
      ForwardNow(loaded.engine, Pictures(4, 96, width).All());
    }
  };
  round();
  const size_t live = CpuAllocatorStatistics().live;
  for (int i = 0; i < 5; ++i) round();
  CHECK(CpuAllocatorStatistics().live <= live);
}

TEST_CASE("200 engines made, used and disposed leave no memory behind") {
  const Pictures pictures(4, 112, 112);
  const auto cycle = [&](int i) {
    Loaded loaded(i % 2 == 0 ? "traced-conv.pt" : "wrapped-everything.pt");
    ForwardNow(loaded.engine, pictures.All({true, true}));
    test::DisposeNow(loaded.engine);
  };
  for (int i = 0; i < 20; ++i) cycle(i);
  const size_t live = CpuAllocatorStatistics().live;
  const size_t heap = HeapInUse();
  for (int i = 0; i < 200; ++i) cycle(i);
  CHECK(CpuAllocatorStatistics().live == live);
  CHECK(CpuAllocatorStatistics().cached == 0);
  if (test::kAddressSanitizer) {
    MESSAGE("the heap's size was not looked at: AddressSanitizer keeps freed memory");
    return;
  }
  // A leaked model of these would be 35 KB and more, 200 of them 7 MB.
  const size_t now = HeapInUse();
  const size_t growth = now > heap ? now - heap : 0;
  MESSAGE("the heap grew by " << growth << " bytes");
  CHECK(growth < 2'000'000);
}

TEST_CASE("devices are known by name, others refused with what is expected") {
  CHECK(ParseDevice("cpu").is_cpu());
  for (const auto& name : {"", "gpu", "CPU", "cuda:", "cuda:x", "cuda:-1", "cuda:1:2"}) {
    const Error error = test::ErrorOf([&] { ParseDevice(name); });
    INFO(name, ": ", std::string(error.what()));
    CHECK(error.code() == ErrorCode::kDeviceUnavailable);
    CHECK(error.input() == name);
    CHECK(test::Contains(error.what(), "expected cpu, cuda or cuda:N"));
  }
  for (const auto& name : {"cuda:99", "meta", "mps", "xpu"}) {
    INFO(name);
    CHECK(test::CodeOf([&] { ParseDevice(name); }) == ErrorCode::kDeviceUnavailable);
  }
}

}  // namespace spurious
