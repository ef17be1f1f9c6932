#include "cli/contexts/token_storage.hpp"

#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "cli/contexts/change_config.hpp"
#include "cli/contexts/token.hpp"
#include "cli/core/files.hpp"
#include "cli/process/run.hpp"

namespace facio {
namespace {

std::string kept_file(const std::string& config_path, const std::string& context) {
  const auto slash = config_path.rfind('/');
  return (slash == std::string::npos ? std::string("./") : config_path.substr(0, slash + 1)) + "tokens/" + context;
}

/// Whole or not at all, for the owner alone.
Status write_token(const std::string& path, const Secret& token) {
  if (auto made = make_directories_above(path); !made) return made;
  return replace_file(path, Secret(std::string(token.reveal()) + "\n").reveal());
}

/// The place as a context's token source.
TokenSource source_at(Storage storage, const std::string& place) {
  TokenSource source;
  (storage == Storage::keyring ? source.keyring : source.file) = place;
  return source;
}

std::string absolute(const std::string& path) {
  std::error_code error;
  const auto whole = std::filesystem::absolute(path, error);
  return error ? path : whole.string();
}

/// A person may have to type the keyring's password into its own window.
constexpr std::chrono::seconds kForAPerson{60};

std::vector<std::string> keyring_command(const char* action, const std::string& name) {
  return {"secret-tool", action, "application", "facioctl", "token", name};
}

std::string last_line(std::string_view text) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  return std::string(text.substr(text.rfind('\n') + 1));  // all of it when there is no line feed
}

Result<RunEnd> ask_keyring(std::vector<std::string> words, std::chrono::seconds limit, std::string_view input = {}) {
  auto answer = ask_program({.command = std::move(words), .input = std::string(input), .keep_errors = true, .limit = limit});
  if (!answer)
    return no_token("the keyring is unavailable: " + answer.error().message(), "apt install libsecret-tools, or use --storage file");
  if (answer->why == RunEnd::Why::ended) return answer;
  return no_token("the keyring did not answer within " + std::to_string(limit.count()) + " seconds", "unlock it, or use --storage file");
}

tl::unexpected<Error> unusable(const std::string& why) {
  return no_token("the keyring is unavailable: " + why, "facioctl auth login --storage file");
}

/// What keep_token stored, or a program's answer that was kept.
Status remove_old_copy(const std::string& config_path, const Context& context, const Environment& environment) {
  const TokenSource& token = context.token;
  if (!token.keyring.empty()) return remove_from_keyring(token.keyring);
  if (!token.exec.empty()) return forget_kept_token(context, environment);
  return is_kept_file(token.file, config_path, context.name) ? remove_token_file(token.file) : Status();
}

}  // namespace

KeyringState keyring_state(const std::string& name, std::string* why) {
  auto answer = ask_keyring(keyring_command("search", name), std::chrono::seconds(5));
  if (!answer) {
    if (why != nullptr) *why = answer.error().message();
    return KeyringState::unavailable;
  }
  const Secret out(std::move(answer->out));  // holds the secret when it is unlocked
  // It prints "label = …" and, only if unlocked, "secret = …"; the attributes go to standard error.
  if (out.reveal().find("\nsecret = ") != std::string_view::npos) return KeyringState::unlocked;
  if (out.reveal().find("label = ") != std::string_view::npos) return KeyringState::locked;
  if (answer->code == 0 || answer->errors.empty()) return KeyringState::missing;
  if (why != nullptr) *why = "the keyring is unavailable: " + last_line(answer->errors);
  return KeyringState::unavailable;
}

Result<Secret> token_from_keyring(const std::string& name, const std::string& context) {
  auto answer = ask_keyring(keyring_command("lookup", name), kForAPerson);
  if (!answer) return fail(std::move(answer.error()));
  if (answer->code == 0 && !answer->out.empty()) return clean_token(std::move(answer->out), "keyring " + name);
  std::string why;
  switch (keyring_state(name, &why)) {
    case KeyringState::locked: return no_token("the keyring with " + name + " is locked", "unlock it in the desktop session and try again");
    case KeyringState::unavailable: return no_token(why, "facioctl auth login " + context + " --storage file");
    default: return no_token("the keyring has no token " + name, "facioctl auth login " + context);
  }
}

Status token_to_keyring(const std::string& name, const std::string& context, const Secret& token) {
  std::vector<std::string> words = keyring_command("store", name);
  words.insert(words.begin() + 2, "--label=facioctl: token of " + context);
  const auto answer = ask_keyring(std::move(words), kForAPerson, token.reveal());
  if (!answer) return fail(answer.error());
  if (answer->code != 0) return unusable(answer->errors.empty() ? "it is locked" : last_line(answer->errors));
  const auto back = token_from_keyring(name, context);
  if (!back) return fail(back.error());
  if (!equal_in_constant_time(back->reveal(), token.reveal())) return unusable("it returned a different token than the one stored");
  return {};
}

/// A locked keyring removes nothing, and secret-tool does not say so: what counts is that the entry is gone.
Status remove_from_keyring(const std::string& name) {
  const auto still_there = [&name](const std::string& why) {
    return no_token("the token is still in the keyring, as " + name + ": " + why,
                    "unlock the keyring, then: secret-tool clear application facioctl token " + name);
  };
  const auto answer = ask_keyring(keyring_command("clear", name), kForAPerson);
  if (!answer) return still_there(answer.error().message());
  std::string why;
  switch (keyring_state(name, &why)) {
    case KeyringState::missing: return {};
    case KeyringState::locked: return still_there("the keyring is locked");
    case KeyringState::unlocked: return still_there(answer->errors.empty() ? "it was not deleted" : last_line(answer->errors));
    case KeyringState::unavailable: break;
  }
  return still_there(why);
}

/// Removes a file with a token; one that is not there is removed already.
Status remove_token_file(const std::string& path) {
  if (::unlink(path.c_str()) == 0 || errno == ENOENT) return {};
  return no_token("the token is still in the file " + path + ": " + system_reason(errno), "rm " + path);
}

std::optional<Storage> storage_of(std::string_view word) {
  if (word == "keyring") return Storage::keyring;
  if (word == "file") return Storage::file;
  return std::nullopt;
}

std::optional<Storage> storage_of(const TokenSource& token) {
  if (!token.keyring.empty()) return Storage::keyring;
  if (!token.file.empty()) return Storage::file;
  return std::nullopt;
}

Result<Secret> own_token(const Context& context, const Environment& environment) {
  const TokenSource& token = context.token;
  if (!token.file.empty()) return token_from_file(token.file);
  if (!token.keyring.empty()) return token_from_keyring(token.keyring, context.name);
  if (!token.exec.empty()) return program_token(context, environment, false);
  if (!token.environment.empty() && !environment.get_named(token.environment).empty())
    return clean_token(std::string(environment.get_named(token.environment)), "environment " + token.environment);
  return fail(Code::unauthenticated, "context " + context.name + " has no token", "facioctl auth login " + context.name);
}

bool is_kept_file(const std::string& path, const std::string& config_path, const std::string& context) {
  return path == absolute(kept_file(config_path, context));
}

Result<std::string> keep_token(const std::string& config_path, const Context& context, Storage storage, const Secret& token,
                               const Environment& environment) {
  const bool in_keyring = storage == Storage::keyring;
  std::string place = in_keyring ? context.token.keyring : context.token.file;
  if (place.empty()) place = in_keyring ? "facioctl/" + context.name : absolute(kept_file(config_path, context.name));
  if (auto status = in_keyring ? token_to_keyring(place, context.name, token) : write_token(place, token); !status)
    return fail(std::move(status.error()));
  const TokenSource now = source_at(storage, place);
  const std::string shown = (in_keyring ? "keyring " : "file ") + place;
  if (context.token != now) {
    auto changed = change_config(config_path, environment, [&](const std::string& text, const Config&) {
      return edited(text, {{{"contexts", context.name, "token"}, yaml_of(now)}}, config_path);
    });
    if (!changed) return fail(std::move(changed.error()));
    if (auto gone = remove_old_copy(config_path, context, environment); !gone)
      return fail(
          Code::unauthenticated,
          "the token of context " + context.name + " is now in: " + shown + ", but the old one was not deleted: " + gone.error().message(),
          gone.error().hint());
  }
  return shown;
}

Status drop_token(const std::string& config_path, const Context& context, const Environment& environment) {
  const TokenSource& token = context.token;
  if (!token.environment.empty())
    return fail(Code::usage, "the token of context " + context.name + " is in the environment variable " + token.environment,
                "unset " + token.environment);
  // It may be that of a server, which needs it: only the context is to forget it.
  if (!token.file.empty() && !is_kept_file(token.file, config_path, context.name))
    return fail(Code::usage, "facioctl auth login did not create this token file, so it was left alone: " + token.file,
                "facioctl config unset contexts." + context.name + ".token");
  return remove_old_copy(config_path, context, environment);
}

}  // namespace facio
