// An engine whose answers are waited for.
#pragma once

#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/engine.h"
#include "test/support_json.h"

namespace spurious::test {

// An answer that comes from the engine's thread.
template <typename T>
class Answer {
 public:
  // What to hand to the engine. The first call counts; `calls` counts all of them.
  Done<T> callback() {
    return [state = state_](Outcome<T> outcome) {
      if (++state->calls == 1) state->promise.set_value(std::move(outcome));
    };
  }
  // Waits; throws what the engine reports.
  T Get() {
    Outcome<T> outcome = future_.get();
    if (std::holds_alternative<std::exception_ptr>(outcome)) {
      std::rethrow_exception(std::get<std::exception_ptr>(outcome));
    }
    return std::get<T>(std::move(outcome));
  }
  int calls() const { return state_->calls; }

 private:
  struct State {
    std::promise<Outcome<T>> promise;
    std::atomic<int> calls = 0;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
  std::future<Outcome<T>> future_ = state_->promise.get_future();
};

// Pictures of expected.json's formula, and the job of giving some of them to a model.
struct Pictures {
  Pictures(int64_t count, int64_t height, int64_t width);

  // `count` images from `first` on, the graph run with `rows` of them (0: as many).
  ForwardJob Job(int64_t first, int64_t count, int64_t rows = 0, Wanted wanted = {}) const;
  ForwardJob All(Wanted wanted = {}) const { return Job(0, count_, 0, wanted); }

  std::vector<uint8_t> pixels;

 private:
  int64_t count_, height_, width_;
};

EngineOptions OptionsFor(const std::string& path, const std::string& device = "cpu");

// Loads and waits; throws what the engine reports.
const PreparedModel* LoadNow(Engine& engine);
ForwardOutput ForwardNow(Engine& engine, const ForwardJob& job);
std::optional<int64_t> ProbeNow(Engine& engine, int64_t height, int64_t width);
void DisposeNow(Engine& engine);

// An engine with a model of test/fixtures/models loaded.
struct LoadedEngine {
  explicit LoadedEngine(const std::string& file, at::ScalarType dtype = at::kFloat,
                        size_t queue_capacity = 4, const std::string& device = "cpu");

  Engine engine;
  const PreparedModel* model;
};

// Runs all pictures of an entry of expected.json and compares logits, features and feature map;
// the test case fails where they differ by more than `tolerance`.
void CheckAnswers(Engine& engine, const Json& model, const Json& size, double tolerance);

}  // namespace spurious::test
