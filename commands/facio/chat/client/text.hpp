// A message of the OpenAI interface, and the text of its answer.
#pragma once

#include <string>
#include <string_view>

#include "cli/command_line/client.hpp"

namespace facio::chat {

/// What is said, with what else the command line gave: model, session, whatever a file holds. Code::usage.
Result<Request> message_request(Client& client, std::string_view message);
/// Sends that request; --dry-run and --curl only print it.
Result<Request> own_request(Client& client, JsonDocument body);
/// The key of the session that the command line names, as the agent's commands want it.
std::string session_of(const Invocation& invocation);
/// What the agent says in a reply. Code::server when there is none.
Result<std::string> answer_of(const Response& response);
/// An answer in lines; on a terminal nothing in it steers that.
std::string shown_answer(const std::string& text, bool terminal);

}  // namespace facio::chat
