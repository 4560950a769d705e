#include "engine/worker.h"

#include <atomic>
#include <future>
#include <string>
#include <vector>

#include "test/testing.h"

namespace spurious {

namespace {

// A task that runs until it is let go, so that others wait behind it.
class Gate {
 public:
  Task Closed() {
    return {[this] {
              entered_.set_value();
              opened_.get_future().wait();
            },
            [](std::exception_ptr) { FAIL("the running task was rejected"); }};
  }
  void WaitUntilEntered() { entered_.get_future().wait(); }
  void Open() { opened_.set_value(); }

 private:
  std::promise<void> entered_, opened_;
};

// A task that notes what becomes of it.
class Note {
 public:
  Task Make(const std::string& name) {
    return {[this, name] { Add(name); },
            [this, name](std::exception_ptr reason) {
              try {
                std::rethrow_exception(reason);
              } catch (const Error& error) {
                Add(name + " " + CodeName(error.code()));
              }
            }};
  }
  void Add(const std::string& entry) {
    std::lock_guard lock(mutex_);
    entries_.push_back(entry);
  }
  std::vector<std::string> entries() {
    std::lock_guard lock(mutex_);
    return entries_;
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> entries_;
};

using Entries = std::vector<std::string>;

}  // namespace

TEST_CASE("tasks run in order, on one thread that is not the caller's") {
  Note note;
  std::vector<std::thread::id> threads;
  {
    Worker worker(16);
    for (const auto& name : {"a", "b", "c"}) {
      Task task = note.Make(name);
      REQUIRE(worker.Submit({[&threads, run = task.run] {
                               threads.push_back(std::this_thread::get_id());
                               run();
                             },
                             task.reject}));
    }
    std::promise<void> closed;
    REQUIRE(worker.Close([&] { closed.set_value(); }));
    closed.get_future().wait();
  }
  CHECK(note.entries() == Entries{"a", "b", "c"});
  REQUIRE(threads.size() == 3);
  CHECK(threads[0] == threads[2]);
  CHECK(threads[0] != std::this_thread::get_id());
}

TEST_CASE("no more tasks wait than the queue holds") {
  Note note;
  Gate gate;
  {
    Worker worker(2);
    REQUIRE(worker.Submit(gate.Closed()));
    gate.WaitUntilEntered();  // the running task takes no place
    CHECK(worker.Submit(note.Make("a")));
    CHECK(worker.Submit(note.Make("b")));
    CHECK(!worker.Submit(note.Make("c")));
    gate.Open();
    std::promise<void> closed;
    REQUIRE(worker.Close([&] { closed.set_value(); }));
    closed.get_future().wait();
  }
  CHECK(note.entries() == Entries{"a", "b"});
}

TEST_CASE("cancelling rejects what waits and lets the running task end") {
  Note note;
  Gate gate;
  Worker worker(8);
  REQUIRE(worker.Submit(gate.Closed()));
  gate.WaitUntilEntered();
  REQUIRE(worker.Submit(note.Make("a")));
  REQUIRE(worker.Submit(note.Make("b")));
  worker.Cancel();
  CHECK(note.entries() == Entries{"a CANCELLED", "b CANCELLED"});
  REQUIRE(worker.Submit(note.Make("after")));  // the places are free again
  gate.Open();
  std::promise<void> closed;
  REQUIRE(worker.Close([&] { closed.set_value(); }));
  closed.get_future().wait();
  CHECK(note.entries() == Entries{"a CANCELLED", "b CANCELLED", "after"});
}

TEST_CASE("closing drains the queue, then runs the last task, once") {
  Note note;
  Gate gate;
  Worker worker(8);
  REQUIRE(worker.Submit(gate.Closed()));
  gate.WaitUntilEntered();
  REQUIRE(worker.Submit(note.Make("a")));
  std::promise<void> closed;
  CHECK(worker.Close([&] {
    note.Add("last");
    closed.set_value();
  }));
  CHECK(!worker.Close([&] { note.Add("never"); }));
  CHECK(!worker.Submit(note.Make("late")));
  gate.Open();
  closed.get_future().wait();
  CHECK(note.entries() == Entries{"a", "last"});
}

TEST_CASE("the destructor rejects what waits and joins after the running task") {
  Note note;
  Gate gate;
  auto worker = std::make_unique<Worker>(8);
  REQUIRE(worker->Submit(gate.Closed()));
  gate.WaitUntilEntered();
  REQUIRE(worker->Submit(note.Make("a")));
  std::thread opener([&] {
    while (note.entries().empty()) std::this_thread::yield();
    gate.Open();
  });
  worker.reset();
  opener.join();
  CHECK(note.entries() == Entries{"a CANCELLED"});
}

TEST_CASE("idle work is done whenever the queue has run empty, before the thread sleeps") {
  Note note;
  Gate gate;
  Worker worker(8, [&] { note.Add("idle"); });
  REQUIRE(worker.Submit(gate.Closed()));
  gate.WaitUntilEntered();
  REQUIRE(worker.Submit(note.Make("a")));
  REQUIRE(worker.Submit(note.Make("b")));
  gate.Open();
  const auto count = [&](const std::string& name) {
    const auto entries = note.entries();
    return std::count(entries.begin(), entries.end(), name);
  };
  while (count("b") == 0 || note.entries().back() != "idle") std::this_thread::yield();
  // Between tasks that follow each other there is no idle time.
  Entries entries = note.entries();
  entries.erase(entries.begin(), std::find(entries.begin(), entries.end(), "a"));
  CHECK(entries == Entries{"a", "b", "idle"});
}

TEST_CASE("what a task holds is freed when it has run") {
  auto held = std::make_shared<int>(1);
  std::weak_ptr<int> watched = held;
  Worker worker(8);
  std::promise<void> ran;
  REQUIRE(worker.Submit({[held = std::move(held)] {}, {}}));
  REQUIRE(worker.Submit({[&] { ran.set_value(); }, {}}));
  ran.get_future().wait();
  CHECK(watched.expired());
}

TEST_CASE("many threads may submit and cancel at once; each task ends exactly once") {
  constexpr int kThreads = 4, kTasks = 500;
  std::atomic<int> ran = 0, rejected = 0, refused = 0;
  {
    Worker worker(3);
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < kTasks; ++i) {
          if (!worker.Submit({[&] { ++ran; }, [&](std::exception_ptr) { ++rejected; }})) ++refused;
          if (t == 0 && i % 10 == 0) worker.Cancel();
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  CHECK(ran + rejected + refused == kThreads * kTasks);
  CHECK(ran > 0);
}

}  // namespace spurious
