// The engine on a CUDA device. Without one the cases say so and ctest lists them as skipped.
#include <ATen/Context.h>

#include <cstdlib>

#include "engine/engine.h"
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
using test::LoadedEngine;
using test::Pictures;

namespace {

bool HasDevice() {
  try {
    ParseDevice("cuda");
    return true;
  } catch (const Error& error) {
    MESSAGE("skipped, no CUDA device: " << std::string(error.what()));
    return false;
  }
}

// An engine that computes in float32: TF32 keeps 10 bits of the inputs' fractions, and answers are
// compared with the CPU's.
struct Loaded : LoadedEngine {
  explicit Loaded(const std::string& file, at::ScalarType dtype = at::kFloat)
      : LoadedEngine(file, dtype, /*queue_capacity=*/64, "cuda") {
    at::globalContext().setAllowTF32CuBLAS(false);
    at::globalContext().setAllowTF32CuDNN(false);
  }
};

// cuDNN sums in another order than the CPU.
constexpr double kTolerance = 2e-4;

}  // namespace

TEST_CASE("every fixture answers on a GPU as eager PyTorch does on a CPU") {
  if (!HasDevice()) return;
  for (const Json& expected : ExpectedModels()["models"].items()) {
    if (expected["channels"].number() != 3) continue;
    Loaded loaded(expected["file"].string());
    for (const Json& size : expected["sizes"].items()) {
      if (!size.Has("logits")) continue;
      INFO(expected["file"].string());
      for (int run = 0; run < 3; ++run) CheckAnswers(loaded.engine, expected, size, kTolerance);
    }
  }
}

TEST_CASE("batches that follow each other on a GPU do not mix") {
  if (!HasDevice()) return;
  Loaded loaded("traced-conv.pt");
  const Pictures pictures(5, 32, 32);
  const at::Tensor expected =
      test::ToTensor(ExpectedModel("traced-conv.pt")["sizes"].items()[0]["logits"]);
  std::vector<Answer<ForwardOutput>> answers(60);
  for (size_t i = 0; i < answers.size(); ++i) {
    const auto first = static_cast<int64_t>(i % 5);
    const auto count = static_cast<int64_t>(1 + i % static_cast<size_t>(5 - first));
    REQUIRE(loaded.engine.Forward(pictures.Job(first, count, count + static_cast<int64_t>(i % 3)),
                                  answers[i].callback()));
  }
  for (size_t i = 0; i < answers.size(); ++i) {
    const at::Tensor logits = answers[i].Get().logits;
    const auto first = static_cast<int64_t>(i % 5);
    INFO("batch ", i);
    CHECK(LargestDifference(logits, expected.narrow(0, first, logits.size(0))) < kTolerance);
    CHECK(answers[i].calls() == 1);
  }
}

TEST_CASE("passes replayed as a CUDA graph answer as those that are not") {
  if (!HasDevice()) return;
  setenv("SPURIOUS_NATIVE_CUDA_GRAPHS", "1", 1);
  const Pictures pictures(5, 32, 32);
  for (const auto& file : {"traced-conv.pt", "vit.pt", "convnext.pt"}) {
    const at::Tensor expected = test::ToTensor(ExpectedModel(file)["sizes"].items()[0]["logits"]);
    Loaded loaded(file);
    // Pairs of pictures in turn; all are on their way at the same time.
    std::vector<Answer<ForwardOutput>> answers(24);
    for (size_t i = 0; i < answers.size(); ++i) {
      const auto first = static_cast<int64_t>(i % 4);
      REQUIRE(loaded.engine.Forward(pictures.Job(first, 2, 2), answers[i].callback()));
    }
    for (size_t i = 0; i < answers.size(); ++i) {
      INFO(file, ", batch ", i);
      CHECK(LargestDifference(answers[i].Get().logits,
                              expected.narrow(0, static_cast<int64_t>(i % 4), 2)) < kTolerance);
    }
  }
  unsetenv("SPURIOUS_NATIVE_CUDA_GRAPHS");
}

TEST_CASE("half precision on a GPU gives nearly the same answers") {
  if (!HasDevice()) return;
  const Pictures pictures(5, 32, 32);
  for (const auto& file : {"traced-conv.pt", "vit.pt", "convnext.pt"}) {
    const at::Tensor expected = test::ToTensor(ExpectedModel(file)["sizes"].items()[0]["logits"]);
    for (const at::ScalarType dtype : {at::kHalf, at::kBFloat16}) {
      Loaded loaded(file, dtype);
      const at::Tensor logits = ForwardNow(loaded.engine, pictures.All({true, true})).logits;
      INFO(file, ", ", c10::toString(dtype));
      CHECK(LargestDifference(logits, expected) < 0.03 * expected.abs().max().item<double>());
      CHECK(logits.argmax(1).equal(expected.argmax(1)));
    }
  }
}

TEST_CASE("a fixed batch is found on a GPU") {
  if (!HasDevice()) return;
  Loaded fixed("fixed-batch-4.pt");
  CHECK(test::ProbeNow(fixed.engine, 32, 32) == 4);
  Loaded free("traced-conv.pt");
  CHECK(!test::ProbeNow(free.engine, 32, 32));
}

TEST_CASE("errors on a GPU leave the engine working") {
  if (!HasDevice()) return;
  const Pictures pictures(2, 32, 32), larger(2, 64, 64);
  Loaded flatten("head-flatten.pt");
  CHECK(test::CodeOf([&] { ForwardNow(flatten.engine, larger.All()); }) ==
        ErrorCode::kModelForwardFailed);
  CHECK_NOTHROW(ForwardNow(flatten.engine, pictures.All()));
}

TEST_CASE("a GPU engine that is disposed answers the batch on its way first") {
  if (!HasDevice()) return;
  const Pictures pictures(5, 32, 32);
  for (int i = 0; i < 20; ++i) {
    Loaded loaded("traced-conv.pt");
    Answer<ForwardOutput> answer;
    REQUIRE(loaded.engine.Forward(pictures.All(), answer.callback()));
    test::DisposeNow(loaded.engine);
    REQUIRE(answer.calls() == 1);
    CHECK_NOTHROW(answer.Get());
  }
}

TEST_CASE("a device that does not exist is named") {
  if (!HasDevice()) return;
  const Error error = test::ErrorOf([] { ParseDevice("cuda:99"); });
  CHECK(error.code() == ErrorCode::kDeviceUnavailable);
  CHECK(test::Contains(error.what(), "got index 99"));
}

}  // namespace spurious
