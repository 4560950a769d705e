#include "module/file_kind.h"

#include <caffe2/serialize/inline_container.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>
#include <vector>

#include "core/error.h"

namespace spurious {

namespace fs = std::filesystem;
using caffe2::serialize::PyTorchStreamReader;

namespace {

[[noreturn]] void NotTorchScript(const std::string& path, const std::string& what) {
  throw Error(ErrorCode::kModelNotTorchScript,
              "loading the model: " + path + ": expected a TorchScript archive, got " + what, path);
}

[[noreturn]] void Damaged(const std::string& path, const std::string& what) {
  throw Error(ErrorCode::kModelDamaged,
              "loading the model: " + path + ": expected a whole TorchScript archive, got " + what,
              path);
}

std::string ReadStart(const std::string& path, size_t count) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) {
    throw Error(ErrorCode::kModelNotFound,
                "loading the model: " + path + ": expected a readable file, got no permission",
                path);
  }
  std::string start(count, '\0');
  stream.read(start.data(), static_cast<std::streamsize>(count));
  start.resize(static_cast<size_t>(stream.gcount()));
  return start;
}

bool LooksLikeText(std::string_view start) {
  return std::all_of(start.begin(), start.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 || c == '\n' || c == '\r' || c == '\t';
  });
}

// The kinds of file that people try to load as models and that are not zip archives.
std::string DescribeOther(std::string_view start) {
  using std::string_view_literals::operator""sv;
  // Pickle protocol 2 with the magic number of torch.save before version 1.6.
  if (start.starts_with("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19"sv)) {
    return "a PyTorch checkpoint in the format before 1.6 (weights without a program)";
  }
  if (start.starts_with("\x80"sv)) return "a Python pickle";
  if (start.starts_with("\x89HDF\r\n\x1a\n"sv)) return "an HDF5 file (Keras weights?)";
  // ONNX is a bare protocol buffer: field 1 (ir_version, varint), then usually field 2 (producer
  // name, a string), 7 (graph) or 8 (opset).
  if (start.size() > 4 && start[0] == 0x08 && static_cast<unsigned char>(start[1]) < 0x20 &&
      (start[2] == 0x12 || start[2] == 0x3a || start[2] == 0x42)) {
    return "an ONNX model";
  }
  // safetensors: 8 bytes of header length, then JSON.
  if (start.size() > 9 && start[8] == '{') return "a safetensors file (weights without a program)";
  if (LooksLikeText(start)) return "a text file";
  return "a file of unknown format";
}

bool HasRecord(const std::vector<std::string>& records, std::string_view name) {
  return std::find(records.begin(), records.end(), name) != records.end();
}

void RequireTorchScriptZip(const std::string& path) {
  std::vector<std::string> records;
  try {
    PyTorchStreamReader reader(path);
    records = reader.getAllRecords();
  } catch (const std::exception& error) {
    const std::string what = error.what();
    if (what.find("central directory") != std::string::npos) {
      Damaged(path, "a file that ends early (zip directory missing): it is truncated");
    }
    if (what.find("file in archive is not in a subdirectory") != std::string::npos) {
      NotTorchScript(path, "a zip archive of something else");
    }
    if (what.find("version") != std::string::npos) {
      NotTorchScript(path, "a zip archive of something else");
    }
    Damaged(path, "a broken zip archive (" + what.substr(0, what.find('\n')) + ")");
  }
  const bool code = std::any_of(records.begin(), records.end(),
                                [](const auto& name) { return name.starts_with("code/"); });
  if (HasRecord(records, "constants.pkl") && code) return;
  const bool aot = std::any_of(records.begin(), records.end(), [](const auto& name) {
    return name.find("aotinductor") != std::string::npos || name.ends_with("archive_format");
  });
  if (aot) NotTorchScript(path, "a torch.export package (.pt2)");
  if (HasRecord(records, "data.pkl")) {
    NotTorchScript(path,
                   "a PyTorch checkpoint made by torch.save (a state dict or a pickled module: "
                   "weights without a program)");
  }
  NotTorchScript(path, "a zip archive of something else");
}

}  // namespace

void RequireTorchScript(const std::string& path) {
  std::error_code code;
  const auto status = fs::status(path, code);
  if (!fs::exists(status)) {
    throw Error(ErrorCode::kModelNotFound,
                "loading the model: " + path + ": expected a TorchScript file, got no such file",
                path);
  }
  if (fs::is_directory(status)) NotTorchScript(path, "a directory");
  const std::string start = ReadStart(path, 256);
  if (start.empty()) NotTorchScript(path, "an empty file");
  if (start.starts_with("PK")) {
    RequireTorchScriptZip(path);
  } else {
    NotTorchScript(path, DescribeOther(start));
  }
}

}  // namespace spurious
