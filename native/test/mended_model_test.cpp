#include "module/mended_model.h"

#include "engine/plan.h"
#include "module/prepared_model.h"
#include "test/support_models.h"
#include "test/support_written_model.h"
#include "test/testing.h"

namespace spurious {

using test::ExpectedModels;
using test::InputTensor;
using test::Json;
using test::LargestDifference;
using test::ModelPath;
using test::Seeded;
using test::TemporaryFolder;

namespace {

std::vector<at::Tensor> Run(const std::string& path, const Wanted& wanted,
                            const at::Tensor& images) {
  const c10::InferenceMode inference;
  const PreparedModel model(path, at::kCPU, at::kFloat);
  Plan plan(model.GraphFor(wanted), model.self(), /*fused=*/false);
  return plan.Run(images);
}

// Rows of four classes, two and three of them of one class.
Lowering MakeLowering(int64_t dimension) {
  return {Seeded({7, dimension}, 5), Seeded({7}, 6) + 0.5,
          at::tensor({1, 4, 1, 2, 3, 3, 3}, at::kLong)};
}

at::Tensor Lowered(const at::Tensor& logits, const at::Tensor& features, const Lowering& lowering) {
  const at::Tensor beta =
      at::relu(at::linear(features.flatten(1), lowering.slopes, lowering.offsets));
  return logits.flatten(1).index_add(1, lowering.columns, -beta);
}

}  // namespace

TEST_CASE("every kind of model with a linear head can be mended, and answers as before otherwise") {
  const TemporaryFolder folder;
  const std::string to = folder.Path("mended.pt");
  int mended = 0;
  for (const Json& expected : ExpectedModels()["models"].items()) {
    if (expected["head"].IsNull() || expected["forwardFails"].boolean()) continue;
    const std::string file = expected["file"].string();
    INFO(file);
    const std::string path = ModelPath(file);
    const auto side = [&](const char* key) {
      return static_cast<int64_t>(expected["sizes"].items()[0][key].number());
    };
    const int64_t batch =
        expected["batch"].IsNull() ? 3 : static_cast<int64_t>(expected["batch"].number());
    const at::Tensor images = InputTensor(batch, side("height"), side("width"),
                                          static_cast<int64_t>(expected["channels"].number()));
    const auto plain = Run(path, {.features = true}, images);
    const Lowering lowering = MakeLowering(plain[1].flatten(1).size(1));
    SaveMendedModel(path, lowering, {{"spurious_native.json", "{}"}}, to);

    const at::Tensor logits = Run(to, {}, images)[0];
    const at::Tensor wanted = Lowered(plain[0], plain[1], lowering);
    CHECK(LargestDifference(wanted, plain[0].flatten(1)) > 1e-2);
    const bool half = expected["dtype"].string() != "fp32";
    CHECK(LargestDifference(logits.flatten(1), wanted) < (half ? 1e-1 : 1e-4));
    const PreparedModel again(to, at::kCPU, at::kFloat);
    CHECK(again.logits().output == expected["output"].string());
    CHECK(again.facts().metadata == "{}");
    ++mended;
  }
  CHECK(mended > 20);
}

TEST_CASE("the file answers plain libtorch, in other types and with the original inside") {
  const test::WrittenModel model("  y = x.mean([2, 3])\n");
  const TemporaryFolder folder;
  const std::string to = folder.Path("mended.pt");
  const Lowering lowering = MakeLowering(3);
  SaveMendedModel(model.path(), lowering, {}, to);
  const at::Tensor images = Seeded({2, 3, 4, 4}, 7);

  torch::jit::Module mended = torch::jit::load(to);
  const at::Tensor plain = mended.attr("model").toModule().forward({images}).toTensor();
  const at::Tensor wanted = Lowered(plain, images.mean({2, 3}), lowering);
  CHECK(LargestDifference(mended.forward({images}).toTensor(), wanted) < 1e-5);

  // As Python's Module.to does it: whole numbers stay what they are.
  for (at::Tensor buffer : mended.buffers()) {
    if (buffer.is_floating_point()) buffer.set_data(buffer.to(at::kBFloat16));
  }
  for (at::Tensor parameter : mended.parameters()) {
    parameter.set_data(parameter.to(at::kBFloat16));
  }
  const at::Tensor rough = mended.forward({images.to(at::kBFloat16)}).toTensor();
  CHECK(rough.scalar_type() == at::kBFloat16);
  CHECK(LargestDifference(rough.to(at::kFloat), wanted) < 0.1);
}

TEST_CASE("a model whose features are not found, or of another length, is not mended") {
  const TemporaryFolder folder;
  const std::string to = folder.Path("mended.pt");
  CHECK(test::CodeOf([&] {
          SaveMendedModel(ModelPath("no-head-squeezenet.pt"), MakeLowering(16), {}, to);
        }) == ErrorCode::kModelOutputUnsupported);
  CHECK(test::CodeOf([&] {
          SaveMendedModel(ModelPath("traced-conv.pt"), MakeLowering(5), {}, to);
        }) == ErrorCode::kModelOutputUnsupported);
  CHECK(test::CodeOf([&] {
          SaveMendedModel(ModelPath("truncated.pt"), MakeLowering(5), {}, to);
        }) == ErrorCode::kModelDamaged);
  CHECK(!std::filesystem::exists(to));
}

}  // namespace spurious
