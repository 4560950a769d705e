#include "napi/model_description.h"

namespace spurious {

namespace {

Napi::Value Text(Napi::Env env, const std::string& text) {
  if (text.empty()) return env.Null();
  return Napi::String::New(env, text);
}

template <typename T>
Napi::Value Number(Napi::Env env, const std::optional<T>& number) {
  if (!number) return env.Null();
  return Napi::Number::New(env, static_cast<double>(*number));
}

Napi::Array Numbers(Napi::Env env, const std::vector<double>& numbers) {
  auto array = Napi::Array::New(env, numbers.size());
  for (uint32_t i = 0; i < numbers.size(); ++i) array.Set(i, numbers[i]);
  return array;
}

Napi::Value DescribeHead(Napi::Env env, const graph::HeadSearch& search) {
  if (!search.head) return env.Null();
  auto head = Napi::Object::New(env);
  head.Set("kind", search.head->kind);
  head.Set("classes", static_cast<double>(search.head->weight.size(0)));
  head.Set("features", static_cast<double>(search.head->weight.size(1)));
  head.Set("bias", search.head->bias.defined());
  head.Set("addend", Text(env, search.head->addend));
  return head;
}

Napi::Value DescribeMap(Napi::Env env, const std::optional<graph::FeatureMap>& found) {
  if (!found) return env.Null();
  auto map = Napi::Object::New(env);
  map.Set("kind", found->kind);
  map.Set("operation", found->operation);
  map.Set("pooling", found->pooling);
  return map;
}

Napi::Value DescribeNormalization(Napi::Env env, const std::optional<graph::Normalization>& found) {
  if (!found) return env.Null();
  auto seen = Napi::Object::New(env);
  seen.Set("mean", Numbers(env, found->mean));
  seen.Set("std", Numbers(env, found->std));
  return seen;
}

}  // namespace

Napi::Object DescribeModel(Napi::Env env, const PreparedModel& model) {
  const ModelFacts& facts = model.facts();
  auto dtypes = Napi::Array::New(env);
  for (uint32_t i = 0; i < facts.parameter_dtypes.size(); ++i) {
    dtypes.Set(i, facts.parameter_dtypes[i]);
  }
  auto object = Napi::Object::New(env);
  object.Set("kind", facts.kind);
  object.Set("typeName", facts.type_name);
  object.Set("parameters", static_cast<double>(facts.parameters));
  object.Set("parameterDtypes", dtypes);
  object.Set("output", model.logits().output);
  object.Set("outputKey", Text(env, model.logits().output_key));
  object.Set("softmaxRemoved", model.logits().softmax_removed);
  object.Set("head", DescribeHead(env, model.head()));
  object.Set("headMissing", Text(env, model.head().missing));
  object.Set("featureMap", DescribeMap(env, model.feature_map()));
  object.Set("normalization", DescribeNormalization(env, model.normalization()));
  object.Set("inputChannels", Number(env, model.input_shape().channels));
  object.Set("inputSize", Number(env, model.input_shape().size));
  object.Set("metadata",
             facts.metadata ? Napi::Value(Napi::String::New(env, *facts.metadata)) : env.Null());
  return object;
}

}  // namespace spurious
