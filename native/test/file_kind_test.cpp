#include "module/file_kind.h"

#include <sys/stat.h>
#include <unistd.h>

#include "test/support_models.h"
#include "test/testing.h"

namespace spurious {

using test::Contains;
using test::ModelPath;
using test::TemporaryFolder;

namespace {

using Bytes = std::vector<uint8_t>;

Error RefusalOf(const std::string& path) {
  return test::ErrorOf([&] { RequireTorchScript(path); });
}

// What a file that begins with these bytes is taken for.
Error RefusalOf(const TemporaryFolder& folder, const std::string& start) {
  const std::string path = folder.Path("model.pt");
  test::WriteBytes(path, Bytes(start.begin(), start.end()));
  return RefusalOf(path);
}

}  // namespace

TEST_CASE("every TorchScript file of the fixtures is one") {
  for (const auto& model : test::ExpectedModels()["models"].items()) {
    INFO(model["file"].string());
    CHECK_NOTHROW(RequireTorchScript(ModelPath(model["file"].string())));
  }
}

TEST_CASE("every other file of the fixtures is refused with its code and its path") {
  const auto& broken = test::ExpectedModels()["broken"].items();
  REQUIRE(broken.size() >= 8);
  for (const auto& file : broken) {
    const std::string path = ModelPath(file["file"].string());
    INFO(path);
    const Error error = RefusalOf(path);
    CHECK(std::string(CodeName(error.code())) == file["code"].string());
    CHECK(error.input() == path);
    CHECK(Contains(error.what(), path));
  }
}

TEST_CASE("the message says what the file is") {
  const auto says = [](const std::string& file, const std::string& what) {
    INFO(file);
    CHECK(Contains(RefusalOf(ModelPath(file)).what(), what));
  };
  says("truncated.pt", "it is truncated");
  says("state_dict.pt", "a PyTorch checkpoint made by torch.save");
  says("pickled_module.pt", "a PyTorch checkpoint made by torch.save");
  says("legacy_state_dict.pt", "a PyTorch checkpoint in the format before 1.6");
  says("model.onnx", "an ONNX model");
  says("other.zip", "a zip archive of something else");
  says("text.pt", "a text file");
  says("empty.pt", "an empty file");
}

TEST_CASE("other kinds of files are told by their first bytes") {
  using std::string_literals::operator""s;
  const TemporaryFolder folder;
  const auto says = [&](const std::string& start, const std::string& what) {
    const Error error = RefusalOf(folder, start);
    CHECK(error.code() == ErrorCode::kModelNotTorchScript);
    INFO(std::string(error.what()));
    CHECK(Contains(error.what(), what));
  };
  says("\x80\x04\x95"s, "a Python pickle");
  says("\x89HDF\r\n\x1a\n\0\0"s, "an HDF5 file");
  says("\x08\x07\x12\x07pytorch"s, "an ONNX model");
  says("\x40\0\0\0\0\0\0\0{\"weight\":"s, "a safetensors file");
  says("{\"a\": 1}\n"s, "a text file");
  says("\xff\xd8\xff\xe0\0\x10JFIF"s, "a file of unknown format");
  says("\0"s, "a file of unknown format");
}

TEST_CASE("nothing, a directory and what may not be read are refused") {
  const TemporaryFolder folder;
  CHECK(RefusalOf(folder.Path("none.pt")).code() == ErrorCode::kModelNotFound);
  const Error directory = RefusalOf(folder.Path(""));
  CHECK(directory.code() == ErrorCode::kModelNotTorchScript);
  CHECK(Contains(directory.what(), "a directory"));
  if (geteuid() == 0) {
    MESSAGE("an unreadable file was not tried: root reads everything");
    return;
  }
  const std::string path = folder.Path("secret.pt");
  test::WriteBytes(path, {1, 2, 3});
  chmod(path.c_str(), 0);
  CHECK(RefusalOf(path).code() == ErrorCode::kModelNotFound);
}

TEST_CASE("an archive cut anywhere is damaged") {
  const TemporaryFolder folder;
  const Bytes whole = test::ReadBytes(ModelPath("traced-conv.pt"));
  const std::string path = folder.Path("cut.pt");
  for (size_t length = 4; length < whole.size(); length += 997) {
    test::WriteBytes(path, Bytes(whole.begin(), whole.begin() + static_cast<ptrdiff_t>(length)));
    INFO(length, " of ", whole.size(), " bytes");
    CHECK(RefusalOf(path).code() == ErrorCode::kModelDamaged);
  }
  test::WriteBytes(path, Bytes(whole.begin(), whole.end() - 1));
  CHECK(RefusalOf(path).code() == ErrorCode::kModelDamaged);
}

}  // namespace spurious
