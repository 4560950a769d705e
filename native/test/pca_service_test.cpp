#include "linalg/pca_service.h"

#include <future>
#include <thread>

#include "test/support_linalg.h"
#include "test/testing.h"

namespace spurious {

namespace {

using Outcome = std::variant<ClassPca, std::exception_ptr>;

class Classes {
 public:
  Classes() : phi_(test::NormalFloats(30 * 20, 1)), weight_(20, 1.0F) {}

  // A job with this many images, and its outcome to come.
  std::pair<PcaJob, std::future<Outcome>> Make(int64_t images, const PcaChoice& choice = {}) const {
    auto promise = std::make_shared<std::promise<Outcome>>();
    PcaJob job{{{phi_.data(), weight_.data(), images, 20}, 5}, choice, [promise](Outcome outcome) {
                 promise->set_value(std::move(outcome));
               }};
    return {std::move(job), promise->get_future()};
  }

 private:
  std::vector<float> phi_, weight_;
};

ErrorCode CodeOf(const Outcome& outcome) {
  REQUIRE(std::holds_alternative<std::exception_ptr>(outcome));
  return test::CodeOf([&] { std::rethrow_exception(std::get<std::exception_ptr>(outcome)); });
}

}  // namespace

TEST_CASE("classes are fitted in order, each with its own outcome, off the caller's thread") {
  const Classes classes;
  PcaService service;
  std::vector<std::future<Outcome>> outcomes;
  std::thread::id thread;
  for (const int64_t images : {30, 1, 10}) {
    auto [job, outcome] = classes.Make(images);
    if (images == 10) {
      job.done = [&thread, done = job.done](Outcome result) {
        thread = std::this_thread::get_id();
        done(std::move(result));
      };
    }
    REQUIRE(service.Submit(std::move(job)));
    outcomes.push_back(std::move(outcome));
  }
  const Outcome first = outcomes[0].get(), second = outcomes[1].get(), third = outcomes[2].get();
  REQUIRE(std::holds_alternative<ClassPca>(first));
  CHECK(std::get<ClassPca>(first).solver == "tridiagonal");
  CHECK(std::get<ClassPca>(first).seconds > 0);
  CHECK(CodeOf(second) == ErrorCode::kPcaInputInvalid);
  REQUIRE(std::holds_alternative<ClassPca>(third));
  CHECK(std::get<ClassPca>(third).rank == 9);
  CHECK(thread != std::this_thread::get_id());
}

TEST_CASE("each class gets the solver it asked for") {
  const Classes classes;
  PcaService service;
  std::vector<std::pair<std::string, std::future<Outcome>>> outcomes;
  for (const auto& [asked, solved] : {std::pair{"auto", "tridiagonal"},
                                      {"lapack", "lapack-syevd"},
                                      {"tridiagonal", "tridiagonal"}}) {
    auto [job, outcome] = classes.Make(25, {.solver = asked, .threads = 2});
    REQUIRE(service.Submit(std::move(job)));
    outcomes.emplace_back(solved, std::move(outcome));
  }
  for (auto& [solved, outcome] : outcomes) {
    CHECK(std::get<ClassPca>(outcome.get()).solver == solved);
  }
}

TEST_CASE("a solver or device that is not there is the class's own failure") {
  const Classes classes;
  PcaService service;
  auto [unknown, unknown_outcome] = classes.Make(25, {.solver = "guess"});
  REQUIRE(service.Submit(std::move(unknown)));
  CHECK(CodeOf(unknown_outcome.get()) == ErrorCode::kInternal);
  auto [absent, absent_outcome] = classes.Make(25, {.solver = "cusolver", .device = "cuda:63"});
  REQUIRE(service.Submit(std::move(absent)));
  CHECK(CodeOf(absent_outcome.get()) == ErrorCode::kDeviceUnavailable);
  auto [good, good_outcome] = classes.Make(25);
  REQUIRE(service.Submit(std::move(good)));
  CHECK(std::holds_alternative<ClassPca>(good_outcome.get()));
}

TEST_CASE("no more classes wait than the service takes; the end rejects those that do") {
  const Classes classes;
  std::promise<void> entered, opened;
  std::vector<std::future<Outcome>> outcomes;
  std::thread opener;
  {
    PcaService service(2);
    auto [running, running_outcome] = classes.Make(30);
    running.done = [&, done = running.done](Outcome outcome) {
      entered.set_value();
      opened.get_future().wait();
      done(std::move(outcome));
    };
    REQUIRE(service.Submit(std::move(running)));
    entered.get_future().wait();
    for (int i = 0; i < 2; ++i) {
      auto [job, outcome] = classes.Make(30);
      REQUIRE(service.Submit(std::move(job)));
      outcomes.push_back(std::move(outcome));
    }
    auto [late, late_outcome] = classes.Make(30);
    CHECK(!service.Submit(std::move(late)));
    // Lets the running job go only after the service's end has rejected the others.
    opener = std::thread([&] {
      outcomes[1].wait();
      opened.set_value();
    });
    outcomes.push_back(std::move(running_outcome));
  }
  opener.join();
  CHECK(CodeOf(outcomes[0].get()) == ErrorCode::kCancelled);
  CHECK(CodeOf(outcomes[1].get()) == ErrorCode::kCancelled);
  CHECK(std::holds_alternative<ClassPca>(outcomes[2].get()));
}

TEST_CASE("the solvers are listed, with the reason where one is not available") {
  const auto solvers = PcaSolvers();
  REQUIRE(solvers.size() == 3);
  CHECK(solvers[0].name == "tridiagonal");
  CHECK(solvers[0].available);
  CHECK(solvers[1].name == "lapack");
  CHECK(solvers[1].available);
  CHECK(solvers[2].name == "cusolver");
  CHECK(!solvers[2].detail.empty());
}

}  // namespace spurious
