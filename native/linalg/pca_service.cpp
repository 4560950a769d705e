#include "linalg/pca_service.h"

#include <c10/core/InferenceMode.h>
#include <c10/util/Exception.h>

#include <new>
#include <utility>

#include "core/error.h"

namespace spurious {

namespace {

// The exception in flight, as an error of this program.
std::exception_ptr Translate() {
  try {
    throw;
  } catch (const Error&) {
    return std::current_exception();
  } catch (const c10::OutOfMemoryError& error) {
    return std::make_exception_ptr(Error(
        ErrorCode::kOutOfMemory, std::string("fitting a PCA: ") + error.what_without_backtrace()));
  } catch (const std::bad_alloc&) {
    return std::make_exception_ptr(Error(ErrorCode::kOutOfMemory, "fitting a PCA: no memory"));
  } catch (const c10::Error& error) {
    return std::make_exception_ptr(Error(
        ErrorCode::kInternal, std::string("fitting a PCA: ") + error.what_without_backtrace()));
  } catch (const std::exception& error) {
    return std::make_exception_ptr(
        Error(ErrorCode::kInternal, std::string("fitting a PCA: ") + error.what()));
  }
}

}  // namespace

PcaService::PcaService(size_t capacity) : worker_(capacity) {}

PcaService::~PcaService() {
  worker_.Cancel();
  worker_.Close([this] { backend_.reset(); });
}

bool PcaService::Submit(PcaJob job) {
  auto reject = [this](std::exception_ptr reason) {
    PcaJob dropped;
    {
      std::lock_guard lock(mutex_);
      if (waiting_.empty()) return;  // it went with an earlier one
      dropped = std::move(waiting_.front());
      waiting_.pop_front();
    }
    dropped.done(reason);
  };
  // One task per job, but a task may take several jobs and leave none to a later one.
  std::lock_guard lock(mutex_);
  waiting_.push_back(std::move(job));
  if (worker_.Submit({[this] { RunWaiting(); }, reject})) return true;
  waiting_.pop_back();
  return false;
}

void PcaService::RunWaiting() {
  std::vector<PcaJob> jobs = TakeFirst();
  if (jobs.empty()) return;
  std::vector<std::variant<ClassPca, std::exception_ptr>> results;
  try {
    c10::InferenceMode inference;
    Prepare(jobs[0].choice);
    TakeAlike(jobs);
    std::vector<ClassPcaInput> inputs;
    inputs.reserve(jobs.size());
    for (const PcaJob& job : jobs) inputs.push_back(job.input);
    results = FitClassPcas(inputs, *backend_->algebra, *backend_->solver);
  } catch (...) {
    results.assign(jobs.size(), Translate());
  }
  for (size_t i = 0; i < jobs.size(); ++i) jobs[i].done(std::move(results[i]));
}

std::vector<PcaJob> PcaService::TakeFirst() {
  std::vector<PcaJob> first;
  std::lock_guard lock(mutex_);
  if (!waiting_.empty()) {
    first.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  return first;
}

void PcaService::Prepare(const PcaChoice& choice) {
  if (backend_ && choice_ == choice) return;
  backend_.reset();
  backend_ = MakePcaBackend(choice);
  choice_ = choice;
}

// Adds the jobs that follow and may share one call with the first.
void PcaService::TakeAlike(std::vector<PcaJob>& jobs) {
  std::lock_guard lock(mutex_);
  while (jobs.size() < backend_->algebra->at_once() && !waiting_.empty() &&
         waiting_.front().choice == choice_) {
    jobs.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
}

}  // namespace spurious
