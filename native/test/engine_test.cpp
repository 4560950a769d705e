#include "engine/engine.h"

#include "test/support_engine.h"
#include "test/support_models.h"
#include "test/testing.h"

namespace spurious {

using test::ExpectedModel;
using test::ExpectedModels;
using test::ForwardNow;
using test::Json;
using test::LargestDifference;
using test::LoadedEngine;
using test::LoadNow;
using test::ModelPath;
using test::OptionsFor;
using test::Pictures;

namespace {

// Compiled plans sum in another order than eager PyTorch; logits of the fixtures are up to 40.
constexpr double kTolerance = 5e-5;

}  // namespace

TEST_CASE("every fixture answers pixels as eager PyTorch does, compiled plans included") {
  for (const Json& expected : ExpectedModels()["models"].items()) {
    if (expected["channels"].number() != 3) continue;
    LoadedEngine loaded(expected["file"].string());
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
    LoadedEngine loaded(file);
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
  const auto run = [&](int threads) {
    EngineOptions options = OptionsFor(ModelPath("traced-conv.pt"));
    options.threads = threads;
    Engine engine(options);
    LoadNow(engine);
    return ForwardNow(engine, pictures.All()).logits;
  };
  const at::Tensor logits = run(1);
  CHECK(LargestDifference(run(2), logits) < 2e-5);
  CHECK(LargestDifference(run(0), logits) < 2e-5);  // all there are
}

TEST_CASE("only the outputs that are asked for come") {
  LoadedEngine loaded("traced-conv.pt");
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
  LoadedEngine loaded("scripted-conv.pt");
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
  LoadedEngine loaded("traced-conv.pt");
  LoadedEngine inside("wrapped-normalize.pt");
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
    LoadedEngine loaded(expected["file"].string());
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
  LoadedEngine loaded("raises.pt");
  const Error error = test::ErrorOf([&] { test::ProbeNow(loaded.engine, 32, 32); });
  CHECK(error.code() == ErrorCode::kModelForwardFailed);
  CHECK(test::Contains(error.what(), "this model refuses every picture"));
}

TEST_CASE("half precision gives nearly the same answers, as float32") {
  const Pictures pictures(5, 32, 32);
  for (const auto& file : {"traced-conv.pt", "vit.pt", "half-fp16.pt", "half-bf16.pt"}) {
    const at::Tensor expected = test::ToTensor(ExpectedModel(file)["sizes"].items()[0]["logits"]);
    for (const at::ScalarType dtype : {at::kBFloat16, at::kHalf}) {
      LoadedEngine loaded(file, dtype);
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
  LoadedEngine raising("raises.pt");
  const Pictures pictures(2, 32, 32);
  for (int i = 0; i < 2; ++i) {
    const Error error = test::ErrorOf([&] { ForwardNow(raising.engine, pictures.All()); });
    CHECK(error.code() == ErrorCode::kModelForwardFailed);
    CHECK(test::Contains(error.what(), "[2, 3, 32, 32]"));
    CHECK(test::Contains(error.what(), "this model refuses every picture"));
    CHECK(error.input() == ModelPath("raises.pt"));
  }
  LoadedEngine flatten("head-flatten.pt");  // its head fixes the input's size
  const Pictures larger(2, 64, 64);
  CHECK(test::CodeOf([&] { ForwardNow(flatten.engine, larger.All()); }) ==
        ErrorCode::kModelForwardFailed);
  CHECK_NOTHROW(ForwardNow(flatten.engine, pictures.All()));
  LoadedEngine grey("grey-input.pt");
  CHECK(test::CodeOf([&] { ForwardNow(grey.engine, pictures.All()); }) ==
        ErrorCode::kModelForwardFailed);
}

TEST_CASE("an output that is no row of logits per picture is refused") {
  const Pictures pictures(5, 32, 32);
  LoadedEngine image("no-head-image.pt");
  const Error error = test::ErrorOf([&] { ForwardNow(image.engine, pictures.All()); });
  CHECK(error.code() == ErrorCode::kModelOutputUnsupported);
  CHECK(test::Contains(error.what(), "[5, 3, 32, 32]"));
}

TEST_CASE("features of a model without a head are refused, its logits given") {
  LoadedEngine headless("no-head-squeezenet.pt");
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
  LoadedEngine loaded("traced-conv.pt");
  const Pictures pictures(4, 32, 32);
  CHECK(test::CodeOf([&] { ForwardNow(loaded.engine, pictures.Job(0, 4, 3)); }) ==
        ErrorCode::kInternal);
  CHECK(test::CodeOf([&] { ForwardNow(loaded.engine, pictures.Job(0, 0, 2)); }) ==
        ErrorCode::kInternal);
  ForwardJob job = pictures.All();
  job.images.mean = {0.5F};
  CHECK(test::CodeOf([&] { ForwardNow(loaded.engine, job); }) == ErrorCode::kInternal);
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
