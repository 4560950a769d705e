#include "linalg/cuda_eigen_solver.h"

#include <ATen/Functions.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>
#include <cusolverDn.h>

#include <algorithm>
#include <numeric>
#include <string>
#include <thread>

#include "core/error.h"

namespace spurious {

namespace {

// cusolverDnXsyevBatched came with cuSOLVER 11.7.1.
#if CUSOLVER_VERSION >= 11701
constexpr bool kHasBatched = true;
#else
constexpr bool kHasBatched = false;
#endif

// Matrices solved side by side where there is no batched call: enough to fill the gaps that one
// solve leaves on a large GPU.
constexpr size_t kStreams = 4;
// Matrices are padded to the largest of their group; one this much smaller than it (the work goes
// with the third power) starts a group of its own.
constexpr double kSmallest = 0.9;
// Bytes of matrices in one batched call; the workspace takes about as much again.
constexpr int64_t kBatchBytes = int64_t{4} << 30;

// By rows the upper triangle is promised, so by columns the lower.
constexpr cublasFillMode_t kTriangle = CUBLAS_FILL_MODE_LOWER;

void Check(cusolverStatus_t status, const char* call) {
  if (status == CUSOLVER_STATUS_SUCCESS) return;
  const bool memory = status == CUSOLVER_STATUS_ALLOC_FAILED;
  throw Error(memory ? ErrorCode::kOutOfMemory : ErrorCode::kInternal,
              std::string(call) + " failed with status " + std::to_string(status));
}

// A handle with its parameters, working on one stream.
class Handle {
 public:
  explicit Handle(c10::cuda::CUDAStream stream) : stream_(stream) {
    Check(cusolverDnCreate(&handle_), "cusolverDnCreate");
    Check(cusolverDnCreateParams(&parameters_), "cusolverDnCreateParams");
    Check(cusolverDnSetStream(handle_, stream.stream()), "cusolverDnSetStream");
  }
  ~Handle() {
    if (parameters_ != nullptr) cusolverDnDestroyParams(parameters_);
    if (handle_ != nullptr) cusolverDnDestroy(handle_);
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  c10::cuda::CUDAStream stream() const { return stream_; }

  // Replaces a [n, n] by its eigenvectors, row l belonging to the l-th smallest of values [n];
  // info [1] on the device tells whether it converged.
  void Solve(at::Tensor& a, at::Tensor& values, at::Tensor& info) {
    const int64_t n = a.size(0);
    size_t device_bytes = 0, host_bytes = 0;
    Check(cusolverDnXsyevd_bufferSize(handle_, parameters_, CUSOLVER_EIG_MODE_VECTOR, kTriangle, n,
                                      CUDA_R_64F, a.data_ptr(), n, CUDA_R_64F, values.data_ptr(),
                                      CUDA_R_64F, &device_bytes, &host_bytes),
          "cusolverDnXsyevd_bufferSize");
    Reserve(device_bytes, host_bytes, a.device());
    Check(cusolverDnXsyevd(handle_, parameters_, CUSOLVER_EIG_MODE_VECTOR, kTriangle, n, CUDA_R_64F,
                           a.data_ptr(), n, CUDA_R_64F, values.data_ptr(), CUDA_R_64F,
                           workspace_.data_ptr(), device_bytes, host_.data(), host_bytes,
                           info.data_ptr<int>()),
          "cusolverDnXsyevd");
  }

#if CUSOLVER_VERSION >= 11701
  // The same for a [count, n, n], values [count, n] and info [count].
  void SolveBatch(at::Tensor& a, at::Tensor& values, at::Tensor& info) {
    const int64_t count = a.size(0), n = a.size(1);
    size_t device_bytes = 0, host_bytes = 0;
    Check(cusolverDnXsyevBatched_bufferSize(handle_, parameters_, CUSOLVER_EIG_MODE_VECTOR,
                                            kTriangle, n, CUDA_R_64F, a.data_ptr(), n, CUDA_R_64F,
                                            values.data_ptr(), CUDA_R_64F, &device_bytes,
                                            &host_bytes, count),
          "cusolverDnXsyevBatched_bufferSize");
    Reserve(device_bytes, host_bytes, a.device());
    Check(cusolverDnXsyevBatched(handle_, parameters_, CUSOLVER_EIG_MODE_VECTOR, kTriangle, n,
                                 CUDA_R_64F, a.data_ptr(), n, CUDA_R_64F, values.data_ptr(),
                                 CUDA_R_64F, workspace_.data_ptr(), device_bytes, host_.data(),
                                 host_bytes, info.data_ptr<int>(), count),
          "cusolverDnXsyevBatched");
  }
#endif

 private:
  void Reserve(size_t device_bytes, size_t host_bytes, at::Device device) {
    const auto bytes = static_cast<int64_t>(device_bytes);
    if (!workspace_.defined() || workspace_.numel() < bytes) {
      workspace_ = at::Tensor();  // given back before the larger one is taken
      workspace_ = at::empty({bytes}, at::TensorOptions(device).dtype(at::kByte));
    }
    host_.resize(std::max(host_.size(), host_bytes));
  }

  const c10::cuda::CUDAStream stream_;
  cusolverDnHandle_t handle_ = nullptr;
  cusolverDnParams_t parameters_ = nullptr;
  at::Tensor workspace_;
  std::vector<char> host_;
};

class CusolverSolver final : public EigenSolver {
 public:
  CusolverSolver(at::Device device, bool batched) : device_(device), batched_(batched) {
    c10::cuda::CUDAGuard guard(device_);
    handles_.push_back(std::make_unique<Handle>(c10::cuda::getCurrentCUDAStream(device_.index())));
  }

  const char* name() const override { return "cusolver"; }
  at::Device device() const override { return device_; }

  std::vector<Eigenpairs> Solve(const std::vector<EigenJob>& jobs) override {
    c10::cuda::CUDAGuard guard(device_);
    for (const EigenJob& job : jobs) {
      if (!at::isfinite(job.matrix.triu()).all().item<bool>()) {
        throw Error(ErrorCode::kInternal,
                    "solving an eigenproblem: expected a matrix of finite numbers");
      }
    }
    std::vector<Eigenpairs> results(jobs.size());
#if CUSOLVER_VERSION >= 11701
    if (batched_) {
      for (const auto& group : Groups(jobs)) SolveOrSplit(jobs, group, results);
      return results;
    }
#endif
    SolveOnStreams(jobs, results);
    return results;
  }

 private:
  using Group = std::vector<size_t>;  // indices of jobs, largest matrix first

  static std::vector<Group> Groups(const std::vector<EigenJob>& jobs) {
    Group order(jobs.size());
    std::iota(order.begin(), order.end(), size_t{0});
    const auto size = [&](size_t i) { return jobs[i].matrix.size(0); };
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return size(a) > size(b); });
    std::vector<Group> groups;
    for (const size_t index : order) {
      const bool fits = !groups.empty() && [&] {
        const auto largest = static_cast<double>(size(groups.back()[0]));
        const double bytes = largest * largest * 8;
        return static_cast<double>(size(index)) >= kSmallest * largest &&
               static_cast<double>(groups.back().size() + 1) * bytes <=
                   static_cast<double>(kBatchBytes);
      }();
      if (!fits) groups.emplace_back();
      groups.back().push_back(index);
    }
    return groups;
  }

#if CUSOLVER_VERSION >= 11701
  // In halves where the whole does not fit into what memory is left.
  void SolveOrSplit(const std::vector<EigenJob>& jobs, const Group& group,
                    std::vector<Eigenpairs>& results) {
    try {
      SolveGroup(jobs, group, results);
      return;
    } catch (const c10::OutOfMemoryError&) {
      if (group.size() == 1) throw;
    }
    const auto half = group.begin() + static_cast<ptrdiff_t>(group.size() / 2);
    SolveOrSplit(jobs, {group.begin(), half}, results);
    SolveOrSplit(jobs, {half, group.end()}, results);
  }

  void SolveGroup(const std::vector<EigenJob>& jobs, const Group& group,
                  std::vector<Eigenpairs>& results) {
    const int64_t n = jobs[group[0]].matrix.size(0);
    const auto count = static_cast<int64_t>(group.size());
    const auto options = at::TensorOptions(device_).dtype(at::kDouble);
    at::Tensor a = at::zeros({count, n, n}, options);
    for (int64_t i = 0; i < count; ++i) PadInto(a[i], jobs[group[static_cast<size_t>(i)]].matrix);
    at::Tensor values = at::empty({count, n}, options);
    at::Tensor info = at::empty({count}, options.dtype(at::kInt));
    handles_[0]->SolveBatch(a, values, info);
    const at::Tensor state = info.cpu();
    for (int64_t i = 0; i < count; ++i) {
      const size_t index = group[static_cast<size_t>(i)];
      Keep(jobs[index], a[i], values[i], state[i].item<int>(), "cusolver-xsyevbatched",
           results[index]);
    }
  }
#endif

  // Eigenvalues of the padding are below all of the matrix's own.
  static void PadInto(at::Tensor to, const at::Tensor& matrix) {
    const int64_t n = matrix.size(0), rows = to.size(0);
    to.narrow(0, 0, n).narrow(1, 0, n).copy_(matrix);
    if (n == rows) return;
    const at::Tensor upper = matrix.triu().abs();
    const double norm = (upper.sum(0) + upper.sum(1)).max().item<double>();  // or more
    to.diagonal().narrow(0, n, rows - n).fill_(norm > 0 ? -2 * norm : -1);
  }

  // Each stream has a thread: a solve keeps its caller waiting.
  void SolveOnStreams(const std::vector<EigenJob>& jobs, std::vector<Eigenpairs>& results) {
    const size_t streams = std::min(kStreams, jobs.size());
    while (handles_.size() < streams) {
      handles_.push_back(
          std::make_unique<Handle>(c10::cuda::getStreamFromPool(false, device_.index())));
    }
    // The matrices may still be on their way.
    c10::cuda::getCurrentCUDAStream(device_.index()).synchronize();
    std::vector<std::exception_ptr> failures(streams);
    std::vector<std::thread> threads;
    for (size_t s = 0; s < streams; ++s) {
      threads.emplace_back([&, s] {
        try {
          c10::cuda::CUDAStreamGuard guard(handles_[s]->stream());
          for (size_t i = s; i < jobs.size(); i += streams) {
            SolveAlone(*handles_[s], jobs[i], results[i]);
          }
          handles_[s]->stream().synchronize();
        } catch (...) {
          failures[s] = std::current_exception();
        }
      });
    }
    for (auto& thread : threads) thread.join();
    for (const auto& failure : failures) {
      if (failure) std::rethrow_exception(failure);
    }
  }

  void SolveAlone(Handle& handle, const EigenJob& job, Eigenpairs& result) const {
    at::Tensor a = job.matrix.clone();
    at::Tensor values = at::empty({a.size(0)}, a.options());
    at::Tensor info = at::empty({1}, a.options().dtype(at::kInt));
    handle.Solve(a, values, info);
    Keep(job, a, values, info.item<int>(), "cusolver-xsyevd", result);
  }

  // `a`: rows are eigenvectors, by ascending values; padding comes first.
  void Keep(const EigenJob& job, const at::Tensor& a, const at::Tensor& values, int info,
            const char* how, Eigenpairs& result) const {
    const int64_t n = job.matrix.size(0), padding = a.size(0) - n;
    if (info != 0) {
      EigenJob on_cpu = job;
      on_cpu.matrix = job.matrix.cpu();
      result = MakeLapackSolver()->SolveOne(on_cpu);
      result.vectors = result.vectors.to(device_);
      return;
    }
    result = TakeLeading(job, values.narrow(0, padding, n),
                         a.narrow(0, padding, n).narrow(1, 0, n).t(), how);
  }

  const at::Device device_;
  const bool batched_;
  std::vector<std::unique_ptr<Handle>> handles_;
};

}  // namespace

std::unique_ptr<EigenSolver> MakeCusolverSolver(at::Device device) {
  return std::make_unique<CusolverSolver>(device, kHasBatched);
}

std::unique_ptr<EigenSolver> MakeCusolverStreamsSolver(at::Device device) {
  return std::make_unique<CusolverSolver>(device, false);
}

}  // namespace spurious
