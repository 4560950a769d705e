// A symmetric matrix as Q T Q^T with T tridiagonal, by Householder reflections.
#pragma once

#include <cstdint>
#include <vector>

#include "linalg/gemm.h"
#include "linalg/thread_team.h"

namespace spurious {

// Blocked as LAPACK's dsytrd: half of the work is products with the matrix that remains, which the
// memory bounds, half is updates by 2 * width columns.
class Tridiagonalization {
 public:
  // `a` [n, n], n >= 1, column-major with column stride lda: the lower triangle is read; all of it
  // is overwritten and used until this object is gone. Its largest element should be near 1, so
  // that sums of squares stay in range.
  Tridiagonalization(ThreadTeam& team, double* a, int64_t n, int64_t lda,
                     const VectorKernels& kernels = BestVectorKernels());

  const std::vector<double>& diagonal() const { return diagonal_; }          // [n]
  const std::vector<double>& off_diagonal() const { return off_diagonal_; }  // [n - 1]

  // z = Q z, z [n, m] column-major with column stride ldz.
  void Apply(double* z, int64_t m, int64_t ldz);

 private:
  // Columns [first, first + width) are reduced before what is right of them is updated.
  struct Panel {
    int64_t first, width;
  };
  struct Scratch;

  // Steps of the reduction, called by every member of the team; i counts columns of the panel.
  void Reduce(int member);
  void UpdateColumn(int member, const Panel& panel, int64_t i);
  double Reflect(int member, const Panel& panel, int64_t i);
  void MultiplyTrailing(int member, const Panel& panel, int64_t i);
  void FinishColumn(int member, const Panel& panel, int64_t i, double tau);
  void UpdateTrailing(int member, const Panel& panel);

  void MakeFactors(int member);
  void ApplyTo(Scratch& scratch, double* z, int64_t m, int64_t ldz) const;

  Share Rows(int64_t begin, int member) const;
  double Total() const;
  Panel PanelAt(int64_t index) const;
  int64_t Panels() const;
  double* Column(int64_t j) const { return a_ + j * lda_; }
  double* V(int64_t i) { return panel_.data() + i * stride_; }
  double* W(const Panel& panel, int64_t i) { return V(panel.width + i); }

  ThreadTeam& team_;
  const VectorKernels& kernels_;
  double* const a_;
  const int64_t n_, lda_;
  const int64_t stride_;  // of the columns of panel_ and of products_
  std::vector<double> diagonal_, off_diagonal_, tau_;
  std::vector<double> panel_;     // the current panel's V, W and V again, each [n, width]
  std::vector<double> products_;  // per member: its part of the matrix times the reflection, [n]
  std::vector<double> dots_;      // per member: its part of W^T v and of V^T v
  std::vector<double> sums_;      // per member: its part of one sum
  double head_ = 0;               // first element of the vector that is reflected onto it
  std::vector<double> factors_;   // per panel: T [width, width] of H_1 ... H_width = I - V T V^T
  Gemm gemm_;
};

}  // namespace spurious
