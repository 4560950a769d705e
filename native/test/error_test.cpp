#include "core/error.h"

#include <set>
#include <vector>

#include "test/testing.h"

namespace spurious {

TEST_CASE("every error code has a name of its own") {
  const std::vector<ErrorCode> codes = {ErrorCode::kInternal,
                                        ErrorCode::kCancelled,
                                        ErrorCode::kDeviceUnavailable,
                                        ErrorCode::kOutOfMemory,
                                        ErrorCode::kPcaInputInvalid,
                                        ErrorCode::kModelNotFound,
                                        ErrorCode::kModelNotTorchScript,
                                        ErrorCode::kModelDamaged,
                                        ErrorCode::kModelOutputUnsupported,
                                        ErrorCode::kModelForwardFailed,
                                        ErrorCode::kModelNotDifferentiable};
  std::set<std::string> names;
  for (const ErrorCode code : codes) names.insert(CodeName(code));
  CHECK(names.size() == codes.size());
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
