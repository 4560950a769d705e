#include "napi/model_writing.h"

#include <torch/script.h>

#include <memory>
#include <string>
#include <unordered_map>

#include "module/mended_model.h"
#include "module/written_module.h"
#include "napi/arguments.h"
#include "napi/pool_work.h"
#include "napi/typed_arrays.h"

namespace spurious {

namespace {

using ExtraFiles = std::unordered_map<std::string, std::string>;

ExtraFiles GetExtraFiles(const Napi::Object& object) {
  ExtraFiles files;
  const Napi::Array names = object.GetPropertyNames();
  for (uint32_t i = 0; i < names.Length(); ++i) {
    const std::string name = names.Get(i).ToString();
    files.emplace(name, GetString(object, name.c_str()));
  }
  return files;
}

std::vector<int64_t> GetShape(const Napi::Object& object) {
  const auto list = object.Get("shape").As<Napi::Array>();
  std::vector<int64_t> shape;
  for (uint32_t i = 0; i < list.Length(); ++i) {
    shape.push_back(list.Get(i).As<Napi::Number>().Int64Value());
  }
  return shape;
}

// A view of a Float32Array or BigInt64Array, which must outlive it.
std::pair<std::string, at::Tensor> NamedTensor(const Napi::Object& object) {
  const std::string name = GetString(object, "name");
  const auto data = object.Get("data").As<Napi::TypedArray>();
  const bool is_float = data.TypedArrayType() == napi_float32_array;
  if (!is_float && data.TypedArrayType() != napi_bigint64_array) {
    throw Napi::TypeError::New(object.Env(), name + ": expected a Float32Array or BigInt64Array");
  }
  const std::vector<int64_t> shape = GetShape(object);
  if (c10::multiply_integers(shape) != static_cast<int64_t>(data.ElementLength())) {
    throw Napi::TypeError::New(object.Env(), name + ": expected as many values as its shape says");
  }
  auto* bytes = static_cast<uint8_t*>(data.ArrayBuffer().Data()) + data.ByteOffset();
  return {name, at::from_blob(bytes, shape, is_float ? at::kFloat : at::kLong)};
}

std::vector<std::pair<std::string, at::Tensor>> GetTensors(const Napi::Object& object,
                                                           const char* key) {
  const auto list = object.Get(key).As<Napi::Array>();
  std::vector<std::pair<std::string, at::Tensor>> tensors;
  for (uint32_t i = 0; i < list.Length(); ++i) {
    tensors.push_back(NamedTensor(list.Get(i).As<Napi::Object>()));
  }
  return tensors;
}

ModuleSpec GetModule(const Napi::Object& object) {
  ModuleSpec spec;
  spec.name = GetString(object, "name");
  spec.source = GetString(object, "source");
  spec.parameters = GetTensors(object, "parameters");
  spec.buffers = GetTensors(object, "buffers");
  const auto children = object.Get("children").As<Napi::Array>();
  for (uint32_t i = 0; i < children.Length(); ++i) {
    const auto child = children.Get(i).As<Napi::Object>();
    spec.children.emplace_back(GetString(child, "name"),
                               GetModule(child.Get("module").As<Napi::Object>()));
  }
  return spec;
}

Napi::Value Undefined(Napi::Env env) { return env.Undefined(); }

Napi::Value WriteModule(const Napi::CallbackInfo& info) {
  const auto module = info[0].As<Napi::Object>();
  auto spec = std::make_shared<ModuleSpec>(GetModule(module));
  const std::string path = info[1].As<Napi::String>();
  const ExtraFiles extra = GetExtraFiles(info[2].As<Napi::Object>());
  return RunOnPool(
      info.Env(), "spurious.writeModule", module,
      [spec, path, extra] { SaveModule(*spec, extra, path); }, Undefined);
}

Napi::Value WriteMendedModel(const Napi::CallbackInfo& info) {
  const auto request = info[0].As<Napi::Object>();
  const int64_t rows = GetInt(request, "rows");
  const int64_t dimensions = GetInt(request, "dimensions");
  Lowering lowering;
  lowering.slopes = GetTensor(request, "slopes", {rows, dimensions});
  lowering.offsets = GetTensor(request, "offsets", {rows});
  auto columns = request.Get("columns").As<Napi::Int32Array>();
  if (static_cast<int64_t>(columns.ElementLength()) != rows) {
    throw Napi::TypeError::New(info.Env(), "columns: expected one for every row");
  }
  lowering.columns = at::from_blob(columns.Data(), {rows}, at::kInt).to(at::kLong);
  const std::string model = GetString(request, "model");
  const std::string path = GetString(request, "path");
  const ExtraFiles extra = GetExtraFiles(request.Get("extraFiles").As<Napi::Object>());
  return RunOnPool(
      info.Env(), "spurious.writeMendedModel", request,
      [lowering, model, path, extra] { SaveMendedModel(model, lowering, extra, path); }, Undefined);
}

}  // namespace

void ExportModelWriting(Napi::Env env, Napi::Object exports) {
  exports.Set("writeModule", Napi::Function::New(env, WriteModule));
  exports.Set("writeMendedModel", Napi::Function::New(env, WriteMendedModel));
}

}  // namespace spurious
