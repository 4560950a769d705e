// Products of matrices in double precision, by a team of threads.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "linalg/thread_team.h"
#include "linalg/vector_kernels.h"

namespace spurious {

// A matrix read with any strides: element (i, j) is data[i * row + j * column].
struct Strided {
  const double* data;
  int64_t row, column;

  Strided Transposed() const { return {data, column, row}; }
};

// c [m, n] (column-major, column stride ldc) = alpha a b, or += with `add`; a [m, k], b [k, n].
struct Product {
  int64_t m, n, k;
  Strided a, b;
  double* c;
  int64_t ldc;
  double alpha = 1;
  bool add = false;
  // Only the elements on and below c's diagonal are touched, for half the work.
  bool lower = false;
};

// Every element is summed in the same order whatever the number of threads.
class Gemm {
 public:
  // For products of at most `columns` columns. `team` may be null: one thread.
  Gemm(ThreadTeam* team, int64_t columns, const VectorKernels& kernels = BestVectorKernels());

  // Inside a body of the team, called by every member with the same product; the result is there
  // when it returns.
  void Run(int member, const Product& product);

 private:
  void PackB(int member, const Product& product, int64_t first, int64_t depth);
  void RunBlock(int member, const Product& product, int64_t first, int64_t depth, int64_t block);
  void Tile(const Product& product, int64_t first, int64_t depth, const double* a, const double* b,
            int64_t i, int64_t j) const;
  void Meet() {
    if (team_ != nullptr) team_->Meet();
  }

  ThreadTeam* const team_;
  const VectorKernels& kernels_;
  const int64_t rows_;  // of a block of a: a multiple of a tile's
  std::vector<double> packed_b_;
  std::vector<std::vector<double>> packed_a_;  // one per member
  std::atomic<int64_t> taken_{0};              // blocks of the current step
};

}  // namespace spurious
