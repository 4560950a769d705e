#include "test/support_written_model.h"

#include "test/support_models.h"

namespace spurious::test {

WrittenModel::WrittenModel(const std::string& body) {
  auto module =
      MakeModule("def forward(self, x):\n" + body + "  return torch.linear(y, self.w, self.b)\n",
                 {{"w", Seeded({5, 3}, 1)}, {"b", Seeded({5}, 2)}});
  module.save(path());
}

}  // namespace spurious::test
