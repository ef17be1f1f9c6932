// A log against the checkpoints that were signed of it: each must be the root of the tree over its first events.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cli/core/signed_note.hpp"
#include "commands/facio/audit/client/chain.hpp"

namespace facio::audit {

class SignedLog {
 public:
  /// What the log must have been; `where` says whose word that is: "the checkpoint of the agent".
  void expect(const LogCheckpoint& checkpoint, std::string where);
  /// The log begins behind so many events, of this tree, the last with this hash.
  void begin_behind(MerkleTree tree, std::string hash);

  /// The next event. `hash`: 64 hexadecimal digits; `prev_hash`: the same, or empty when somebody else compares it.
  void event(std::int64_t seq, std::string_view prev_hash, std::string_view hash);
  /// The log has no more. Gives what does not fit.
  std::vector<Finding> end();

  /// The number of the last event, and its hash.
  [[nodiscard]] std::uint64_t last() const { return last_; }
  [[nodiscard]] const std::string& hash() const { return hash_; }
  [[nodiscard]] bool expects() const { return !expected_.empty(); }
  /// How many checkpoints were compared.
  [[nodiscard]] std::size_t compared() const { return compared_; }
  /// How many could not be, as events before them are not here.
  [[nodiscard]] std::size_t left_out() const { return left_out_; }
  /// Whether events between the first and the last are missing.
  [[nodiscard]] bool has_gap() const { return gap_; }

 private:
  struct Expected {
    LogCheckpoint checkpoint;
    std::string where;
  };
  void compare();

  std::multimap<std::uint64_t, Expected> expected_;  ///< by size
  MerkleTree tree_;
  std::uint64_t last_ = 0;
  std::string hash_ = std::string(kNoHash);
  std::uint64_t fits_ = 0;  ///< the largest size that fits
  std::size_t compared_ = 0, left_out_ = 0;
  bool whole_ = true;  ///< the tree is of all events so far
  bool gap_ = false, rewritten_ = false;
  std::vector<Finding> findings_;
};

}  // namespace facio::audit
