#include "module/written_module.h"

#include "test/support_models.h"
#include "test/testing.h"

namespace spurious {

using test::LargestDifference;
using test::Seeded;
using test::TemporaryFolder;

namespace {

ModuleSpec Linear(uint64_t seed) {
  return {"Linear",
          "def forward(self, x):\n    return torch.linear(x, self.weight, self.bias)\n",
          {{"weight", Seeded({4, 4}, seed)}, {"bias", Seeded({4}, seed + 1)}},
          {},
          {}};
}

ModuleSpec Net() {
  return {"Net",
          "def forward(self, x):\n"
          "    return self.second.forward(torch.relu(self.first.forward(x))) * self.scale\n",
          {},
          {{"scale", at::scalar_tensor(0.5)}, {"count", at::tensor(7, at::kLong)}},
          {{"first", Linear(1)}, {"second", Linear(3)}}};
}

}  // namespace

TEST_CASE("a module is written with the names, tensors and methods it was described with") {
  const TemporaryFolder folder;
  const std::string to = folder.Path("net.pt");
  SaveModule(Net(), {{"note.txt", "hello"}}, to);

  torch::jit::ExtraFilesMap extra{{"note.txt", ""}};
  torch::jit::Module net = torch::jit::load(to, at::kCPU, extra);
  CHECK(extra["note.txt"] == "hello");
  std::vector<std::string> parameters, buffers;
  for (const auto& named : net.named_parameters()) parameters.push_back(named.name);
  for (const auto& named : net.named_buffers()) buffers.push_back(named.name);
  CHECK(parameters ==
        std::vector<std::string>{"first.weight", "first.bias", "second.weight", "second.bias"});
  CHECK(buffers == std::vector<std::string>{"scale", "count"});
  CHECK(!net.is_training());

  const at::Tensor x = Seeded({2, 4}, 9);
  const at::Tensor hidden = at::relu(at::linear(x, Seeded({4, 4}, 1), Seeded({4}, 2)));
  const at::Tensor wanted = at::linear(hidden, Seeded({4, 4}, 3), Seeded({4}, 4)) * 0.5;
  CHECK(LargestDifference(net.forward({x}).toTensor(), wanted) < 1e-6);
}

TEST_CASE("source that does not compile and a folder that is not there are refused") {
  const TemporaryFolder folder;
  ModuleSpec wrong = Net();
  wrong.source = "def forward(self, x):\n    return self.third.forward(x)\n";
  CHECK(test::CodeOf([&] { SaveModule(wrong, {}, folder.Path("net.pt")); }) ==
        ErrorCode::kInternal);
  CHECK(test::CodeOf([&] { SaveModule(Net(), {}, folder.Path("no/such/net.pt")); }) ==
        ErrorCode::kInternal);
}

}  // namespace spurious
