#include "graph/find_normalization.h"

#include "test/support_models.h"
#include "test/testing.h"

namespace spurious::graph {

using test::FrozenGraph;
using test::NamedTensors;
using test::Seeded;

namespace {

const std::vector<double> kMean = {0.485, 0.456, 0.406};
const std::vector<double> kStd = {0.229, 0.224, 0.225};

at::Tensor PerChannel(const std::vector<double>& values) {
  return at::tensor(values, at::kFloat).view({1, 3, 1, 1});
}

NamedTensors Parameters() {
  const at::Tensor variance = at::tensor(kStd, at::kDouble).square() - 1e-3;
  return {{"mean", PerChannel(kMean)},
          {"std", PerChannel(kStd)},
          {"flat_mean", at::tensor(kMean, at::kFloat)},
          {"variance", variance.to(at::kFloat)},
          {"gain", at::ones({3})},
          {"zeros", at::zeros({3})},
          {"kernel", Seeded({4, 3, 3, 3}, 1)},
          {"grey_kernel", Seeded({4, 1, 3, 3}, 2)},
          {"grouped", Seeded({6, 1, 3, 3}, 3)},
          {"patches", Seeded({8, 3, 16, 16}, 4)},
          {"positions", Seeded({1, 197, 8}, 5)},
          {"token", Seeded({1, 1, 8}, 6)}};
}

std::shared_ptr<Graph> GraphOf(const std::vector<std::string>& lines) {
  std::string source = "def forward(self, x):\n";
  for (const auto& line : lines) source += "  " + line + "\n";
  return FrozenGraph(source, Parameters());
}

std::optional<Normalization> Find(const std::string& expression,
                                  const std::string& layer = "torch.conv2d(y, self.kernel)") {
  auto graph = GraphOf({"y = " + expression, "return " + layer});
  return FindNormalization(graph->inputs()[1]);
}

// Compares with the expected values to float32's precision.
void Check(const std::optional<Normalization>& found, const std::vector<double>& mean,
           const std::vector<double>& std) {
  REQUIRE(found);
  REQUIRE(found->mean.size() == mean.size());
  REQUIRE(found->std.size() == std.size());
  for (size_t i = 0; i < mean.size(); ++i) {
    CHECK(found->mean[i] == doctest::Approx(mean[i]).epsilon(1e-6));
    CHECK(found->std[i] == doctest::Approx(std[i]).epsilon(1e-6));
  }
}

}  // namespace

TEST_CASE("subtraction of means and division by deviations is found") {
  Check(Find("(x - self.mean) / self.std"), kMean, kStd);
  Check(Find("x.clone().sub_(self.mean).div_(self.std)"), kMean, kStd);
  Check(Find("(x - self.mean) * (1.0 / self.std)"), kMean, kStd);
}

TEST_CASE("the same written in other ways is found with the same values") {
  Check(Find("x / self.std - self.mean / self.std"), kMean, kStd);
  Check(Find("x * 2 - 1"), {0.5}, {0.5});
  Check(Find("(x - 0.5) / 0.25"), {0.5}, {0.25});
  Check(Find("x * 255.0"), {0}, {1 / 255.0});
  Check(Find("(x - self.mean) / 0.5"), kMean, {0.5, 0.5, 0.5});
}

TEST_CASE("batch normalisation of the image is found") {
  Check(Find("torch.batch_norm(x, self.gain, self.zeros, self.flat_mean, self.variance, False, "
             "0.1, 1e-3, False)"),
        kMean, kStd);
}

TEST_CASE("a sum or difference with a factor is not taken for a plain one") {
  CHECK(!Find("torch.sub(x, self.mean, alpha=2)"));
  CHECK(!Find("torch.add(x, self.mean, alpha=0.5)"));
}

TEST_CASE("a model that is given the image as it is has none") {
  CHECK(!Find("x"));
  CHECK(!Find("x.contiguous()"));
  CHECK(!Find("x - 0.0"));
  CHECK(!Find("torch.relu(x)"));
}

TEST_CASE("arithmetic after the first layer is no normalisation of the image") {
  CHECK(!Find("torch.conv2d(x, self.kernel)", "(y - 1.0) / 2.0"));
}

TEST_CASE("questions about the image's size do not hide the normalisation") {
  auto graph = GraphOf({"n = x.size(0)", "y = (x - self.mean) / self.std",
                        "return torch.conv2d(y, self.kernel).view([n, -1])"});
  Check(FindNormalization(graph->inputs()[1]), kMean, kStd);
}

TEST_CASE("channels are those of the first convolution") {
  const auto channels = [](const std::string& convolution) {
    auto graph = GraphOf({"y = (x - 0.5) / 0.5", "return torch.relu(" + convolution + ")"});
    return FindInputShape(graph->inputs()[1]).channels;
  };
  CHECK(channels("torch.conv2d(y, self.kernel)") == 3);
  CHECK(channels("torch.conv2d(y, self.grey_kernel)") == 1);
  CHECK(channels("torch.conv2d(y, self.grouped, None, 1, 0, 1, 3)") == 3);
  CHECK(!channels("y"));
}

TEST_CASE("the side length is read off a transformer's position embedding") {
  const std::vector<std::string> patches = {
      "y = torch.conv2d(x, self.patches, None, [16, 16]).flatten(2).transpose(1, 2)",
      "y = torch.cat([self.token.expand([x.size(0), -1, -1]), y], 1)"};
  auto with = patches;
  with.emplace_back("return y + self.positions");
  auto graph = GraphOf(with);
  InputShape shape = FindInputShape(graph->inputs()[1]);
  CHECK(shape.channels == 3);
  CHECK(shape.size == 224);  // 14 x 14 patches of 16 and a class token

  auto without = patches;
  without.emplace_back("return torch.relu(y)");
  graph = GraphOf(without);
  shape = FindInputShape(graph->inputs()[1]);
  CHECK(shape.channels == 3);
  CHECK(!shape.size);
}

}  // namespace spurious::graph
