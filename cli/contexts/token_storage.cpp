#include "cli/contexts/token_storage.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "cli/contexts/change_config.hpp"
#include "cli/contexts/keyring.hpp"
#include "cli/contexts/token.hpp"
#include "cli/contexts/token_cache.hpp"
#include "cli/contexts/yaml_edit.hpp"
#include "cli/core/replace_file.hpp"

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

/// The configuration's word for a place.
TokenSource source_at(Storage storage, const std::string& place) {
  TokenSource source;
  (storage == Storage::keyring ? source.keyring : source.file) = place;
  return source;
}

YamlTree node_of(Storage storage, const std::string& place) {
  auto map = std::make_shared<YamlNode>();
  map->kind = JsonKind::object;
  map->flow = true;
  map->members.emplace_back(storage == Storage::keyring ? "keyring" : "file", std::make_shared<YamlNode>(yaml_text(place)));
  return map;
}

std::string absolute(const std::string& path) {
  if (path.starts_with('/')) return path;
  char* here = ::realpath(".", nullptr);
  std::string joined = std::string(here == nullptr ? "." : here) + "/" + path;
  std::free(here);
  return joined;
}

}  // namespace

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
  if (!token.environment.empty() && !environment.get(token.environment).empty())
    return clean_token(std::string(environment.get(token.environment)), "environment " + token.environment);
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
  if (context.token != now) {
    auto changed = change_config(config_path, environment, [&](const std::string& text, const Config&) {
      return edited(text, {{{"contexts", context.name, "token"}, node_of(storage, place)}}, config_path);
    });
    if (!changed) return fail(std::move(changed.error()));
    if (is_kept_file(context.token.file, config_path, context.name)) ::unlink(context.token.file.c_str());
    if (!context.token.keyring.empty()) (void)remove_from_keyring(context.token.keyring);
    if (!context.token.exec.empty()) forget_kept_token(context, environment);
  }
  return (in_keyring ? "keyring " : "file ") + place;
}

Status drop_token(const std::string& config_path, const Context& context, const Environment& environment) {
  const TokenSource& token = context.token;
  if (!token.keyring.empty()) return remove_from_keyring(token.keyring);
  if (!token.exec.empty()) {
    forget_kept_token(context, environment);
    return {};
  }
  if (!token.environment.empty())
    return fail(Code::usage, "the token of context " + context.name + " is in the environment variable " + token.environment,
                "unset " + token.environment);
  if (token.file.empty()) return {};
  if (!is_kept_file(token.file, config_path, context.name))
    return fail(Code::usage, "the token file " + token.file + " was not written by facioctl auth login", "rm " + token.file);
  if (::unlink(token.file.c_str()) != 0 && errno != ENOENT)
    return fail(Code::output, "cannot remove " + token.file + ": " + system_reason(errno));
  return {};
}

}  // namespace facio
