// What a model makes of new history: changes of files, or a reason why its answer cannot be used.
//
// The model is told what was said since the last time and what its memory holds, and answers with one JSON object and nothing else:
//   {"read": ["memory/MEMORY.md"]}                                      to see files before it decides; each look is one round
//   {"summary": "…", "edits": [{"path": "…", …}, …]}                    its proposal; no edits: nothing is worth keeping
// An edit has a path and one of: content (the whole file), append (text at its end), old_text with new_text (old_text occurs once), or
// delete: true. Whatever else comes makes the answer useless: it is told why, and nothing of it is applied.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/files/workspace_files.hpp"
#include "commands/facio/improvement/server/listener.hpp"
#include "commands/facio/runtime/models/model.hpp"
#include "commands/facio/versions/server/service.hpp"

namespace facio::serve {

/// What is asked of a model, and with what.
struct Question {
  std::string agent;
  std::string trigger;
  std::string model;  ///< its name at the provider
  std::vector<std::string> scopes;
  std::int64_t most_rounds = 10;
  std::int64_t max_tokens = 8192;
  std::function<std::string(std::string_view)> masked;  ///< takes known secrets out of what the model is shown
};

struct Thought {
  std::string summary;
  std::vector<FileChange> changes;  ///< each file once; empty: nothing is to be changed
  std::string problem;              ///< why the answer cannot be used; empty when it can
  std::int64_t rounds = 0, prompt_tokens = 0, completion_tokens = 0, cached_tokens = 0;
};

/// Asks until there is a proposal; blocks. The failure is that of the model.
Result<Thought> think(Model& model, const WorkspaceFiles& files, const Question& question, const Heard& heard, const Cancel& cancel);

/// The changes that an answer of a model asks for, given the files as they are. Code::rejected says why it cannot be used.
Result<std::vector<FileChange>> changes_from(const WorkspaceFiles& files, JsonRef edits);

}  // namespace facio::serve
