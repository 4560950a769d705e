// Files for tests: fixtures, arrays, temporary folders.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

// GCC says so by a macro, Clang by a feature.
#if defined(__SANITIZE_ADDRESS__)
#define SPURIOUS_HAS_ADDRESS_SANITIZER
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SPURIOUS_HAS_ADDRESS_SANITIZER
#endif
#endif

namespace spurious::test {

// A file or folder of test/fixtures.
std::string Fixture(const std::string& path);

// Names of the files with an extension (".jpg") in a folder, without it, sorted.
std::vector<std::string> NamesIn(const std::string& folder, const std::string& extension);

// The whole file; throws std::runtime_error when it cannot be read.
std::string ReadText(const std::string& path);
std::vector<uint8_t> ReadBytes(const std::string& path);
void WriteBytes(const std::string& path, const std::vector<uint8_t>& bytes);

// RGB pixels [height, width, 3].
struct Image {
  int width = 0, height = 0;
  std::vector<uint8_t> pixels;
};

// A C-ordered uint8 .npy array [height, width, 3].
Image ReadImage(const std::string& npy);

// A copy on the heap of exactly this size: AddressSanitizer notices the first byte read past it.
// (Vectors may have spare room.)
class ExactBytes {
 public:
  ExactBytes(const uint8_t* data, size_t size);
  explicit ExactBytes(const std::vector<uint8_t>& bytes) : ExactBytes(bytes.data(), bytes.size()) {}

  const uint8_t* data() const { return data_.get(); }
  size_t size() const { return size_; }

 private:
  std::unique_ptr<uint8_t[]> data_;
  size_t size_;
};

// A buffer for results that notices, without sanitizers too, what is written past its end.
class GuardedBytes {
 public:
  explicit GuardedBytes(size_t size);

  uint8_t* data() { return bytes_.data(); }
  bool intact() const;
  std::vector<uint8_t> content() const { return {bytes_.begin(), bytes_.begin() + size_}; }

 private:
  ptrdiff_t size_;
  std::vector<uint8_t> bytes_;
};

// Position of the first byte that differs, or -1.
ptrdiff_t FirstDifference(const std::vector<uint8_t>& a, const std::vector<uint8_t>& b);

// An empty folder that goes with the object.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::string Path(const std::string& name) const { return (folder_ / name).string(); }

 private:
  std::filesystem::path folder_;
};

// Whether this program is built with AddressSanitizer, whose own memory hides the program's.
#ifdef SPURIOUS_HAS_ADDRESS_SANITIZER
inline constexpr bool kAddressSanitizer = true;
#else
inline constexpr bool kAddressSanitizer = false;
#endif

}  // namespace spurious::test
