#include "test/support_eigen.h"

#include "test/testing.h"

#ifdef SPURIOUS_WITH_CUDA
#include "engine/cuda_device.h"
#include "linalg/cuda_eigen_solver.h"
#endif

namespace spurious::test {

namespace {

// Whether the GPU half can run; says once why not.
bool FindGpu() {
#ifdef SPURIOUS_WITH_CUDA
  if (!CudaDevices().empty()) return true;
  MESSAGE("cuSOLVER is skipped: no CUDA device was found");
#else
  MESSAGE("cuSOLVER is skipped: built against a CPU libtorch");
#endif
  return false;
}

bool HasGpu() {
  static const bool has = FindGpu();
  return has;
}

}  // namespace

std::vector<NamedSolver> Solvers(ThreadTeam& team) {
  std::vector<NamedSolver> solvers;
  solvers.push_back({"tridiagonal", MakeTridiagonalSolver(team)});
  solvers.push_back({"lapack", MakeLapackSolver()});
  if (!HasGpu()) return solvers;
#ifdef SPURIOUS_WITH_CUDA
  const at::Device device(at::kCUDA, 0);
  solvers.push_back({"cusolver", MakeCusolverSolver(device)});
  solvers.push_back({"cusolver on streams", MakeCusolverStreamsSolver(device)});
#endif
  return solvers;
}

std::vector<NamedAlgebra> Algebras(ThreadTeam& team) {
  std::vector<NamedAlgebra> algebras;
  algebras.push_back({"cpu", MakeCpuPcaAlgebra(team)});
  algebras.push_back({"torch on cpu", MakeTorchPcaAlgebra(at::kCPU)});
  if (HasGpu()) algebras.push_back({"torch on cuda", MakeTorchPcaAlgebra({at::kCUDA, 0})});
  return algebras;
}

}  // namespace spurious::test
