// Fits classes one after the other on a thread of its own.
#pragma once

#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <variant>
#include <vector>

#include "engine/worker.h"
#include "linalg/class_pca.h"
#include "linalg/pca_backend.h"

namespace spurious {

struct PcaJob {
  ClassPcaInput input;  // what it points to must stay until `done` is called
  PcaChoice choice;
  // Called once, on the service's thread or on the one that destroys the service.
  std::function<void(std::variant<ClassPca, std::exception_ptr>)> done;
};

// Jobs that wait and ask for the same backend are solved together where the backend gains by it (a
// GPU). The thread sleeps when there is nothing to do; the backend stays for the next job.
class PcaService {
 public:
  // `capacity`: jobs that may wait.
  explicit PcaService(size_t capacity = 1024);
  // Rejects what waits with kCancelled, finishes what runs, frees the backend on its own thread.
  ~PcaService();

  // False when too many wait: the job was not taken.
  bool Submit(PcaJob job);

 private:
  void RunWaiting();
  std::vector<PcaJob> TakeFirst();
  void TakeAlike(std::vector<PcaJob>& jobs);
  void Prepare(const PcaChoice& choice);

  std::mutex mutex_;
  std::deque<PcaJob> waiting_;
  std::optional<PcaBackend> backend_;
  PcaChoice choice_;  // of backend_
  Worker worker_;     // last: stops before the others go
};

}  // namespace spurious
