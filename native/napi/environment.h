// State per Node environment (main thread or worker thread); nothing is static.
#pragma once

#include <memory>
#include <vector>

#include "engine/engine.h"
#include "napi/napi_api.h"

namespace spurious {

class Environment {
 public:
  static Environment* Of(Napi::Env env) { return env.GetInstanceData<Environment>(); }
  // Stops every engine that is still alive: a worker thread may end in the middle of its work.
  ~Environment();

  void Track(const std::shared_ptr<Engine>& engine);

  Napi::FunctionReference engine_class;

 private:
  std::vector<std::weak_ptr<Engine>> engines_;
};

}  // namespace spurious
