// A small classifier written in TorchScript and saved as users' models are.
#pragma once

#include <string>

#include "test/support.h"

namespace spurious::test {

// logits = linear(y) with 3 features and 5 classes; `body` makes y [N, 3] of images x [N, 3, H, W].
class WrittenModel {
 public:
  explicit WrittenModel(const std::string& body);
  std::string path() const { return folder_.Path("model.pt"); }

 private:
  TemporaryFolder folder_;
};

}  // namespace spurious::test
