#include "cam/grad_cam.h"

#include "test/support_engine.h"
#include "test/support_models.h"
#include "test/support_tensors.h"
#include "test/testing.h"

namespace spurious {

using test::LargestDifference;
using test::Seeded;
using test::Tensors;

namespace {

constexpr int64_t kSize = 160;

struct Loaded {
  explicit Loaded(const std::string& path, at::ScalarType dtype = at::kFloat)
      : engine(Options(path, dtype)), model(test::LoadNow(engine)) {}

  static EngineOptions Options(const std::string& path, at::ScalarType dtype) {
    EngineOptions options = test::OptionsFor(path);
    options.dtype = dtype;
    return options;
  }

  CamResult Cam(const CamRequest& request) {
    test::Answer<CamResult> answer;
    const auto work = [&](JobContext& context) { return GradCam(context, request); };
    if (!engine.Run<CamResult>({request.images.rows, kSize, kSize}, work, answer.callback())) {
      throw std::runtime_error("the job was not taken");
    }
    return answer.Get();
  }

  Engine engine;
  const PreparedModel* model;
};

std::string Tiny(const std::string& name) { return test::Fixture("eval/models/" + name + ".pt"); }

// The four pictures of the published results.
const std::vector<uint8_t>& PublishedPixels() {
  static const std::vector<uint8_t> pixels =
      test::ReadPixels({test::Fixture("cam/train_000.npy"), test::Fixture("cam/train_007.npy"),
                        test::Fixture("cam/train_019.npy"), test::Fixture("cam/new_0.npy")});
  return pixels;
}

CamRequest Request(const ComponentSet& components, int64_t rows = 4) {
  CamRequest request;
  request.components = components;
  request.images.images = {PublishedPixels().data(), 4, kSize, kSize, {0, 0, 0}, {1, 1, 1}};
  request.images.rows = rows;
  return request;
}

struct Published {
  explicit Published(const std::string& file)
      : tensors(test::ReadTensors(test::Fixture("cam/" + file + ".safetensors"))) {}

  CamRequest Request() const {
    return spurious::Request({at("weight_k"), 94, at("components"), at("mean")});
  }
  const at::Tensor& at(const std::string& name) const { return tensors.at(name); }

  Tensors tensors;
};

CamRequest RandomRequest(const PreparedModel& model, int64_t directions) {
  const int64_t d = model.head().head->weight.size(1);
  return Request({{}, 94, Seeded({directions, d}, 1), Seeded({d}, 2)});
}

void CheckPublished(const CamResult& result, const Published& published) {
  at::Tensor weights = result.weights;
  if (weights.dim() == 2) weights = weights.unsqueeze(1).expand_as(published.at("weights"));
  const double largest = published.at("weights").abs().max().item<double>();
  CHECK(LargestDifference(weights, published.at("weights")) < 1e-5 * largest);
  CHECK(LargestDifference(result.raw, published.at("map_raw")) < 1e-5);
  CHECK(LargestDifference(result.maps, published.at("map_final")) < 1e-3);
  CHECK(LargestDifference(result.alphas, published.at("alphas")) < 1e-4);
}

}  // namespace

TEST_CASE("maps of a pooled-linear head follow from one forward pass as published") {
  const Published published("tiny-resnet.layer4_last_block");
  const CamResult result = Loaded(Tiny("tiny-resnet")).Cam(published.Request());
  CheckPublished(result, published);
  CHECK(result.method == "closed-form");
  CHECK(result.layer == "last-map");
  CHECK(result.weights.sizes() == at::IntArrayRef{3, 96});
}

TEST_CASE("closed form and gradients agree where both apply") {
  const Published published("tiny-resnet.layer4_last_block");
  Loaded loaded(Tiny("tiny-resnet"));
  CamRequest request = published.Request();
  const CamResult closed = loaded.Cam(request);
  request.method = "autograd";
  const CamResult gradient = loaded.Cam(request);
  CheckPublished(gradient, published);
  CHECK(gradient.method == "autograd");
  CHECK(gradient.graph == "frozen");
  CHECK(gradient.weights.sizes() == at::IntArrayRef{3, 4, 96});
  const double largest = closed.weights.abs().max().item<double>();
  CHECK(LargestDifference(closed.weights.unsqueeze(1).expand_as(gradient.weights),
                          gradient.weights) < 1e-6 * largest);
  CHECK(LargestDifference(closed.raw, gradient.raw) < 1e-6);
}

TEST_CASE("gradients are taken where the head has another form") {
  Loaded loaded(Tiny("tiny-convnext"));
  const Published last("tiny-convnext.last_stage_output");
  const CamResult result = loaded.Cam(last.Request());
  CheckPublished(result, last);
  CHECK(result.method == "autograd");
  CHECK(result.layer == "last-map");

  const Published depthwise("tiny-convnext.last_block_conv_dw");
  CamRequest request = depthwise.Request();
  request.layer = "last-depthwise";
  const CamResult inner = loaded.Cam(request);
  CheckPublished(inner, depthwise);
  CHECK(inner.layer == "last-depthwise");
  CHECK(inner.operation == "aten::_convolution");
}

TEST_CASE("closed form is refused where it does not hold") {
  Loaded loaded(Tiny("tiny-convnext"));
  CamRequest request = RandomRequest(*loaded.model, 1);
  request.method = "closed-form";
  CHECK(test::CodeOf([&] { loaded.Cam(request); }) == ErrorCode::kModelOutputUnsupported);
}

TEST_CASE("tokens of a transformer become a grid, and the class token has no place in it") {
  Loaded loaded(Tiny("tiny-vit"));
  const CamResult result = loaded.Cam(RandomRequest(*loaded.model, 2));
  CHECK(result.method == "autograd");
  CHECK(result.layer == "last-attention");
  const int64_t side = result.raw.size(-1);
  CHECK(result.raw.sizes() == at::IntArrayRef{2, 4, side, side});
  CHECK(result.maps.sizes() == at::IntArrayRef{2, 4, kSize, kSize});
  CHECK(result.raw.abs().amax({-2, -1}).min().item<double>() > 0);
  CHECK(result.maps.amax({-2, -1}).min().item<double>() > 0.99);
}

TEST_CASE("the numbers do not depend on the rows that a batch is filled up to") {
  for (const auto& name : {"tiny-resnet", "tiny-convnext", "tiny-vit"}) {
    Loaded loaded(Tiny(name));
    CamRequest request = RandomRequest(*loaded.model, 3);
    const CamResult exact = loaded.Cam(request);
    request.images.rows = 7;
    const CamResult filled = loaded.Cam(request);
    const double scale = exact.raw.abs().max().item<double>();
    INFO(name);
    CHECK(LargestDifference(exact.raw, filled.raw) < 1e-5 * scale);
    CHECK(LargestDifference(exact.alphas, filled.alphas) <
          1e-5 * exact.alphas.abs().max().item<double>());
  }
}

TEST_CASE("raw maps of a pooled-linear head add up to the uncentred alphas") {
  // Their sum over places is <phi, pull>, which is alpha plus its centre.
  Loaded loaded(Tiny("tiny-efficientnet"));
  const CamRequest request = RandomRequest(*loaded.model, 3);
  const CamResult result = loaded.Cam(request);
  CHECK(result.method == "closed-form");
  const at::Tensor& v = request.components.directions;
  const at::Tensor centres = v.sum(1) * v.mv(request.components.class_mean);
  const at::Tensor sums = result.raw.sum({2, 3}) - centres.unsqueeze(1);
  CHECK(LargestDifference(sums, result.alphas) < 1e-4 * centres.abs().max().item<double>());
}

TEST_CASE("half precision gives nearly the same maps, as float32") {
  for (const auto& name : {"tiny-resnet", "tiny-convnext"}) {
    Loaded single(Tiny(name)), half(Tiny(name), at::kBFloat16);
    const CamRequest request = RandomRequest(*single.model, 2);
    const CamResult expected = single.Cam(request), result = half.Cam(request);
    INFO(name);
    CHECK(result.raw.scalar_type() == at::kFloat);
    CHECK(LargestDifference(result.raw, expected.raw) <
          0.1 * expected.raw.abs().max().item<double>());
  }
}

TEST_CASE("a model of another feature length is refused") {
  const Published published("tiny-resnet.layer4_last_block");
  CHECK(test::CodeOf([&] { Loaded(Tiny("tiny-vit")).Cam(published.Request()); }) ==
        ErrorCode::kModelOutputUnsupported);
}

}  // namespace spurious
