// What was said in an agent's sessions since the last reflection.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "commands/serve/store/store.hpp"

namespace facio::serve {

struct NewMessages {
  struct Mark {
    std::string session;
    std::int64_t seq = 0;  ///< the last message that was read
  };
  std::vector<Mark> marks;               ///< of the sessions with new messages
  std::vector<std::string> to_remember;  ///< what users asked to have remembered, in order
  std::int64_t count = 0;                ///< messages of users
  std::string transcript;                ///< of all messages, as text for a model; of long sessions only the end
};

/// Reads the new messages of one session, or of all.
Result<NewMessages> read_new_messages(store::Store& store, std::string_view agent, const std::optional<std::string>& session);
/// Notes which messages have been read.
Status save_marks(store::Transaction& tx, std::string_view agent, const NewMessages& messages);

}  // namespace facio::serve
