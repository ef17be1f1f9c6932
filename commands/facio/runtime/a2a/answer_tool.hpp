// The tool with which a turn of an A2A task gives its caller more than text.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "commands/facio/runtime/a2a/model.hpp"
#include "commands/facio/runtime/tools/tool.hpp"

namespace facio {
class CredentialsService;
class WorkspaceFiles;
}  // namespace facio

namespace facio::serve::a2a {

/// Where it goes. Both fail with a sentence for the model to read.
struct AnswerSink {
  std::function<Status(Part)> add;                             ///< a file, a link or data
  std::function<Status(std::optional<State>, bool)> end_with;  ///< how the turn is to end: in this state, or with a message
};

/// `answer`: a file of the workspace of at most 2 MiB, with secrets masked, a link or data; or how the turn ends. `files` and `credentials`
/// outlive it.
std::shared_ptr<ToolSource> answer_tool(AnswerSink sink, const WorkspaceFiles& files, const CredentialsService& credentials);

}  // namespace facio::serve::a2a
