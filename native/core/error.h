// Errors of the native side: one code of the table in src/errors.ts and one message.
#pragma once

#include <stdexcept>
#include <string>

namespace spurious {

enum class ErrorCode {
  kInternal,
  kCancelled,
  kDeviceUnavailable,
  kOutOfMemory,
  kPcaInputInvalid,
  kModelNotFound,
  kModelNotTorchScript,
  kModelDamaged,
  kModelOutputUnsupported,
  kModelForwardFailed,
  kModelNotDifferentiable,
};

// The stable name that users see, for example "MODEL_DAMAGED".
const char* CodeName(ErrorCode code);

class Error : public std::runtime_error {
 public:
  // `message`: what failed: which input: expected what, got what. `input`: the file or value.
  Error(ErrorCode code, const std::string& message, std::string input = "")
      : std::runtime_error(message), code_(code), input_(std::move(input)) {}

  ErrorCode code() const { return code_; }
  const std::string& input() const { return input_; }

 private:
  ErrorCode code_;
  std::string input_;
};

}  // namespace spurious
