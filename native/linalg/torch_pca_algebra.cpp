#include <ATen/Functions.h>
#include <ATen/ops/from_blob.h>

#include "linalg/pca_algebra.h"

namespace spurious {

namespace {

at::Tensor Upload(const float* data, at::IntArrayRef shape, at::Device device) {
  // from_blob wants a pointer to data that may be written; it is only read.
  return at::from_blob(const_cast<float*>(data), shape, at::kFloat).to(device);
}

class TorchPcaAlgebra final : public PcaAlgebra {
 public:
  explicit TorchPcaAlgebra(at::Device device) : device_(device) {}

  at::Device device() const override { return device_; }
  // On a GPU enough to fill it with eigenproblems of some hundred rows; ImageNet's classes of 1300
  // images and 2048 features take about 5 GB then.
  size_t at_once() const override { return device_.is_cuda() ? 64 : 1; }

  Centred Centre(const WeightedFeatures& input) override {
    const at::Tensor phi = Upload(input.features, {input.rows, input.dimension}, device_);
    const at::Tensor psi = (phi * Upload(input.weight, {input.dimension}, device_)).to(at::kDouble);
    const at::Tensor mean = psi.sum(0).div_(static_cast<double>(input.rows));
    const at::Tensor host = mean.cpu();
    const double* begin = host.data_ptr<double>();
    return {psi - mean, {begin, begin + input.dimension}};
  }

  at::Tensor Gram(const at::Tensor& x) override {
    return at::mm(x, x.t()).div_(static_cast<double>(x.size(0) - 1));
  }

  at::Tensor Covariance(const at::Tensor& x) override {
    return at::mm(x.t(), x).div_(static_cast<double>(x.size(0) - 1));
  }

  at::Tensor Combine(const at::Tensor& u, const at::Tensor& x) override {
    return at::mm(u, x).cpu();
  }

  at::Tensor Project(const at::Tensor& x, const at::Tensor& v) override {
    return at::mm(x, v.to(device_).t()).cpu();
  }

 private:
  const at::Device device_;
};

}  // namespace

std::unique_ptr<PcaAlgebra> MakeTorchPcaAlgebra(at::Device device) {
  return std::make_unique<TorchPcaAlgebra>(device);
}

}  // namespace spurious
