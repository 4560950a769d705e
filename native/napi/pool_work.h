// Short work on libuv's thread pool, where images are read and decoded too.
#pragma once

#include <functional>

#include "napi/napi_api.h"

namespace spurious {

// A promise for `finish(env)`, which runs on the JavaScript thread after `run` has run on the pool.
// `kept` (the buffer that `run` reads) stays alive until then. What `run` throws becomes the
// rejection, with its code.
Napi::Value RunOnPool(Napi::Env env, const char* name, Napi::Object kept, std::function<void()> run,
                      std::function<Napi::Value(Napi::Env)> finish);

}  // namespace spurious
