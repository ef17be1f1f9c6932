// Reading a token from where it is kept.
#pragma once

#include <string>

#include "cli/contexts/contexts.hpp"

namespace facio {

/// Why there is no token: Code::unauthenticated.
tl::unexpected<Error> no_token(std::string message, std::string hint = {});

/// A regular file that belongs to the user and that nobody else can read; links are refused. Code::unauthenticated with the chmod to run.
Result<Secret> token_from_file(const std::string& path);
/// What an input holds.
Result<Secret> token_from_input(Input& input, const std::string& from);
/// What systemd's LoadCredential= gave a service.
Result<Secret> token_from_credential(const std::string& path);
/// What a plugin was given: read from the beginning, as often as it is needed.
Result<Secret> token_from_plugin_descriptor(const std::string& number);
/// Takes the line end away and refuses control characters and an empty text; `from` is named in the message.
Result<Secret> clean_token(std::string text, const std::string& from);

}  // namespace facio
