// Asks a model to turn new messages into changes of files.
//
// The model is shown the messages and what the memory holds, and answers with one JSON object and nothing else:
//   {"read": ["memory/MEMORY.md"]}                                      to see files before it decides; each such answer is one round
//   {"summary": "…", "edits": [{"path": "…", …}, …]}                    its proposal; no edits: nothing is worth keeping
// An edit has a path and one of: content (the whole file), append (text at its end), old_text with new_text (old_text occurs once), or
// delete: true. Anything else makes the answer unusable: the proposal says why, and nothing of it is applied.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/files/workspace_files.hpp"
#include "commands/facio/improvement/server/new_messages.hpp"
#include "commands/facio/runtime/models/model.hpp"
#include "commands/facio/usage/shapes.hpp"
#include "commands/facio/versions/server/service.hpp"

namespace facio::serve {

struct ProposalRequest {
  std::string agent;
  std::string trigger;
  std::string model;  ///< its name at the provider
  std::vector<std::string> scopes;
  std::int64_t most_rounds = 10;
  std::int64_t max_tokens = 8192;
  std::function<std::string(std::string_view)> masked;  ///< removes known secrets from what the model is shown
};

struct ModelProposal {
  std::string summary;
  std::vector<FileChange> changes;  ///< each file once; empty: nothing is to be changed
  std::string problem;              ///< why the answer cannot be used; empty when it can
  UsageRun usage;                   ///< tokens and rounds
};

/// Asks until there is a proposal; blocks. Fails when the model cannot be reached.
Result<ModelProposal> request_proposal(Model& model, const WorkspaceFiles& files, const ProposalRequest& wanted,
                                       const NewMessages& messages, const Cancel& cancel);

/// The changes that the edits of an answer make to the present files. Code::rejected says why they cannot be used.
Result<std::vector<FileChange>> changes_from(const WorkspaceFiles& files, JsonRef edits);

}  // namespace facio::serve
