#include "linalg/thread_team.h"

#include <atomic>
#include <chrono>
#include <set>
#include <thread>
#include <vector>

#include "test/testing.h"

namespace spurious {

TEST_CASE("every member of a team runs the body once, member 0 on the caller") {
  for (const int size : {1, 2, 5}) {
    ThreadTeam team(size);
    for (int round = 0; round < 50; ++round) {
      std::vector<std::thread::id> ran(static_cast<size_t>(size));
      team.Run([&](int member) { ran[static_cast<size_t>(member)] = std::this_thread::get_id(); });
      CHECK(ran[0] == std::this_thread::get_id());
      CHECK(std::set<std::thread::id>(ran.begin(), ran.end()).size() == ran.size());
      CHECK(!std::set<std::thread::id>(ran.begin(), ran.end()).contains(std::thread::id()));
    }
  }
}

TEST_CASE("nobody leaves a meeting before all have come") {
  constexpr int kSize = 4, kMeetings = 500;
  ThreadTeam team(kSize);
  std::atomic<int> came = 0, early = 0;
  team.Run([&](int) {
    for (int meeting = 1; meeting <= kMeetings; ++meeting) {
      came.fetch_add(1);
      team.Meet();
      if (came.load() < kSize * meeting) early.fetch_add(1);
      team.Meet();
    }
  });
  CHECK(came.load() == kSize * kMeetings);
  CHECK(early.load() == 0);
}

TEST_CASE("a team that slept for long wakes up") {
  ThreadTeam team(3);
  std::atomic<int> ran = 0;
  team.Run([&](int) { ran.fetch_add(1); });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));  // far beyond the time it spins
  team.Run([&](int) { ran.fetch_add(1); });
  CHECK(ran.load() == 6);
}

TEST_CASE("time asleep is counted where one member keeps the others waiting") {
  ThreadTeam team(2);
  team.Run([&](int member) {
    if (member == 0) std::this_thread::sleep_for(std::chrono::milliseconds(60));
    team.Meet();
  });
  CHECK(team.SecondsAsleep() > 0.02);
  CHECK(team.SecondsAsleep() < 10);
}

TEST_CASE("shares cover a range once, in order, with bounds at whole steps") {
  for (const int64_t begin : {0, 3, 8, 17}) {
    for (const int64_t end : {17, 18, 64, 1300}) {
      for (const int members : {1, 2, 3, 8}) {
        int64_t next = begin;
        for (int member = 0; member < members; ++member) {
          const Share share = ShareOf(begin, end, 8, member, members);
          CHECK(share.begin == next);
          CHECK(share.end >= share.begin);
          CHECK((share.end == end || share.end == begin || share.end % 8 == 0));
          next = share.end;
        }
        CHECK(next == end);
      }
    }
  }
}

TEST_CASE("a team has as many members as threads may be used, up to four") {
  CHECK(TeamSize(1) == 1);
  CHECK(TeamSize(3) == 3);
  CHECK(TeamSize(64) == 4);
  CHECK(TeamSize(0) >= 1);
}

}  // namespace spurious
