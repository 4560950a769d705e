#include "napi/components_argument.h"

#include "napi/arguments.h"
#include "napi/typed_arrays.h"

namespace spurious {

ComponentSet GetComponents(const Napi::Object& request) {
  const int64_t count = GetInt(request, "components"), d = GetInt(request, "dimensions");
  if (count < 1 || d < 1) {
    throw Napi::TypeError::New(request.Env(), "components, dimensions: expected 1 or more");
  }
  ComponentSet components;
  if (!request.Get("weight").IsUndefined()) components.weight = GetTensor(request, "weight", {d});
  components.column = GetInt(request, "column");
  components.directions = GetTensor(request, "directions", {count, d});
  components.class_mean = GetTensor(request, "classMean", {d});
  return components;
}

}  // namespace spurious
