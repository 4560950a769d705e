// Engines as owners of a queue and a thread: order, cancelling, disposing, several at once.
#include <thread>

#include "engine/engine.h"
#include "test/support_engine.h"
#include "test/support_models.h"
#include "test/testing.h"

namespace spurious {

using test::Answer;
using test::ExpectedModel;
using test::ExpectedModels;
using test::ForwardNow;
using test::LargestDifference;
using test::LoadedEngine;
using test::LoadNow;
using test::ModelPath;
using test::OptionsFor;
using test::Pictures;

namespace {

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

}  // namespace

TEST_CASE("no more jobs wait than the queue holds") {
  LoadedEngine loaded("traced-conv.pt", at::kFloat, 2);
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
  LoadedEngine loaded("traced-conv.pt");
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
  LoadedEngine loaded("traced-conv.pt", at::kFloat, 32);
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
  LoadedEngine loaded("traced-conv.pt");
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
    LoadedEngine loaded("traced-conv.pt");
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
    LoadedEngine loaded(file);
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

}  // namespace spurious
