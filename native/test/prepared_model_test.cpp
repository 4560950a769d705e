#include "module/prepared_model.h"

#include <torch/csrc/jit/passes/freeze_module.h>

#include "engine/plan.h"
#include "test/support_models.h"
#include "test/testing.h"

namespace spurious {

using test::ExpectedModel;
using test::ExpectedModels;
using test::InputTensor;
using test::Json;
using test::LargestDifference;
using test::ModelPath;
using test::Seeded;
using test::TemporaryFolder;
using test::ToTensor;

namespace {

PreparedModel Prepare(const std::string& file, at::ScalarType dtype = at::kFloat) {
  return PreparedModel(ModelPath(file), at::kCPU, dtype);
}

std::vector<at::Tensor> Run(const PreparedModel& model, const Wanted& wanted,
                            const at::Tensor& images) {
  const c10::InferenceMode inference;
  Plan plan(model.GraphFor(wanted), model.self(), /*fused=*/false);
  return plan.Run(images.to(model.dtype()));
}

// A model written in place, saved as a file.
class SavedModel {
 public:
  explicit SavedModel(torch::jit::Module module, const torch::jit::ExtraFilesMap& extra = {}) {
    module.save(path(), extra);
  }
  explicit SavedModel(const std::string& source, const test::NamedTensors& parameters = {})
      : SavedModel(test::MakeModule(source, parameters)) {}

  std::string path() const { return folder_.Path("model.pt"); }
  PreparedModel Prepare() const { return PreparedModel(path(), at::kCPU, at::kFloat); }

 private:
  TemporaryFolder folder_;
};

test::NamedTensors LinearParameters() { return {{"w", Seeded({4, 12}, 1)}, {"b", Seeded({4}, 2)}}; }

constexpr auto kLinear =
    "def forward(self, x):\n"
    "  return torch.linear(x.flatten(1), self.w, self.b)\n";

void CheckDescription(const PreparedModel& model, const Json& expected) {
  CHECK(model.facts().kind == expected["kind"].string());
  CHECK(model.logits().output == expected["output"].string());
  CHECK(model.logits().output_key ==
        (expected["outputKey"].IsNull() ? "" : expected["outputKey"].string()));
  CHECK(model.logits().softmax_removed == !expected["softmax"].IsNull());
  // Branches and loops on the image come before the first convolution of these two.
  const std::string& file = expected["file"].string();
  if (file == "size-dependent.pt" || file == "control-flow.pt") {
    CHECK(!model.input_shape().channels);
  } else {
    CHECK(model.input_shape().channels == static_cast<int64_t>(expected["channels"].number()));
  }
  const Json& dtype = expected["dtype"];
  const std::string stored = dtype.string() == "fp16"   ? "Half"
                             : dtype.string() == "bf16" ? "BFloat16"
                                                        : "Float";
  CHECK(model.facts().parameter_dtypes == std::vector<std::string>{stored});
}

void CheckHead(const PreparedModel& model, const Json& expected) {
  if (expected["head"].IsNull()) {
    CHECK(!model.head().head);
    CHECK(!model.head().missing.empty());
    return;
  }
  INFO(model.head().missing);
  REQUIRE(model.head().head);
  const graph::Head& head = *model.head().head;
  const Json& wanted = expected["head"];
  CHECK(head.kind == wanted["kind"].string());
  CHECK(head.weight.size(0) == static_cast<int64_t>(wanted["classes"].number()));
  CHECK(head.weight.size(1) == static_cast<int64_t>(wanted["features"].number()));
  CHECK(head.bias.defined() == wanted["bias"].boolean());
  CHECK(head.scale == doctest::Approx(1 / expected["temperature"].number()).epsilon(1e-6));
  REQUIRE(model.feature_map());
  CHECK(model.feature_map()->kind == expected["featureMap"].string());
}

void CheckNormalization(const PreparedModel& model, const Json& expected) {
  const Json& wanted = expected["normalization"];
  REQUIRE(model.normalization().has_value() == !wanted.IsNull());
  if (wanted.IsNull()) return;
  for (size_t c = 0; c < 3; ++c) {
    CHECK(model.normalization()->mean[c] ==
          doctest::Approx(wanted["mean"].items()[c].number()).epsilon(1e-6));
    CHECK(model.normalization()->std[c] ==
          doctest::Approx(wanted["std"].items()[c].number()).epsilon(1e-6));
  }
}

// Means over the map's places: [N, C, H, W] or [N, T, C] -> [N, C].
at::Tensor MapMeans(const at::Tensor& map, const std::string& kind) {
  return kind == "tokens" ? map.mean({1}) : map.mean({2, 3});
}

void CheckAnswers(const PreparedModel& model, const Json& expected, const Json& size) {
  const double tolerance = expected["tolerance"].number();
  const auto batch =
      expected["batch"].IsNull() ? int64_t{5} : static_cast<int64_t>(expected["batch"].number());
  const at::Tensor images = InputTensor(batch, static_cast<int64_t>(size["height"].number()),
                                        static_cast<int64_t>(size["width"].number()),
                                        static_cast<int64_t>(expected["channels"].number()));
  const bool has_head = !expected["head"].IsNull();
  const auto outputs = Run(model, {has_head, has_head}, images);
  REQUIRE(outputs.size() == (has_head ? 3 : 1));
  const at::Tensor logits = ToTensor(size["logits"]).narrow(0, 0, batch);
  CHECK(LargestDifference(outputs[0].flatten(1), logits) < tolerance);
  if (!has_head) return;
  const at::Tensor features = ToTensor(size["features"]).narrow(0, 0, batch);
  CHECK(LargestDifference(outputs[1].flatten(1), features) < tolerance);
  CHECK(outputs[2].sizes().slice(1) == at::IntArrayRef(test::ToShape(size["featureMapShape"])));
  const at::Tensor means = size.Has("featureMapMeans")
                               ? ToTensor(size["featureMapMeans"]).narrow(0, 0, batch)
                               : features;
  CHECK(LargestDifference(MapMeans(outputs[2], expected["featureMap"].string()), means) <
        tolerance);
}

}  // namespace

TEST_CASE("every fixture is described as expected") {
  REQUIRE(ExpectedModels()["models"].items().size() > 30);
  for (const Json& expected : ExpectedModels()["models"].items()) {
    INFO(expected["file"].string());
    const PreparedModel model = Prepare(expected["file"].string());
    CheckDescription(model, expected);
    CheckHead(model, expected);
    CheckNormalization(model, expected);
  }
}

TEST_CASE("every fixture gives the logits, features and feature map of eager PyTorch") {
  int answered = 0;
  for (const Json& expected : ExpectedModels()["models"].items()) {
    INFO(expected["file"].string());
    for (const Json& size : expected["sizes"].items()) {
      if (!size.Has("logits")) continue;
      CheckAnswers(Prepare(expected["file"].string()), expected, size);
      ++answered;
    }
  }
  CHECK(answered > 30);
}

TEST_CASE("the head applied to the features gives the logits") {
  for (const Json& expected : ExpectedModels()["models"].items()) {
    if (expected["head"].IsNull() || expected["forwardFails"].boolean()) continue;
    const PreparedModel model = Prepare(expected["file"].string());
    const Json& size = expected["sizes"].items()[0];
    const graph::Head& head = *model.head().head;
    at::Tensor logits = ToTensor(size["features"]).matmul(head.weight.t().to(at::kFloat));
    if (head.bias.defined()) logits = logits + head.bias;
    INFO(expected["file"].string());
    CHECK(LargestDifference(logits * head.scale, ToTensor(size["logits"])) < 5e-5);
  }
}

TEST_CASE("every file that is no model is refused with its code") {
  for (const Json& file : ExpectedModels()["broken"].items()) {
    INFO(file["file"].string());
    CHECK(std::string(CodeName(test::CodeOf([&] { Prepare(file["file"].string()); }))) ==
          file["code"].string());
  }
  CHECK(test::CodeOf([] { Prepare("no-such-file.pt"); }) == ErrorCode::kModelNotFound);
}

TEST_CASE("weights of half precision give nearly the same logits") {
  for (const auto& file : {"traced-conv.pt", "scripted-conv.pt", "vit.pt", "convnext.pt",
                           "half-fp16.pt", "half-bf16.pt", "wrapped-everything.pt"}) {
    const Json& size = ExpectedModel(file)["sizes"].items()[0];
    const at::Tensor expected = ToTensor(size["logits"]);
    for (const at::ScalarType dtype : {at::kBFloat16, at::kHalf}) {
      const auto outputs = Run(Prepare(file, dtype), {true, true}, InputTensor(5, 32, 32, 3));
      for (const at::Tensor& output : outputs) CHECK(output.scalar_type() == dtype);
      INFO(file, ", ", c10::toString(dtype));
      const double scale = expected.abs().max().item<double>();
      const double bits = dtype == at::kHalf ? 11 : 8;
      CHECK(LargestDifference(outputs[0], expected) < 8 * scale * std::pow(2.0, -bits));
      CHECK(outputs[0].argmax(1).equal(expected.argmax(1)));
    }
  }
}

TEST_CASE("outputs that the model does not have are refused") {
  const PreparedModel headless = Prepare("no-head-squeezenet.pt");
  CHECK(test::CodeOf([&] { headless.GraphFor({true, false}); }) ==
        ErrorCode::kModelOutputUnsupported);
  CHECK_NOTHROW(headless.GraphFor({false, true}));

  const SavedModel linear(kLinear, LinearParameters());
  const PreparedModel model = linear.Prepare();
  CHECK(test::CodeOf([&] { model.GraphFor({false, true}); }) == ErrorCode::kModelOutputUnsupported);
  CHECK_NOTHROW(model.GraphFor({true, false}));
}

TEST_CASE("a fixed batch is among the constant shapes of the graph") {
  for (const int64_t batch : {1, 4}) {
    const auto shapes = Prepare("fixed-batch-" + std::to_string(batch) + ".pt").ShapeConstants();
    CHECK(std::find(shapes.begin(), shapes.end(), batch) != shapes.end());
  }
}

TEST_CASE("parameters are counted and the type is named") {
  const SavedModel saved(kLinear, LinearParameters());
  const PreparedModel model = saved.Prepare();
  CHECK(model.facts().parameters == 4 * 12 + 4);
  CHECK(model.facts().type_name == "Tiny");
  CHECK(!model.facts().metadata);
}

TEST_CASE("metadata inside the archive is read") {
  const std::string text = R"({"schema": 1, "inputSize": 32})";
  const SavedModel saved(test::MakeModule(kLinear, LinearParameters()),
                         {{"spurious_native.json", text}, {"other.txt", "x"}});
  CHECK(saved.Prepare().facts().metadata == text);
}

TEST_CASE("a model that was frozen before it was saved is read") {
  const SavedModel saved(torch::jit::freeze_module(test::MakeModule(kLinear, LinearParameters())));
  const PreparedModel model = saved.Prepare();
  CHECK(model.facts().kind == "frozen");
  REQUIRE(model.head().head);
  const at::Tensor images = Seeded({2, 3, 2, 2}, 3);
  const auto parameters = LinearParameters();
  const at::Tensor expected =
      at::linear(images.flatten(1), parameters[0].second, parameters[1].second);
  CHECK(LargestDifference(Run(model, {}, images)[0], expected) < 1e-5);
}

TEST_CASE("a model saved in training mode is evaluated, not trained") {
  auto module = test::MakeModule(
      "def forward(self, x):\n"
      "  return torch.linear(torch.dropout(x.flatten(1), 0.5, self.training), self.w, self.b)\n",
      LinearParameters());
  module.setattr("training", true);
  const SavedModel saved(module);
  const PreparedModel model = saved.Prepare();
  const at::Tensor images = Seeded({2, 3, 2, 2}, 3);
  const auto parameters = LinearParameters();
  const at::Tensor expected =
      at::linear(images.flatten(1), parameters[0].second, parameters[1].second);
  CHECK(LargestDifference(Run(model, {}, images)[0], expected) < 1e-5);
}

TEST_CASE("tables of indices stay whole numbers in every precision") {
  torch::jit::Module module = test::MakeModule("", LinearParameters());
  const at::Tensor order = at::tensor({3, 1, 0, 2}, at::kLong);
  module.register_buffer("order", order);
  module.define(
      "def forward(self, x):\n"
      "  y = torch.linear(x.flatten(1), self.w, self.b)\n"
      "  return torch.index_select(y, 1, self.order)\n");
  const SavedModel saved(module);
  const at::Tensor images = Seeded({2, 3, 2, 2}, 3);
  const auto parameters = LinearParameters();
  const at::Tensor expected =
      at::linear(images.flatten(1), parameters[0].second, parameters[1].second)
          .index_select(1, order);
  for (const at::ScalarType dtype : {at::kFloat, at::kBFloat16, at::kHalf}) {
    const PreparedModel model(saved.path(), at::kCPU, dtype);
    INFO(c10::toString(dtype));
    CHECK(LargestDifference(Run(model, {}, images)[0], expected) <
          (dtype == at::kFloat ? 1e-5 : 0.1));
  }
}

TEST_CASE("further arguments are given their defaults") {
  const SavedModel saved(
      "def forward(self, x, scale: float = 2.0, flag: bool = False):\n"
      "  y = torch.linear(x.flatten(1), self.w, self.b)\n"
      "  if flag:\n    y = y + 1\n"
      "  return y * scale\n",
      LinearParameters());
  const PreparedModel model = saved.Prepare();
  const at::Tensor images = Seeded({2, 3, 2, 2}, 3);
  const auto parameters = LinearParameters();
  const at::Tensor expected =
      at::linear(images.flatten(1), parameters[0].second, parameters[1].second) * 2;
  CHECK(LargestDifference(Run(model, {}, images)[0], expected) < 1e-5);
}

TEST_CASE("models that cannot be given one batch of images are refused with the reason") {
  const auto refusal = [](const std::string& source) {
    const SavedModel saved(source, LinearParameters());
    const Error error = test::ErrorOf([&] { saved.Prepare(); });
    CHECK(error.code() == ErrorCode::kModelOutputUnsupported);
    return std::string(error.what());
  };
  CHECK(test::Contains(refusal("def forward(self, x, mask):\n  return x + mask\n"),
                       "a further input 'mask' without a default"));
  CHECK(test::Contains(refusal("def forward(self):\n  return self.w\n"), "0 inputs"));
  CHECK(
      test::Contains(refusal("def forward(self, x: int):\n  return self.w + x\n"), "of type int"));
  CHECK(test::Contains(refusal("def forward(self, x):\n  return x.size(0)\n"), "type int"));
  CHECK(!refusal("def other(self, x):\n  return x\n").empty());
}

}  // namespace spurious
