#include "test/support_tensors.h"

#include <cstring>
#include <stdexcept>

#include "test/support.h"
#include "test/support_json.h"

namespace spurious::test {

namespace {

at::ScalarType TypeOf(const std::string& name) {
  if (name == "F32") return at::kFloat;
  if (name == "F64") return at::kDouble;
  if (name == "I64") return at::kLong;
  if (name == "U8") return at::kByte;
  throw std::runtime_error("safetensors: unknown type " + name);
}

}  // namespace

Tensors ReadTensors(const std::string& path) {
  const std::string file = ReadText(path);
  uint64_t length = 0;  // of the header, little endian
  if (file.size() < sizeof length) throw std::runtime_error(path + ": too short for safetensors");
  std::memcpy(&length, file.data(), sizeof length);
  if (length > file.size() - sizeof length) throw std::runtime_error(path + ": no safetensors");
  const Json header = Json::Parse(file.substr(sizeof length, length));
  const char* data = file.data() + sizeof length + length;
  Tensors tensors;
  for (const std::string& name : header.keys()) {
    if (name == "__metadata__") continue;
    const Json& entry = header[name];
    std::vector<int64_t> shape;
    for (const Json& n : entry["shape"].items()) shape.push_back(static_cast<int64_t>(n.number()));
    const at::Tensor tensor = at::empty(shape, TypeOf(entry["dtype"].string()));
    const auto begin = static_cast<size_t>(entry["data_offsets"].items()[0].number());
    if (begin + tensor.nbytes() > file.size() - sizeof length - length) {
      throw std::runtime_error(path + ": cut short");
    }
    std::memcpy(tensor.data_ptr(), data + begin, tensor.nbytes());
    tensors.emplace(name, tensor);
  }
  return tensors;
}

std::vector<uint8_t> ReadPixels(const std::vector<std::string>& paths) {
  std::vector<uint8_t> pixels;
  for (const std::string& path : paths) {
    const Image image = ReadImage(path);
    pixels.insert(pixels.end(), image.pixels.begin(), image.pixels.end());
  }
  return pixels;
}

}  // namespace spurious::test
