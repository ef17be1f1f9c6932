#include "cli/contexts/keyring.hpp"

#include "cli/contexts/token.hpp"
#include "cli/process/ask.hpp"

namespace facio {
namespace {

/// A person may have to type the keyring's password into its own window.
constexpr std::chrono::seconds kForAPerson{60};

std::vector<std::string> command(const char* action, const std::string& name) {
  return {"secret-tool", action, "application", "facioctl", "token", name};
}

std::string last_line(std::string_view text) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  const auto feed = text.rfind('\n');
  return std::string(feed == std::string_view::npos ? text : text.substr(feed + 1));
}

Result<RunEnd> ask(std::vector<std::string> words, std::chrono::seconds limit, std::string_view input = {}) {
  auto answer = ask_program({.command = std::move(words), .input = std::string(input), .keep_errors = true, .limit = limit});
  if (!answer)
    return fail(Code::unauthenticated, "the keyring cannot be used: " + answer.error().message(),
                "apt install libsecret-tools, or --storage file");
  if (answer->why == RunEnd::Why::ended) return answer;
  return fail(Code::unauthenticated, "the keyring did not answer within " + std::to_string(limit.count()) + " seconds",
              "unlock it, or --storage file");
}

tl::unexpected<Error> unusable(const std::string& why) {
  return fail(Code::unauthenticated, "the keyring cannot be used: " + why,
              "a session with a keyring, or a file that you alone can read: facioctl auth login --storage file");
}

}  // namespace

KeyringState keyring_state(const std::string& name, std::string* why) {
  std::vector<std::string> words = command("search", name);
  auto answer = ask(std::move(words), std::chrono::seconds(5));
  if (!answer) {
    if (why != nullptr) *why = answer.error().message();
    return KeyringState::unavailable;
  }
  const Secret out(std::move(answer->out));  // holds the secret when it is unlocked
  // What it finds is told in "label = …" and, only when it is unlocked, "secret = …"; the attributes go to standard error.
  if (out.reveal().find("\nsecret = ") != std::string_view::npos) return KeyringState::unlocked;
  if (out.reveal().find("label = ") != std::string_view::npos) return KeyringState::locked;
  if (answer->code == 0 || answer->errors.empty()) return KeyringState::missing;
  if (why != nullptr) *why = "the keyring cannot be used: " + last_line(answer->errors);
  return KeyringState::unavailable;
}

Result<Secret> token_from_keyring(const std::string& name, const std::string& context) {
  auto answer = ask(command("lookup", name), kForAPerson);
  if (!answer) return fail(std::move(answer.error()));
  if (answer->code == 0 && !answer->out.empty()) return clean_token(std::move(answer->out), "keyring " + name);
  std::string why;
  switch (keyring_state(name, &why)) {
    case KeyringState::locked:
      return fail(Code::unauthenticated, "the keyring that holds " + name + " is locked",
                  "unlock it, in the desktop's session, and try again");
    case KeyringState::unavailable: return fail(Code::unauthenticated, why, "facioctl auth login " + context + " --storage file");
    default: return fail(Code::unauthenticated, "the keyring has no token " + name, "facioctl auth login " + context);
  }
}

Status token_to_keyring(const std::string& name, const std::string& context, const Secret& token) {
  std::vector<std::string> words = command("store", name);
  words.insert(words.begin() + 2, "--label=facioctl: token of " + context);
  const auto answer = ask(std::move(words), kForAPerson, token.reveal());
  if (!answer) return fail(answer.error());
  if (answer->code != 0) return unusable(answer->errors.empty() ? "it is locked" : last_line(answer->errors));
  const auto back = token_from_keyring(name, context);
  if (!back) return fail(back.error());
  if (!equal_in_constant_time(back->reveal(), token.reveal())) return unusable("it gave back another token than it was given");
  return {};
}

Status remove_from_keyring(const std::string& name) {
  const auto answer = ask(command("clear", name), kForAPerson);
  if (!answer) return fail(answer.error());
  if (answer->code != 0 && !answer->errors.empty()) return unusable(last_line(answer->errors));
  return {};
}

}  // namespace facio
