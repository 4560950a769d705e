#include "core/error.h"

#include <set>

#include "test/testing.h"

namespace spurious {

TEST_CASE("every error code has a name of its own") {
  std::set<std::string> names;
  for (const ErrorCode code :
       {ErrorCode::kInternal, ErrorCode::kCancelled, ErrorCode::kDeviceUnavailable,
        ErrorCode::kOutOfMemory, ErrorCode::kModelNotFound, ErrorCode::kModelNotTorchScript,
        ErrorCode::kModelDamaged, ErrorCode::kModelOutputUnsupported,
        ErrorCode::kModelForwardFailed}) {
    names.insert(CodeName(code));
  }
  CHECK(names.size() == 9);
  CHECK(names.contains("MODEL_DAMAGED"));
}

TEST_CASE("an error keeps its code, message and input, and is a std::exception") {
  try {
    throw Error(ErrorCode::kModelNotFound, "loading the model: x.pt: none", "x.pt");
  } catch (const std::exception& caught) {
    const auto* error = dynamic_cast<const Error*>(&caught);
    REQUIRE(error != nullptr);
    CHECK(error->code() == ErrorCode::kModelNotFound);
    CHECK(std::string(error->what()) == "loading the model: x.pt: none");
    CHECK(error->input() == "x.pt");
  }
}

}  // namespace spurious
