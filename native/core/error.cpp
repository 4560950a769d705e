#include "core/error.h"

namespace spurious {

const char* CodeName(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInternal:
      return "INTERNAL";
    case ErrorCode::kCancelled:
      return "CANCELLED";
    case ErrorCode::kDeviceUnavailable:
      return "DEVICE_UNAVAILABLE";
    case ErrorCode::kOutOfMemory:
      return "OUT_OF_MEMORY";
    case ErrorCode::kPcaInputInvalid:
      return "PCA_INPUT_INVALID";
    case ErrorCode::kModelNotFound:
      return "MODEL_NOT_FOUND";
    case ErrorCode::kModelNotTorchScript:
      return "MODEL_NOT_TORCHSCRIPT";
    case ErrorCode::kModelDamaged:
      return "MODEL_DAMAGED";
    case ErrorCode::kModelOutputUnsupported:
      return "MODEL_OUTPUT_UNSUPPORTED";
    case ErrorCode::kModelForwardFailed:
      return "MODEL_FORWARD_FAILED";
    case ErrorCode::kModelNotDifferentiable:
      return "MODEL_NOT_DIFFERENTIABLE";
  }
  return "INTERNAL";
}

}  // namespace spurious
