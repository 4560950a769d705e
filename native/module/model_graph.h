// A model's graph with its parts found.
#pragma once

#include <torch/script.h>

#include <memory>
#include <optional>
#include <string>

#include "graph/find_feature_map.h"
#include "graph/find_head.h"
#include "graph/find_logits.h"

namespace spurious {

// Values belong to `graph`; all of it stays valid as long as `graph` lives.
struct ModelGraph {
  std::string name;  // "frozen", or "original" where only attributes became constants
  c10::IValue self;  // the object that the graph's first input stands for
  std::shared_ptr<torch::jit::Graph> graph;
  graph::Logits logits;
  graph::HeadSearch head;
  std::optional<graph::FeatureMap> feature_map;
};

}  // namespace spurious
