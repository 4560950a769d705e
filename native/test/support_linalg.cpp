#include "test/support_linalg.h"

#include <ATen/Functions.h>

#include <cstring>
#include <random>
#include <stdexcept>

#include "test/support.h"

namespace spurious::test {

namespace {

// Sum of twelve uniform numbers: the standard library's normal distribution is another one in
// every library.
double NormalNumber(std::mt19937_64& random) {
  double sum = -6;
  for (int i = 0; i < 12; ++i) sum += static_cast<double>(random() >> 11) * 0x1p-53;
  return sum;
}

at::ScalarType TypeOf(const std::string& name) {
  if (name == "F32") return at::kFloat;
  if (name == "F64") return at::kDouble;
  if (name == "I64") return at::kLong;
  throw std::runtime_error("safetensors: expected F32, F64 or I64, got " + name);
}

}  // namespace

std::vector<double> Normal(size_t count, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<double> numbers(count);
  for (double& number : numbers) number = NormalNumber(random);
  return numbers;
}

std::vector<float> NormalFloats(size_t count, uint64_t seed) {
  const std::vector<double> numbers = Normal(count, seed);
  return {numbers.begin(), numbers.end()};
}

at::Tensor RandomSymmetric(int64_t n, uint64_t seed) {
  const at::Tensor a = at::tensor(Normal(static_cast<size_t>(n * n), seed), at::kDouble);
  const at::Tensor square = a.view({n, n});
  return (square + square.t()).contiguous();
}

at::Tensor WithEigenvalues(const std::vector<double>& values, uint64_t seed) {
  const auto n = static_cast<int64_t>(values.size());
  const at::Tensor random = at::tensor(Normal(static_cast<size_t>(n * n), seed), at::kDouble);
  const at::Tensor q = std::get<0>(at::linalg_qr(random.view({n, n})));
  const at::Tensor a = at::mm(q * at::tensor(values, at::kDouble), q.t());
  return ((a + a.t()) * 0.5).contiguous();
}

double OrthogonalityError(const at::Tensor& v) {
  if (v.size(0) == 0) return 0;
  const at::Tensor identity = at::eye(v.size(0), at::kDouble);
  return (at::mm(v, v.t()) - identity).abs().max().item<double>();
}

SafetensorsFile::SafetensorsFile(const std::string& path) : file_(ReadText(path)) {
  uint64_t length = 0;
  if (file_.size() >= sizeof length) std::memcpy(&length, file_.data(), sizeof length);
  if (length == 0 || length > file_.size() - sizeof length) {
    throw std::runtime_error(path + ": expected a safetensors file");
  }
  header_ = Json::Parse(file_.substr(sizeof length, length));
  begin_ = sizeof length + length;
}

at::Tensor SafetensorsFile::operator[](const std::string& name) const {
  const Json& entry = header_[name];
  std::vector<int64_t> shape;
  for (const Json& side : entry["shape"].items()) {
    shape.push_back(static_cast<int64_t>(side.number()));
  }
  at::Tensor tensor = at::empty(shape, TypeOf(entry["dtype"].string()));
  const auto from = begin_ + static_cast<size_t>(entry["data_offsets"].items()[0].number());
  if (from + tensor.nbytes() > file_.size()) throw std::runtime_error(name + ": cut short");
  std::memcpy(tensor.data_ptr(), file_.data() + from, tensor.nbytes());
  return tensor;
}

}  // namespace spurious::test
