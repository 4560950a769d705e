#include "linalg/tridiagonal.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <deque>

namespace spurious {

namespace {

// Columns reduced between two updates of the rest: more make the update quicker and the panel
// slower. At n = 1300 widths from 24 to 64 are within a tenth of each other.
constexpr int64_t kWidth = 32;
// Rows are shared out in whole cache lines.
constexpr int64_t kLine = 8;

// Shares of rows and columns, and the most members with something to do: each adds a vector to the
// sum of every product with the matrix.
constexpr int64_t kShares = 4;

int64_t WholeLines(int64_t n) { return (n + kLine - 1) / kLine * kLine; }

double Now() {
  using std::chrono::duration;
  return duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace

// What one thread needs to apply Q to `m` columns.
struct Tridiagonalization::Scratch {
  explicit Scratch(int64_t m, const VectorKernels& kernels)
      : gemm(nullptr, std::max(m, kWidth), kernels), products(static_cast<size_t>(m * kWidth)) {}

  Gemm gemm;
  std::vector<double> products;
};

Tridiagonalization::Tridiagonalization(ThreadTeam& team, double* a, int64_t n, int64_t lda,
                                       const VectorKernels& kernels)
    : team_(team),
      kernels_(kernels),
      a_(a),
      n_(n),
      lda_(lda),
      stride_(WholeLines(n)),
      diagonal_(static_cast<size_t>(n)),
      off_diagonal_(static_cast<size_t>(n - 1)),
      tau_(static_cast<size_t>(n - 1)),
      panel_(static_cast<size_t>(3 * kWidth * stride_)),
      products_(static_cast<size_t>(kShares * stride_)),
      dots_(static_cast<size_t>(kShares * 2 * kWidth)),
      sums_(static_cast<size_t>(kShares * kLine)),
      factors_(static_cast<size_t>(Panels() * kWidth * kWidth)),
      gemm_(&team, n, kernels),
      alone_gemm_(nullptr, n, kernels),
      alone_(team.size() == 1),
      asleep_before_(team.SecondsAsleep()),
      started_(Now()) {
  team_.Run([this](int member) {
    Reduce(member);
    team_.Meet();
    MakeFactors(member);
  });
}

int64_t Tridiagonalization::Panels() const { return (n_ - 1 + kWidth - 1) / kWidth; }

Tridiagonalization::Panel Tridiagonalization::PanelAt(int64_t index) const {
  const int64_t first = index * kWidth;
  return {first, std::min(kWidth, n_ - 1 - first)};
}

Share Tridiagonalization::SharesOf(int member) const {
  if (alone_) return {0, kShares};
  return ShareOf(0, kShares, 1, member, team_.size());
}

Share Tridiagonalization::Rows(int64_t begin, int64_t share) const {
  return ShareOf(begin, n_, kLine, static_cast<int>(share), kShares);
}

double Tridiagonalization::Total() const {
  double total = 0;
  for (int64_t share = 0; share < kShares; ++share) {
    total += sums_[static_cast<size_t>(share * kLine)];
  }
  return total;
}

void Tridiagonalization::Meet() {
  if (!alone_) team_.Meet();
}

void Tridiagonalization::Reduce(int member) {
  for (int64_t index = 0; index < Panels(); ++index) {
    const Panel panel = PanelAt(index);
    if (!ReducePanel(member, panel)) return;
    UpdateTrailing(member, panel);
  }
  if (member == 0) diagonal_[static_cast<size_t>(n_ - 1)] = Column(n_ - 1)[n_ - 1];
}

// False for members that leave.
bool Tridiagonalization::ReducePanel(int member, const Panel& panel) {
  for (int64_t i = 0; i < panel.width; ++i) {
    UpdateColumn(member, panel, i);
    Meet();
    const double tau = Reflect(member, panel, i);
    Meet();
    MultiplyTrailing(member, panel, i);
    Meet();
    FinishColumn(member, panel, i, tau);
    Meet();
    if (!go_alone_) continue;
    if (member != 0) return false;
    alone_ = true;  // the others, between this meeting and leaving, do not look at it
  }
  return true;
}

// Brings column j up to date with the panel's columns before it: a_j -= V w_j + W v_j, where w_j
// and v_j are row j of W and V.
void Tridiagonalization::UpdateColumn(int member, const Panel& panel, int64_t i) {
  const int64_t j = panel.first + i;
  double* column = Column(j);
  double v_row[kWidth], w_row[kWidth];
  for (int64_t c = 0; c < i; ++c) {
    v_row[c] = V(c)[j];
    w_row[c] = W(panel, c)[j];
  }
  const Share shares = SharesOf(member);
  for (int64_t share = shares.begin; share < shares.end; ++share) {
    const auto [begin, end] = Rows(j, share);
    const int64_t count = std::max<int64_t>(0, end - begin);
    kernels_.subtract_columns(count, i, V(0) + begin, stride_, w_row, column + begin);
    kernels_.subtract_columns(count, i, W(panel, 0) + begin, stride_, v_row, column + begin);
    if (begin <= j && j < end) diagonal_[static_cast<size_t>(j)] = column[j];
    if (begin <= j + 1 && j + 1 < end) head_ = column[j + 1];
    const int64_t below = std::max(begin, j + 2);
    double& squares = sums_[static_cast<size_t>(share * kLine)];
    squares = 0;
    if (below < end) {
      kernels_.dot_columns(end - below, 1, column + below, lda_, column + below, &squares);
    }
  }
}

// Makes v with v[j + 1] = 1 and tau, so that (I - tau v v^T) maps column j below its diagonal onto
// a multiple of the first unit vector. Returns tau.
double Tridiagonalization::Reflect(int member, const Panel& panel, int64_t i) {
  const int64_t j = panel.first + i;
  const double squares = Total();
  const double head = head_;
  double onto = head, tau = 0, scale = 0;
  if (squares > 0) {
    onto = -std::copysign(std::sqrt(head * head + squares), head);
    tau = (onto - head) / onto;
    scale = 1 / (head - onto);
  }
  double* column = Column(j);
  const Share shares = SharesOf(member);
  const int64_t begin = Rows(j + 1, shares.begin).begin;
  const int64_t end = Rows(j + 1, shares.end - 1).end;
  for (int64_t row = begin; row < end; ++row) {
    const double value = row == j + 1 ? 1.0 : column[row] * scale;
    column[row] = V(i)[row] = V(2 * panel.width + i)[row] = value;
  }
  if (member == 0) {
    off_diagonal_[static_cast<size_t>(j)] = onto;
    tau_[static_cast<size_t>(j)] = tau;
  }
  return tau;
}

// The shares' parts of (the matrix right of the diagonal) v, W^T v and V^T v.
void Tridiagonalization::MultiplyTrailing(int member, const Panel& panel, int64_t i) {
  const int64_t j = panel.first + i;
  const double* v = Column(j);
  const Share shares = SharesOf(member);
  for (int64_t share = shares.begin; share < shares.end; ++share) {
    double* product = products_.data() + share * stride_;
    std::fill(product + j + 1, product + n_, 0.0);
    // Always the same columns for the same share: what fits stays in its member's own cache.
    const int64_t line = (j + 1) / kLine;
    for (int64_t own = line + (share + kShares - line % kShares) % kShares; own * kLine < n_;
         own += kShares) {
      kernels_.symmetric_columns(a_, lda_, std::max(own * kLine, j + 1),
                                 std::min((own + 1) * kLine, n_), n_, v, product);
    }
    double* dots = dots_.data() + share * 2 * kWidth;
    const auto [begin, end] = Rows(j + 1, share);
    const int64_t count = std::max<int64_t>(0, end - begin);
    kernels_.dot_columns(count, i, W(panel, 0) + begin, stride_, v + begin, dots);
    kernels_.dot_columns(count, i, V(0) + begin, stride_, v + begin, dots + kWidth);
  }
}

// w = tau (A v - V W^T v - W V^T v), then w -= (tau / 2) (w^T v) v.
void Tridiagonalization::FinishColumn(int member, const Panel& panel, int64_t i, double tau) {
  const int64_t j = panel.first + i;
  const double* v = Column(j);
  double* w = W(panel, i);
  double dots[2 * kWidth] = {};
  for (int64_t share = 0; share < kShares; ++share) {
    const double* part = dots_.data() + share * 2 * kWidth;
    for (int64_t c = 0; c < i; ++c) {
      dots[c] += part[c];
      dots[kWidth + c] += part[kWidth + c];
    }
  }
  const Share shares = SharesOf(member);
  for (int64_t share = shares.begin; share < shares.end; ++share) {
    const auto [begin, end] = Rows(j + 1, share);
    const int64_t count = std::max<int64_t>(0, end - begin);
    for (int64_t row = begin; row < end; ++row) {
      double sum = products_[static_cast<size_t>(row)];
      for (int64_t other = 1; other < kShares; ++other) {
        sum += products_[static_cast<size_t>(other * stride_ + row)];
      }
      w[row] = sum;
    }
    kernels_.subtract_columns(count, i, V(0) + begin, stride_, dots, w + begin);
    kernels_.subtract_columns(count, i, W(panel, 0) + begin, stride_, dots + kWidth, w + begin);
    for (int64_t row = begin; row < end; ++row) w[row] *= tau;
    kernels_.dot_columns(count, 1, w + begin, stride_, v + begin,
                         &sums_[static_cast<size_t>(share * kLine)]);
  }
  Meet();
  const double part = -0.5 * tau * Total();
  const int64_t begin = Rows(j + 1, shares.begin).begin;
  const int64_t end = Rows(j + 1, shares.end - 1).end;
  for (int64_t row = begin; row < end; ++row) w[row] += part * v[row];
  // Read by all after the next meeting, and not written again before four more.
  if (member == 0 && !alone_) go_alone_ = CoresAreShared();
}

// Whether members have been sleeping in meetings for a good part of the time.
bool Tridiagonalization::CoresAreShared() const {
  constexpr double kPart = 0.2, kSeconds = 1e-3;
  const double asleep = team_.SecondsAsleep() - asleep_before_;
  return asleep > kSeconds && asleep > kPart * (Now() - started_);
}

// A -= V W^T + W V^T for the lower triangle right of the panel.
void Tridiagonalization::UpdateTrailing(int member, const Panel& panel) {
  const int64_t begin = panel.first + panel.width;
  if (member == 0) {
    // The reflections as a matrix: zero above their first element.
    for (int64_t i = 1; i < panel.width; ++i) {
      double* column = Column(panel.first + i);
      std::fill(column + panel.first + 1, column + panel.first + i + 1, 0.0);
    }
  }
  Product product{.m = n_ - begin,
                  .n = n_ - begin,
                  .k = 2 * panel.width,
                  .a = {V(0) + begin, 1, stride_},
                  .b = {W(panel, 0) + begin, stride_, 1},
                  .c = Column(begin) + begin,
                  .ldc = lda_};
  product.alpha = -1;
  product.add = product.lower = true;
  (alone_ ? alone_gemm_ : gemm_).Run(member, product);
}

void Tridiagonalization::MakeFactors(int member) {
  for (int64_t index = member; index < Panels(); index += team_.size()) {
    const Panel panel = PanelAt(index);
    double* factor = factors_.data() + index * kWidth * kWidth;
    for (int64_t i = 0; i < panel.width; ++i) {
      const int64_t top = panel.first + i + 1;
      const double tau = tau_[static_cast<size_t>(panel.first + i)];
      double dots[kWidth];
      kernels_.dot_columns(n_ - top, i, Column(panel.first) + top, lda_,
                           Column(panel.first + i) + top, dots);
      for (int64_t row = 0; row < i; ++row) {
        double sum = 0;
        for (int64_t c = row; c < i; ++c) sum += factor[c * kWidth + row] * dots[c];
        factor[i * kWidth + row] = -tau * sum;
      }
      factor[i * kWidth + i] = tau;
    }
  }
}

void Tridiagonalization::Apply(double* z, int64_t m, int64_t ldz) {
  std::deque<Scratch> scratch;
  for (int member = 0; member < team_.size(); ++member) scratch.emplace_back(m, kernels_);
  team_.Run([&](int member) {
    const auto [begin, end] = ShareOf(0, m, kernels_.tile_columns, member, team_.size());
    if (begin < end) {
      ApplyTo(scratch[static_cast<size_t>(member)], z + begin * ldz, end - begin, ldz);
    }
  });
}

// Panel by panel from the last: z -= V T V^T z.
void Tridiagonalization::ApplyTo(Scratch& scratch, double* z, int64_t m, int64_t ldz) const {
  for (int64_t index = Panels() - 1; index >= 0; --index) {
    const Panel panel = PanelAt(index);
    const int64_t top = panel.first + 1;
    const Strided v = {Column(panel.first) + top, 1, lda_};
    double* dots = scratch.products.data();  // (V^T z)^T, [m, width]
    scratch.gemm.Run(0, {.m = m,
                         .n = panel.width,
                         .k = n_ - top,
                         .a = {z + top, ldz, 1},
                         .b = v,
                         .c = dots,
                         .ldc = m});
    const double* factor = factors_.data() + index * kWidth * kWidth;
    for (int64_t i = 0; i < panel.width; ++i) {
      double* out = dots + i * m;
      for (int64_t row = 0; row < m; ++row) out[row] *= factor[i * kWidth + i];
      for (int64_t c = i + 1; c < panel.width; ++c) {
        const double weight = factor[c * kWidth + i];
        for (int64_t row = 0; row < m; ++row) out[row] += weight * dots[c * m + row];
      }
    }
    Product update{.m = n_ - top,
                   .n = m,
                   .k = panel.width,
                   .a = v,
                   .b = {dots, m, 1},
                   .c = z + top,
                   .ldc = ldz};
    update.alpha = -1;
    update.add = true;
    scratch.gemm.Run(0, update);
  }
}

}  // namespace spurious
