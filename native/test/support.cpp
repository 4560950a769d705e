#include "test/support.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace spurious::test {

namespace {

constexpr uint8_t kGuard = 0xA5;
constexpr size_t kGuardSize = 128;

}  // namespace

std::string Fixture(const std::string& path) { return std::string(SPURIOUS_FIXTURES) + "/" + path; }

std::vector<std::string> NamesIn(const std::string& folder, const std::string& extension) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == extension) names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string ReadText(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw std::runtime_error("cannot read " + path);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

std::vector<uint8_t> ReadBytes(const std::string& path) {
  const std::string text = ReadText(path);
  return {text.begin(), text.end()};
}

void WriteBytes(const std::string& path, const std::vector<uint8_t>& bytes) {
  std::ofstream stream(path, std::ios::binary);
  stream.write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
  if (!stream) throw std::runtime_error("cannot write " + path);
}

Image ReadImage(const std::string& npy) {
  const std::string file = ReadText(npy);
  // 6 bytes of magic, 2 of version (1.0), 2 of header length, the header, the array.
  const size_t header = file.size() < 10
                            ? 0
                            : static_cast<uint8_t>(file[8]) +
                                  static_cast<size_t>(static_cast<uint8_t>(file[9])) * 256;
  const std::string text = file.substr(std::min<size_t>(10, file.size()), header);
  const size_t shape = text.find("'shape': (");
  Image image;
  const bool readable =
      file.starts_with("\x93NUMPY\x01") && shape != std::string::npos &&
      text.find("'|u1'") != std::string::npos &&
      text.find("'fortran_order': False") != std::string::npos &&
      // NOLINTNEXTLINE(bugprone-unchecked-string-to-number-conversion): fixtures are well formed
      std::sscanf(text.c_str() + shape, "'shape': (%d, %d, 3)", &image.height, &image.width) == 2;
  const size_t size = static_cast<size_t>(image.height) * static_cast<size_t>(image.width) * 3;
  if (!readable || file.size() != 10 + header + size) {
    throw std::runtime_error(npy + ": expected a uint8 array [height, width, 3]");
  }
  image.pixels.assign(file.end() - static_cast<ptrdiff_t>(size), file.end());
  return image;
}

ExactBytes::ExactBytes(const uint8_t* data, size_t size)
    : data_(std::make_unique_for_overwrite<uint8_t[]>(size)), size_(size) {
  if (size > 0) std::memcpy(data_.get(), data, size);
}

GuardedBytes::GuardedBytes(size_t size)
    : size_(static_cast<ptrdiff_t>(size)), bytes_(size + kGuardSize, kGuard) {}

bool GuardedBytes::intact() const {
  return std::all_of(bytes_.begin() + size_, bytes_.end(), [](uint8_t b) { return b == kGuard; });
}

ptrdiff_t FirstDifference(const std::vector<uint8_t>& a, const std::vector<uint8_t>& b) {
  const auto [left, right] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  return left == a.end() && right == b.end() ? -1 : left - a.begin();
}

TemporaryFolder::TemporaryFolder() {
  std::string pattern =
      (std::filesystem::temp_directory_path() / "spurious-native-test-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) {
    throw std::runtime_error("cannot make a folder like " + pattern);
  }
  folder_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

}  // namespace spurious::test
