#include "cli/command_line/waiting.hpp"

#include <optional>

namespace facio {

ProgressStyle progress_style(const GlobalOptions& global, const Output& err) {
  if (global.quiet || global.verbose > 0 || global.timing || global.progress == ProgressMode::none) return ProgressStyle::none;
  if (global.progress == ProgressMode::plain || global.output.accessible) return ProgressStyle::lines;
  return err.is_terminal() ? ProgressStyle::line : ProgressStyle::once;
}

Waiting::Waiting(Client& client, Wait wait)
    : client_(client),
      outer_(std::exchange(client.is_waiting_, true)),
      progress_(client.streams().err, outer_ ? ProgressStyle::none : progress_style(client.invocation().global, client.streams().err),
                std::move(wait)) {}

std::function<void(const std::string&)> told_of_lock(Client& client) {
  return [&client](const std::string& sentence) {
    (void)note(client, "facioctl: " + sentence);
    (void)client.streams().err.flush();
  };
}

Result<ResolvedTarget> resolve_told(const TargetChoice& choice, const Config& config, const Environment& environment, Streams& streams,
                                    const GlobalOptions& global, bool need_token) {
  if (!need_token) return resolve_target(choice, config, environment, streams.in, false);
  const auto known = resolve_target(choice, config, environment, streams.in, false);
  if (!known) return known;
  const std::string_view from = known->token_from;
  std::optional<Progress> progress;
  const auto told = [&](std::string what) {
    progress.emplace(streams.err, progress_style(global, streams.err),
                     Wait{.what = "waiting for " + what, .ending = "Ctrl-C stops waiting", .is_long = Waiting::kAtOnce});
  };
  if (from.starts_with("program ")) told("the token helper " + std::string(from.substr(from.find(' ') + 1)));
  else if (from.starts_with("keyring ")) told("the token from the keyring, which may ask for its password in a window");
  else if (from == "standard input" && streams.in.is_terminal()) told("the token on standard input");
  else if (from.starts_with("file descriptor ")) told("the token from " + std::string(from));
  return resolve_target(choice, config, environment, streams.in, true);
}

}  // namespace facio
