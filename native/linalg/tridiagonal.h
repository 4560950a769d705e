// A symmetric matrix as Q T Q^T with T tridiagonal, by Householder reflections.
#pragma once

#include <cstdint>
#include <vector>

#include "linalg/gemm.h"
#include "linalg/thread_team.h"

namespace spurious {

// Blocked as LAPACK's dsytrd: half of the work is products with the matrix that remains, which the
// memory bounds, half is updates by 2 * width columns.
//
// The result is the same to the last bit whatever the team: rows and columns are dealt out to a
// fixed number of shares, and sums over shares are made in one order. So members may also leave
// half-way: when the team finds that it must share its cores with other work (every column would
// wait for the scheduler five times), member 0 goes on alone.
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

  // Steps of the reduction, called by every member of the team or by member 0 alone; i counts
  // columns of the panel.
  void Reduce(int member);
  bool ReducePanel(int member, const Panel& panel);
  void UpdateColumn(int member, const Panel& panel, int64_t i);
  double Reflect(int member, const Panel& panel, int64_t i);
  void MultiplyTrailing(int member, const Panel& panel, int64_t i);
  void FinishColumn(int member, const Panel& panel, int64_t i, double tau);
  bool CoresAreShared() const;
  void UpdateTrailing(int member, const Panel& panel);

  void MakeFactors(int member);
  void ApplyTo(Scratch& scratch, double* z, int64_t m, int64_t ldz) const;

  void Meet();
  Share SharesOf(int member) const;
  Share Rows(int64_t begin, int64_t share) const;
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
  std::vector<double> products_;  // per share: its part of the matrix times the reflection, [n]
  std::vector<double> dots_;      // per share: its part of W^T v and of V^T v
  std::vector<double> sums_;      // per share: its part of one sum
  double head_ = 0;               // first element of the vector that is reflected onto it
  std::vector<double> factors_;   // per panel: T [width, width] of H_1 ... H_width = I - V T V^T
  Gemm gemm_, alone_gemm_;
  bool alone_;             // no other member is reducing any more
  bool go_alone_ = false;  // from the next column on
  const double asleep_before_, started_;
};

}  // namespace spurious
