#include "linalg/gemm.h"

#include <algorithm>

namespace spurious {

namespace {

// Steps of k packed at once: a panel of b (8 columns) takes 16 KiB, half the smallest first-level
// cache.
constexpr int64_t kDepth = 256;
// Rows of a packed at once: about 200 KiB, inside every second-level cache.
constexpr int64_t kRows = 96;
// Largest tile of all levels: 24 x 8.
constexpr int64_t kMostTile = 192;

int64_t RoundUp(int64_t value, int64_t step) { return (value + step - 1) / step * step; }

// Panels of `width` rows of `from` [count, depth], step by step; rows past the end are zero.
void Pack(const Strided& from, int64_t count, int64_t depth, int64_t width, double* to) {
  for (int64_t begin = 0; begin < count; begin += width, to += width * depth) {
    const int64_t filled = std::min(width, count - begin);
    const double* panel = from.data + begin * from.row;
    if (filled < width) std::fill_n(to, width * depth, 0.0);
    if (from.row == 1) {
      for (int64_t step = 0; step < depth; ++step) {
        std::copy_n(panel + step * from.column, filled, to + step * width);
      }
      continue;
    }
    for (int64_t row = 0; row < filled; ++row) {
      const double* source = panel + row * from.row;
      for (int64_t step = 0; step < depth; ++step) {
        to[step * width + row] = source[step * from.column];
      }
    }
  }
}

}  // namespace

Gemm::Gemm(ThreadTeam* team, int64_t columns, const VectorKernels& kernels)
    : team_(team),
      kernels_(kernels),
      rows_(RoundUp(kRows, kernels.tile_rows)),
      packed_b_(static_cast<size_t>(RoundUp(columns, kernels.tile_columns) * kDepth)),
      packed_a_(static_cast<size_t>(team == nullptr ? 1 : team->size()),
                std::vector<double>(static_cast<size_t>(rows_ * kDepth))) {}

void Gemm::Run(int member, const Product& product) {
  const int64_t blocks = (product.m + rows_ - 1) / rows_;
  for (int64_t first = 0; first < product.k; first += kDepth) {
    const int64_t depth = std::min(kDepth, product.k - first);
    PackB(member, product, first, depth);
    if (member == 0) taken_.store(0, std::memory_order_relaxed);
    Meet();
    // From the bottom up: of a lower triangle these are the largest blocks.
    for (int64_t next; (next = taken_.fetch_add(1, std::memory_order_relaxed)) < blocks;) {
      RunBlock(member, product, first, depth, blocks - 1 - next);
    }
    Meet();
  }
}

void Gemm::PackB(int member, const Product& product, int64_t first, int64_t depth) {
  const int members = team_ == nullptr ? 1 : team_->size();
  const Share share = ShareOf(0, product.n, kernels_.tile_columns, member, members);
  if (share.begin >= share.end) return;
  const Strided columns = {product.b.data + share.begin * product.b.column + first * product.b.row,
                           product.b.column, product.b.row};
  Pack(columns, share.end - share.begin, depth, kernels_.tile_columns,
       packed_b_.data() + share.begin * depth);
}

void Gemm::RunBlock(int member, const Product& product, int64_t first, int64_t depth,
                    int64_t block) {
  const int64_t top = block * rows_;
  const int64_t height = std::min(rows_, product.m - top);
  double* packed = packed_a_[static_cast<size_t>(member)].data();
  const Strided rows = {product.a.data + top * product.a.row + first * product.a.column,
                        product.a.row, product.a.column};
  Pack(rows, height, depth, kernels_.tile_rows, packed);
  const int64_t right = product.lower ? std::min(product.n, top + height) : product.n;
  for (int64_t j = 0; j < right; j += kernels_.tile_columns) {
    for (int64_t i = 0; i < height; i += kernels_.tile_rows) {
      if (product.lower && top + i + kernels_.tile_rows <= j) continue;  // above the diagonal
      Tile(product, first, depth, packed + i * depth, packed_b_.data() + j * depth, top + i, j);
    }
  }
}

void Gemm::Tile(const Product& product, int64_t first, int64_t depth, const double* a,
                const double* b, int64_t i, int64_t j) const {
  const int64_t rows = kernels_.tile_rows, columns = kernels_.tile_columns;
  const bool add = product.add || first > 0;
  double* c = product.c + j * product.ldc + i;
  const bool whole = i + rows <= product.m && j + columns <= product.n;
  if (whole && (!product.lower || i >= j + columns - 1)) {
    kernels_.gemm_tile(depth, a, b, product.alpha, add, c, product.ldc);
    return;
  }
  double tile[kMostTile];
  kernels_.gemm_tile(depth, a, b, product.alpha, false, tile, rows);
  for (int64_t column = 0; column < std::min(columns, product.n - j); ++column) {
    const int64_t begin = product.lower ? std::max<int64_t>(0, j + column - i) : 0;
    for (int64_t row = begin; row < std::min(rows, product.m - i); ++row) {
      double& to = c[column * product.ldc + row];
      to = add ? to + tile[column * rows + row] : tile[column * rows + row];
    }
  }
}

}  // namespace spurious
