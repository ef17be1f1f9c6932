// The Merkle tree over an agent's log, of which each event's `hash` (32 bytes) is a record. It is stored after every full block, so that
// the tree of any size is found by reading at most one block of events.
#pragma once

#include <cstdint>
#include <string_view>

#include "cli/core/merkle.hpp"
#include "commands/serve/store/sqlite/database.hpp"

namespace facio::store {

/// The hash at the end of a stored event, as 64 hexadecimal digits; empty if it has none.
std::string_view hash_of_body(std::string_view body);

/// The tree over a whole log, and how many bytes of JSON the events of its last block have that is not full.
struct LogTree {
  MerkleTree tree;
  std::int64_t open_bytes = 0;
};

/// Stores the tree after the block that has just become full.
Status save_block_tree(Database& database, std::int64_t agent_number, const LogTree& log);

/// The tree of the first `size` events. Code::not_found if the log has fewer, Code::integrity if one is missing or has no hash.
Result<LogTree> audit_tree(Database& database, std::int64_t agent_number, std::uint64_t size);

/// Makes what is lacking: the trees of blocks of a store that was written before there were trees, and what a log that was cut cannot have.
Status complete_trees(Database& database);

}  // namespace facio::store
