#include "linalg/pca_backend.h"

#include "core/error.h"
#include "engine/engine.h"
#include "linalg/vector_kernels.h"

#ifdef SPURIOUS_WITH_CUDA
#include "engine/cuda_device.h"
#include "linalg/cuda_eigen_solver.h"
#endif

namespace spurious {

namespace {

PcaBackend OnCpu(const PcaChoice& choice) {
  PcaBackend backend;
  backend.team = std::make_unique<ThreadTeam>(TeamSize(choice.threads));
  backend.algebra = MakeCpuPcaAlgebra(*backend.team);
  backend.solver =
      choice.solver == "lapack" ? MakeLapackSolver() : MakeTridiagonalSolver(*backend.team);
  return backend;
}

PcaBackend OnCuda([[maybe_unused]] at::Device device) {
#ifdef SPURIOUS_WITH_CUDA
  PcaBackend backend;
  backend.algebra = MakeTorchPcaAlgebra(device);
  backend.solver = MakeCusolverSolver(device);
  return backend;
#else
  throw Error(ErrorCode::kDeviceUnavailable,
              "choosing a solver: cusolver: expected a CUDA build of libtorch, got a CPU build",
              "cusolver");
#endif
}

PcaSolverInfo DescribeCusolver() {
#ifdef SPURIOUS_WITH_CUDA
  const auto devices = CudaDevices();
  if (!devices.empty()) {
    return {"cusolver", "cuda", true, "all vectors, many classes at once, on " + devices[0].name};
  }
  return {"cusolver", "cuda", false, "no CUDA device was found"};
#else
  return {"cusolver", "cuda", false, "built against a CPU libtorch"};
#endif
}

}  // namespace

PcaBackend MakePcaBackend(const PcaChoice& choice) {
  const bool automatic = choice.solver == "auto";
  if (!automatic && choice.solver != "tridiagonal" && choice.solver != "lapack" &&
      choice.solver != "cusolver") {
    throw Error(
        ErrorCode::kInternal,
        "choosing a solver: " + choice.solver + ": expected auto, tridiagonal, lapack or cusolver",
        choice.solver);
  }
  const bool cuda = choice.solver == "cusolver" || (automatic && choice.device != "cpu");
  if (!cuda) return OnCpu(choice);
#ifdef SPURIOUS_WITH_CUDA
  return OnCuda(ParseDevice(choice.device == "cpu" ? "cuda" : choice.device));
#else
  return OnCuda(at::kCUDA);
#endif
}

std::vector<PcaSolverInfo> PcaSolvers() {
  return {{"tridiagonal", "cpu", true,
           std::string("leading vectors only, ") + BestVectorKernels().name + " loops"},
          {"lapack", "cpu", true, "all vectors, syevd of libtorch's LAPACK"},
          DescribeCusolver()};
}

}  // namespace spurious
