#include "commands/serve/store/sqlite/known_jobs.hpp"

namespace facio::store {
namespace {

constexpr std::size_t kMostKnownBytes = 1024 * 1024;

std::string key_of(std::string_view agent, std::string_view id) {
  std::string key(agent);
  key += '\0';
  key += id;
  return key;
}

}  // namespace

const CronJob* KnownJobs::find(std::string_view agent, std::string_view id) const {
  const auto found = jobs_.find(key_of(agent, id));
  return found == jobs_.end() ? nullptr : &found->second.job;
}

void KnownJobs::change(std::string_view agent, const CronJob& job, std::size_t bytes) {
  const std::string& key = changed_.emplace_back(key_of(agent, job.id));
  drop(key);
  if (bytes > kMostKnownBytes / 4) return;
  if (bytes_ + bytes > kMostKnownBytes) forget();
  jobs_.emplace(key, Known{job, bytes});
  bytes_ += bytes;
}

void KnownJobs::erase(std::string_view agent, std::string_view id) { drop(key_of(agent, id)); }

void KnownJobs::undo_work() {
  for (const std::string& key : changed_) drop(key);
  changed_.clear();
}

void KnownJobs::forget() {
  jobs_.clear();
  bytes_ = 0;
}

void KnownJobs::drop(const std::string& key) {
  const auto found = jobs_.find(key);
  if (found == jobs_.end()) return;
  bytes_ -= found->second.bytes;
  jobs_.erase(found);
}

}  // namespace facio::store
