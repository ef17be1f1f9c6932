#include "commands/facio/audit/client/signed_log.hpp"

namespace facio::audit {

void SignedLog::expect(const LogCheckpoint& checkpoint, std::string where) {
  expected_.emplace(checkpoint.size, Expected{checkpoint, std::move(where)});
}

void SignedLog::begin_behind(MerkleTree tree, std::string hash) {
  tree_ = std::move(tree);
  last_ = tree_.size();
  hash_ = std::move(hash);
  const auto first = expected_.lower_bound(last_);
  left_out_ += static_cast<std::size_t>(std::distance(expected_.begin(), first));
  expected_.erase(expected_.begin(), first);
}

void SignedLog::event(std::int64_t seq, std::string_view prev_hash, std::string_view hash) {
  compare();
  const auto bytes = hash_from_hex(hash);
  const bool next = seq >= 0 && static_cast<std::uint64_t>(seq) == last_ + 1;
  if (!next && last_ != 0) gap_ = true;
  if (!next || !bytes) whole_ = false;
  if (next && !prev_hash.empty() && prev_hash != hash_)
    findings_.push_back({last_ + 1, "edited", "does not contain the hash of the previous event", "event"});
  if (whole_) tree_.add(*bytes);
  if (seq > 0) last_ = static_cast<std::uint64_t>(seq);
  hash_ = hash;
}

/// With those checkpoints whose size the log has now.
void SignedLog::compare() {
  if (!whole_ || expected_.empty()) return;
  const auto [first, end] = expected_.equal_range(tree_.size());
  for (auto one = first; one != end; ++one) {
    ++compared_;
    if (tree_.root() == one->second.checkpoint.root) {
      fits_ = tree_.size();
      continue;
    }
    if (rewritten_) continue;
    rewritten_ = true;
    findings_.push_back({fits_ + 1, "rewritten",
                         "something from here to event " + std::to_string(tree_.size()) + " was changed: " + one->second.where +
                             " has another root for " + std::to_string(tree_.size()) + " events",
                         "event"});
  }
  expected_.erase(first, end);
}

std::vector<Finding> SignedLog::end() {
  compare();
  const auto beyond = expected_.upper_bound(last_);
  left_out_ += static_cast<std::size_t>(std::distance(expected_.begin(), beyond));
  compared_ += static_cast<std::size_t>(std::distance(beyond, expected_.end()));
  if (beyond == expected_.end()) return std::move(findings_);
  const auto& [size, last] = *expected_.rbegin();
  findings_.push_back({last_ + 1, "cut",
                       "the log ends with event " + std::to_string(last_) + ", and " + last.where + " has " + std::to_string(size),
                       "event"});
  return std::move(findings_);
}

}  // namespace facio::audit
