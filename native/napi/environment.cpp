#include "napi/environment.h"

#include <algorithm>

namespace spurious {

Environment::~Environment() {
  for (auto& weak : engines_) {
    if (auto engine = weak.lock()) engine->Cancel();
  }
}

void Environment::Track(const std::shared_ptr<Engine>& engine) {
  std::erase_if(engines_, [](const auto& weak) { return weak.expired(); });
  engines_.push_back(engine);
}

}  // namespace spurious
