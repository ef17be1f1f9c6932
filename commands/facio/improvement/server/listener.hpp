// Goes over what was said since the last time.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "commands/serve/store/store.hpp"

namespace facio::serve {

/// What a reflection has heard.
struct Heard {
  struct Mark {
    std::string session;
    std::int64_t seq = 0;  ///< the last message that was read
  };
  std::vector<Mark> marks;          ///< of the sessions in which there was something new
  std::vector<std::string> things;  ///< what is to be remembered, in the order in which it was said
  std::int64_t messages = 0;        ///< new messages of users
  std::string transcript;           ///< all that was said, as text for a model; of much only the end of each session
};

/// Reads the new messages of one session, or of all.
Result<Heard> listen(store::Store& store, std::string_view agent, const std::optional<std::string>& session);
/// Notes up to where was read.
Status save_marks(store::Transaction& tx, std::string_view agent, const Heard& heard);

}  // namespace facio::serve
