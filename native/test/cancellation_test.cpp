#include "core/cancellation.h"

#include "test/testing.h"

namespace spurious {

TEST_CASE("work sees requests made after it began, and no others") {
  Cancellation cancellation;
  cancellation.Request();
  const auto first = cancellation.Begin();
  CHECK(!first.requested());
  cancellation.Request();
  CHECK(first.requested());
  CHECK(first.requested());
  CHECK(!cancellation.Begin().requested());
}

TEST_CASE("a watch of nothing is never asked to stop") {
  CHECK(!Cancellation::Watch().requested());
}

}  // namespace spurious
