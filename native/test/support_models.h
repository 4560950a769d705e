// Models for tests: those of test/fixtures/models with their expected answers, and small ones
// written in place.
#pragma once

#include <torch/script.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "graph/values.h"
#include "test/support_json.h"

namespace spurious::test {

// expected.json of test/fixtures/models: what each file is and must answer.
const Json& ExpectedModels();
// The entry of one file ("traced-conv.pt").
const Json& ExpectedModel(const std::string& file);
std::string ModelPath(const std::string& file);

// Nested lists of numbers as a float32 tensor.
at::Tensor ToTensor(const Json& json);
std::vector<int64_t> ToShape(const Json& json);

// The pictures that expected.json was made with: uint8 [images, height, width, channels].
std::vector<uint8_t> InputPixels(int64_t images, int64_t height, int64_t width, int64_t channels);
// The same as a model is given them: float32 [images, channels, height, width] in [0, 1].
at::Tensor InputTensor(int64_t images, int64_t height, int64_t width, int64_t channels);

// Random float32 numbers, the same for the same seed.
at::Tensor Seeded(at::IntArrayRef shape, uint64_t seed);

// Largest absolute difference; infinity where shapes differ or a value is not a number.
double LargestDifference(const at::Tensor& a, const at::Tensor& b);

using NamedTensors = std::vector<std::pair<std::string, at::Tensor>>;

// A scripted module with these parameters; `source` defines its methods in TorchScript.
torch::jit::Module MakeModule(const std::string& source, const NamedTensors& parameters = {});

// Its forward method as the passes are given it: frozen, parameters as constants.
// Inputs: the object, then forward's arguments.
std::shared_ptr<graph::Graph> FrozenGraph(const std::string& source,
                                          const NamedTensors& parameters = {});

// Runs a frozen graph whose outputs are tensors.
std::vector<at::Tensor> RunGraph(const std::shared_ptr<graph::Graph>& graph,
                                 const at::Tensor& input);

// The first node of an operation, inner blocks not searched; nullptr where there is none.
graph::Node* FindNode(graph::Graph& graph, const std::string& operation);

}  // namespace spurious::test
