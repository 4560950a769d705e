#include "module/compiled_package.h"

#include <caffe2/serialize/inline_container.h>
#include <torch/csrc/inductor/aoti_package/model_package_loader.h>
#include <torch/custom_class.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <unordered_map>
#include <vector>

#include "core/error.h"
#include "module/load_module.h"

namespace spurious {

namespace {

using Texts = std::unordered_map<std::string, std::string>;

// Fields of the package's metadata, all text.
constexpr const char* kShapeField = "spurious_native_shape";      // "any,3,224,224"
constexpr const char* kOutputsField = "spurious_native_outputs";  // "logits" or "logits,features"
constexpr const char* kWeightField = "spurious_native_head_weight";
constexpr const char* kBiasField = "spurious_native_head_bias";

[[noreturn]] void Unsupported(const std::string& path, const std::string& expected,
                              const std::string& got) {
  throw Error(ErrorCode::kModelOutputUnsupported,
              "loading the package: " + path + ": expected " + expected + ", got " + got, path);
}

std::vector<std::string> Split(const std::string& text) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, ',');) parts.push_back(part);
  return parts;
}

std::string TextOf(const Texts& texts, const char* field) {
  const auto found = texts.find(field);
  return found == texts.end() ? "" : found->second;
}

// What TorchScript calls: the compiled program, behind a check of the shape.
class CompiledModel final : public torch::CustomClassHolder {
 public:
  CompiledModel(const std::string& path, at::DeviceIndex device)
      : loader_(path, "model", false, 1, device), fields_(loader_.get_metadata()) {
    shape_ = Split(TextOf(fields_, kShapeField));
  }

  // Images [N, 3, H, W] float32.
  std::vector<at::Tensor> Run(const at::Tensor& images) {
    for (int64_t i = 0; i < images.dim(); ++i) {
      const std::string& side = shape_.at(static_cast<size_t>(i));
      TORCH_CHECK(side == "any" || side == std::to_string(images.size(i)),
                  "it was compiled for images [", TextOf(fields_, kShapeField), "]");
    }
    return loader_.run({images.contiguous()});
  }

  const Texts& fields() const { return fields_; }
  size_t dimensions() const { return shape_.size(); }

  // By the names that the model's own parameters had.
  std::unordered_map<std::string, at::Tensor> Constants() {
    auto* runner = loader_.get_runner();
    const auto names = runner->getConstantNamesToOriginalFQNs();
    std::unordered_map<std::string, at::Tensor> constants;
    for (const auto& [name, tensor] : runner->extract_constants_map(false)) {
      const auto original = names.find(name);
      constants.emplace(original == names.end() ? name : original->second, tensor);
    }
    return constants;
  }

 private:
  torch::inductor::AOTIModelPackageLoader loader_;
  Texts fields_;
  std::vector<std::string> shape_;
};

const auto kRegistered = torch::class_<CompiledModel>("spurious_native", "CompiledModel")
                             .def("run", &CompiledModel::Run);

c10::intrusive_ptr<CompiledModel> Load(const std::string& path, at::Device device) {
  try {
    const auto index = device.is_cuda() ? device.index() : at::DeviceIndex(-1);
    return c10::make_intrusive<CompiledModel>(path, index);
  } catch (const std::exception& error) {
    throw Error(
        ErrorCode::kModelDamaged,
        "loading the package: " + path +
            ": expected a package that this libtorch can read, got: " + FirstLines(error.what()),
        path);
  }
}

void RequireDevice(const std::string& path, const Texts& fields, at::Device device,
                   at::ScalarType dtype) {
  const std::string made_for = TextOf(fields, "AOTI_DEVICE_KEY");
  const std::string wanted = device.is_cuda() ? "cuda" : "cpu";
  if (made_for != wanted || dtype != at::kFloat) {
    throw Error(ErrorCode::kDeviceUnavailable,
                "loading the package: " + path + ": expected --device " + made_for +
                    " and --dtype fp32, which it was compiled for, got " + wanted + " and " +
                    c10::toString(dtype),
                path);
  }
}

}  // namespace

bool IsCompiledPackage(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  std::string start(2, '\0');
  if (!stream.read(start.data(), 2) || start != "PK") return false;
  try {
    const auto records = caffe2::serialize::PyTorchStreamReader(path).getAllRecords();
    return std::any_of(records.begin(), records.end(), [](const std::string& name) {
      return name.find("data/aotinductor/") != std::string::npos;
    });
  } catch (const std::exception&) {
    return false;  // whatever it is, it is told by who reads TorchScript
  }
}

CompiledPackage LoadCompiledPackage(const std::string& path, at::Device device,
                                    at::ScalarType dtype) {
  const auto runner = Load(path, device);
  const Texts& fields = runner->fields();
  const std::vector<std::string> outputs = Split(TextOf(fields, kOutputsField));
  const bool has_features = outputs == std::vector<std::string>{"logits", "features"};
  if (runner->dimensions() != 4 ||
      (!has_features && outputs != std::vector<std::string>{"logits"})) {
    Unsupported(path, "a package of tools/export_model.py, which records shapes and outputs",
                "one without them");
  }
  RequireDevice(path, fields, device, dtype);

  torch::jit::Module module("__torch__.spurious_native.CompiledPackage",
                            std::make_shared<torch::jit::CompilationUnit>(), true);
  module.register_attribute("runner", c10::getCustomClassType<c10::intrusive_ptr<CompiledModel>>(),
                            c10::IValue(runner));
  module.define(
      std::string("def forward(self, images):\n"
                  "    outputs = self.runner.run(images)\n") +
      (has_features ? "    return outputs[0], outputs[1]\n" : "    return (outputs[0],)\n"));

  CompiledPackage package;
  package.self = module._ivalue();
  package.graph = module.get_method("forward").graph()->copy();
  package.graph->inputs()[1]->setType(c10::TensorType::get());
  torch::jit::Node* results = package.graph->outputs().at(0)->node();
  package.logits = results->input(0);
  if (TextOf(fields, kMetadataFile).size() > 0) package.metadata = TextOf(fields, kMetadataFile);
  const auto constants = runner->Constants();
  for (const auto& [name, tensor] : constants) package.parameters += tensor.numel();
  const auto weight = constants.find(TextOf(fields, kWeightField));
  if (has_features && weight != constants.end()) {
    package.features = results->input(1);
    package.head_weight = weight->second;
    const auto bias = constants.find(TextOf(fields, kBiasField));
    if (bias != constants.end()) package.head_bias = bias->second;
  }
  return package;
}

}  // namespace spurious
