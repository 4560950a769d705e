// A model file loaded, inspected and prepared once: frozen, converted, its parts found.
#pragma once

#include <torch/script.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "graph/find_normalization.h"
#include "module/model_graph.h"

namespace spurious {

// Extra outputs of a forward pass; logits always come.
struct Wanted {
  bool features = false;
  bool feature_map = false;

  bool operator==(const Wanted&) const = default;
};

struct CompiledPackage;

struct ModelFacts {
  std::string kind;  // "traced", "scripted", "frozen" or "compiled"
  std::string type_name;
  int64_t parameters = 0;
  std::vector<std::string> parameter_dtypes;
  std::optional<std::string> metadata;  // spurious_native.json of the archive
  bool detaches = false;  // the model cuts gradients off, which freezing does not keep
};

class PreparedModel {
 public:
  // Loads `path`, moves it to `device`, freezes it in evaluation mode with weights of `dtype`; or
  // takes a package compiled ahead of time as it is.
  // A model file is a program: this reads it into the process, and Run... runs it.
  // Throws kModelNotFound, kModelNotTorchScript, kModelDamaged, kModelOutputUnsupported.
  PreparedModel(const std::string& path, at::Device device, at::ScalarType dtype);

  const ModelFacts& facts() const { return facts_; }
  const graph::Logits& logits() const { return logits_; }
  const graph::HeadSearch& head() const { return head_; }
  const std::optional<graph::FeatureMap>& feature_map() const { return feature_map_; }
  const std::optional<graph::Normalization>& normalization() const { return normalization_; }
  const graph::InputShape& input_shape() const { return input_shape_; }

  // A graph that returns (logits[, features][, feature map]). Throws kModelOutputUnsupported when
  // the model has no such value.
  std::shared_ptr<torch::jit::Graph> GraphFor(const Wanted& wanted) const;

  // The graph that GraphFor copies from. Its constants ask for no gradients, its input may.
  ModelGraph Frozen() const;
  // The graph as the file has it, read again when first asked for: for gradients that the frozen
  // one does not have. Throws what the constructor throws.
  const ModelGraph& Original() const;

  // First numbers of the constant shapes in the graph: a fixed batch is one of them.
  std::vector<int64_t> ShapeConstants() const;

  // The object that the graph's first input stands for (frozen models keep one for state that
  // changes while they run).
  const c10::IValue& self() const { return self_; }

  at::Device device() const { return device_; }
  at::ScalarType dtype() const { return dtype_; }

 private:
  void TakePackage(const CompiledPackage& package);

  std::string path_;
  at::Device device_;
  at::ScalarType dtype_;
  ModelFacts facts_;
  c10::IValue self_;
  std::shared_ptr<torch::jit::Graph> graph_;
  graph::Logits logits_;
  graph::HeadSearch head_;
  std::optional<graph::FeatureMap> feature_map_;
  std::optional<graph::Normalization> normalization_;
  graph::InputShape input_shape_;
  mutable std::optional<ModelGraph> original_;
};

}  // namespace spurious
