#include "test/support_models.h"

#include <ATen/CPUGeneratorImpl.h>
#include <torch/csrc/jit/passes/freeze_module.h>
#include <torch/csrc/jit/runtime/interpreter.h>

#include <limits>
#include <stdexcept>

#include "test/support.h"

namespace spurious::test {

namespace {

void AppendNumbers(const Json& json, std::vector<float>& numbers, std::vector<int64_t>& shape,
                   size_t depth) {
  const auto& items = json.items();
  if (depth == shape.size()) shape.push_back(static_cast<int64_t>(items.size()));
  if (shape[depth] != static_cast<int64_t>(items.size())) {
    throw std::runtime_error("JSON: rows of different lengths");
  }
  const bool leaf = depth + 1 == shape.size() && !items.empty() && items[0].IsNumber();
  for (const Json& item : items) {
    if (leaf) {
      numbers.push_back(static_cast<float>(item.number()));
    } else {
      AppendNumbers(item, numbers, shape, depth + 1);
    }
  }
}

torch::jit::Module FrozenModule(const std::string& source, const NamedTensors& parameters) {
  return torch::jit::freeze_module(MakeModule(source, parameters));
}

}  // namespace

const Json& ExpectedModels() {
  static const Json expected = Json::Parse(ReadText(Fixture("models/expected.json")));
  return expected;
}

const Json& ExpectedModel(const std::string& file) {
  for (const Json& model : ExpectedModels()["models"].items()) {
    if (model["file"].string() == file) return model;
  }
  throw std::runtime_error("expected.json has no model " + file);
}

std::string ModelPath(const std::string& file) { return Fixture("models/" + file); }

at::Tensor ToTensor(const Json& json) {
  std::vector<float> numbers;
  std::vector<int64_t> shape;
  AppendNumbers(json, numbers, shape, 0);
  return at::tensor(at::ArrayRef<float>(numbers)).reshape(shape);
}

std::vector<int64_t> ToShape(const Json& json) {
  std::vector<int64_t> shape;
  for (const Json& item : json.items()) shape.push_back(static_cast<int64_t>(item.number()));
  return shape;
}

std::vector<uint8_t> InputPixels(int64_t images, int64_t height, int64_t width, int64_t channels) {
  std::vector<uint8_t> pixels;
  pixels.reserve(static_cast<size_t>(images * height * width * channels));
  for (int64_t n = 0; n < images; ++n) {
    for (int64_t i = 0; i < height * width; ++i) {
      for (int64_t c = 0; c < channels; ++c) {
        const int64_t value = (i * 7919 + c * 104729 + n * 31) * (i % 13 + n + 1);
        pixels.push_back(static_cast<uint8_t>(value % 256));
      }
    }
  }
  return pixels;
}

at::Tensor InputTensor(int64_t images, int64_t height, int64_t width, int64_t channels) {
  auto pixels = InputPixels(images, height, width, channels);
  return at::from_blob(pixels.data(), {images, height, width, channels}, at::kByte)
             .permute({0, 3, 1, 2})
             .to(at::kFloat)
             .contiguous() /
         255.0;
}

at::Tensor Seeded(at::IntArrayRef shape, uint64_t seed) {
  auto generator = at::detail::createCPUGenerator(seed);
  return at::randn(shape, generator);
}

double LargestDifference(const at::Tensor& a, const at::Tensor& b) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (!a.defined() || !b.defined() || a.sizes() != b.sizes()) return infinity;
  if (a.numel() == 0) return 0;
  const at::Tensor difference = (a.to(at::kDouble) - b.to(at::kDouble)).abs();
  return difference.isnan().any().item<bool>() ? infinity : difference.max().item<double>();
}

torch::jit::Module MakeModule(const std::string& source, const NamedTensors& parameters) {
  torch::jit::Module module("Tiny");
  module.register_attribute("training", c10::BoolType::get(), false);
  for (const auto& [name, tensor] : parameters) {
    module.register_parameter(name, tensor, /*is_buffer=*/false);
  }
  module.define(source);
  return module;
}

std::shared_ptr<graph::Graph> FrozenGraph(const std::string& source,
                                          const NamedTensors& parameters) {
  return FrozenModule(source, parameters).get_method("forward").graph();
}

std::vector<at::Tensor> RunGraph(const std::shared_ptr<graph::Graph>& graph,
                                 const at::Tensor& input) {
  // Frozen graphs of these models do not look at their object.
  torch::jit::Stack stack{c10::IValue(), input};
  torch::jit::InterpreterState(torch::jit::Code(graph, "forward")).run(stack);
  std::vector<at::Tensor> outputs;
  for (const auto& value : stack) outputs.push_back(value.toTensor());
  return outputs;
}

graph::Node* FindNode(graph::Graph& graph, const std::string& operation) {
  for (graph::Node* node : graph.nodes()) {
    if (graph::OpName(node) == operation) return node;
  }
  return nullptr;
}

}  // namespace spurious::test
