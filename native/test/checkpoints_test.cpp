#include "attack/checkpoints.h"

#include "test/testing.h"

namespace spurious {

namespace {

std::vector<int64_t> Ends(int64_t steps) {
  std::vector<int64_t> ends;
  for (const Checkpoint& check : Checkpoints(steps)) ends.push_back(check.step + 1);
  return ends;
}

}  // namespace

TEST_CASE("200 and 100 steps are looked back at when the published code does so") {
  CHECK(Ends(200) == std::vector<int64_t>{44, 82, 114, 140, 160, 174, 186, 198});
  CHECK(Ends(100) == std::vector<int64_t>{22, 41, 57, 70, 80, 87, 93, 99});
}

TEST_CASE("the intervals follow one upon another and end within the steps") {
  for (const int64_t steps : {1, 2, 3, 7, 10, 33, 50, 100, 199, 200, 1000}) {
    int64_t end = 0;
    for (const Checkpoint& check : Checkpoints(steps)) {
      CHECK(check.length >= 1);
      end += check.length;
      CHECK(check.step == end - 1);
    }
    CHECK(end >= 1);
    CHECK(end <= steps);
  }
}

}  // namespace spurious
