// This machine: the configuration file, token files, completion, man pages.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "cli/contexts/contexts.hpp"
#include "cli/contexts/token_storage.hpp"
#include "cli/core/files.hpp"
#include "cli/core/text.hpp"
#include "commands/local/doctor/report.hpp"

namespace facio::completion {
Result<int> script(Client& client);  // the command `completion`
}

namespace facio::doctor {
namespace {

std::string octal(unsigned mode) {
  char text[8];
  std::snprintf(text, sizeof text, "%04o", mode);
  return text;
}

bool is_file(const std::string& path) {
  struct ::stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

/// Reports whether a file's mode has one of the bits `forbidden`; repairs it when asked for.
void look_at_mode(const std::string& id, const std::string& path, unsigned forbidden, bool mend, std::string_view severity,
                  Report& report) {
  struct ::stat status {};
  if (::lstat(path.c_str(), &status) != 0) return;
  const std::string shown = printable(path);
  if (S_ISLNK(status.st_mode)) return report.add(id, severity, shown + " is a link, which is not followed", "use the file itself");
  if (status.st_uid != ::geteuid()) return report.add(id, severity, shown + " belongs to another user", "a file of your own");
  const unsigned mode = status.st_mode & 07777U;
  if ((mode & forbidden) == 0) return report.ok(id, shown + " has mode " + octal(mode));
  if (mend && ::chmod(path.c_str(), 0600) == 0) return report.add(id, "info", shown + " had mode " + octal(mode) + "; it is now 0600");
  report.add(id, severity, shown + " has mode " + octal(mode) + (mend ? "; it cannot be changed: " + system_reason(errno) : ""),
             "chmod 600 " + shown);
}

struct Shell {
  std::string name;
  std::string own;                  ///< where --fix writes the script; empty: the shell looks nowhere in the home directory
  std::vector<std::string> places;  ///< where the shell looks for a script
};

Shell shell_of(const Environment& environment) {
  const std::string_view path = environment.get(Variable::shell);
  const std::string home = home_directory(environment);
  const auto beside = [&](Variable variable, std::string_view otherwise) {
    const std::string_view set = environment.get(variable);
    return set.starts_with('/') ? std::string(set) : home + std::string(otherwise);
  };
  const std::string data = beside(Variable::xdg_data_home, "/.local/share"), config = beside(Variable::xdg_config_home, "/.config");
  Shell shell;
  shell.name = path.substr(path.rfind('/') + 1);
  if (shell.name == "bash") {
    shell.own = data + "/bash-completion/completions/facioctl";
    shell.places = {"/usr/share/bash-completion/completions/facioctl", "/usr/local/share/bash-completion/completions/facioctl",
                    "/etc/bash_completion.d/facioctl"};
  } else if (shell.name == "zsh") {
    shell.places = {"/usr/share/zsh/site-functions/_facioctl", "/usr/local/share/zsh/site-functions/_facioctl",
                    "/usr/share/zsh/vendor-completions/_facioctl", home + "/.zfunc/_facioctl", home + "/.zsh/completions/_facioctl"};
  } else if (shell.name == "fish") {
    shell.own = config + "/fish/completions/facioctl.fish";
    shell.places = {"/usr/share/fish/vendor_completions.d/facioctl.fish", "/usr/local/share/fish/vendor_completions.d/facioctl.fish"};
  }
  if (!shell.own.empty()) shell.places.insert(shell.places.begin(), shell.own);
  return shell;
}

/// Writes what `facioctl completion SHELL` prints; false when that failed.
bool install(Client& client, const Shell& shell) {
  (void)make_directories_above(shell.own, 0755);
  const int fd = ::open(shell.own.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (fd < 0) return false;
  FdOutput out(fd);
  Invocation asked;
  asked.endpoint = client.invocation().endpoint;
  asked.values["shell"].push_back(shell.name);
  Streams streams{client.streams().in, out, client.streams().err};
  Client writer(asked, streams, client.environment());
  const bool written = completion::script(writer) && out.flush();
  if (::close(fd) == 0 && written) return true;
  ::unlink(shell.own.c_str());
  return false;
}

void look_at_completion(Client& client, bool mend, Report& report) {
  const Shell shell = shell_of(client.environment());
  if (shell.places.empty())
    return report.add("completion.installed", "info", "there is no completion for the shell " + printable(shell.name));
  for (const std::string& place : shell.places)
    if (is_file(place)) return report.ok("completion.installed", "completion for " + shell.name + " is in " + printable(place));
  if (mend && !shell.own.empty() && install(client, shell))
    return report.add("completion.installed", "info", "completion for " + shell.name + " is now in " + printable(shell.own));
  const std::string to = shell.own.empty() ? "\"${fpath[1]}/_facioctl\"" : printable(shell.own);
  report.add("completion.installed", "info", "completion for " + shell.name + " is not installed",
             shell.own.empty() ? "facioctl completion " + shell.name + " > " + to : "run facioctl doctor --fix to write it to " + to);
}

void look_at_manual(const Environment& environment, Report& report) {
  std::vector<std::string> roots = {home_directory(environment) + "/.local/share/man", "/usr/local/share/man", "/usr/share/man"};
  for (const std::string_view root : split_terminated(environment.get(Variable::manpath), ':'))
    if (!root.empty()) roots.emplace_back(root);
  char program[4096];
  const ssize_t length = ::readlink("/proc/self/exe", program, sizeof program);
  if (length > 0) {
    const std::string path(program, static_cast<std::size_t>(length));
    roots.push_back(path.substr(0, path.rfind('/')) + "/../share/man");
  }
  for (const std::string& root : roots)
    for (const char* name : {"/man1/facioctl.1", "/man1/facioctl.1.gz"})
      if (is_file(root + name)) return report.ok("man.installed", "the manual is in " + printable(root + name));
  report.add("man.installed", "info", "the man pages are not installed", "facioctl help");
}

/// The command that gets a token, where the context's system has one.
std::string login_for(const Context& context, const std::string& otherwise) {
  const System* system = find_system(context.kind);
  return system == nullptr || system->checkup.login.empty() ? otherwise : std::string(system->checkup.login);
}

void look_at_keyring(const std::string& name, const Context& context, Report& report) {
  std::string why;
  const std::string login = login_for(context, "facioctl auth login " + context.name);
  switch (keyring_state(name, &why)) {
    case KeyringState::unlocked: return report.ok("token.source", "from the keyring, entry " + printable(name));
    case KeyringState::locked: return report.add("token.source", "warning", "the keyring is locked", "unlock it");
    case KeyringState::missing: return report.add("token.source", "error", "the keyring has no entry " + printable(name), login);
    case KeyringState::unavailable: return report.add("token.source", "error", "the keyring cannot be queried: " + why, login);
  }
}

}  // namespace

void look_at_machine(Client& client, bool mend, Report& report) {
  const std::string path = client.config_path();
  const auto config = client.config();
  if (!config) {
    report.add("config.file", "error", config.error());
  } else if (!config->exists) {
    report.add("config.file", "info", "there is no configuration at " + printable(path), "facioctl context add NAME --url URL");
  } else if (!config->warnings.empty()) {
    for (const std::string& warning : config->warnings) report.add("config.file", "warning", warning, "facioctl config view");
  } else {
    report.ok("config.file", printable(path) + " has " + std::to_string(config->contexts.size()) +
                                 (config->contexts.size() == 1 ? " context" : " contexts"));
  }
  look_at_completion(client, mend, report);
  look_at_manual(client.environment(), report);
}

void look_at_mode_of_config(Client& client, bool mend, Report& report) {
  look_at_mode("config.mode", client.config_path(), 022, mend, "error", report);
}

void look_at_token(const ResolvedTarget& target, bool mend, Report& report) {
  if (target.token_from.empty())
    return report.add("token.source", "warning", "no token is configured",
                      login_for(target.context, "--token-file FILE, or a token of the context"));
  constexpr std::string_view kFile = "file ", kKeyring = "keyring ";
  if (target.token_from.starts_with(kKeyring)) return look_at_keyring(target.token_from.substr(kKeyring.size()), target.context, report);
  if (!target.token_from.starts_with(kFile)) return report.ok("token.source", "from " + printable(target.token_from));
  const std::string path = target.token_from.substr(kFile.size());
  struct ::stat status {};
  if (::lstat(path.c_str(), &status) != 0)
    return report.add("token.source", "error", "the token file " + printable(path) + " cannot be read: " + system_reason(errno),
                      login_for(target.context, "write the agent's token to it"));
  report.ok("token.source", "from the file " + printable(path));
  look_at_mode("token.mode", path, 077, mend, "error", report);
}

}  // namespace facio::doctor
